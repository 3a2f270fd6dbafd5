package conformance

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// A runner runs the programs, and watches what they say.
type runner struct {
	t     *testing.T
	w     *watch
	env   []string
	slots chan struct{} // held by programs that run
}

// atOnce is how many programs run at a time: most of them wait before they try again.
const atOnce = 24

// with returns a runner with more environment.
func (r runner) with(env ...string) runner {
	r.env = append(r.env[:len(r.env):len(r.env)], env...)
	return r
}

// longestRun is how long a run may take before it counts as hanging.
const longestRun = 2 * time.Minute

// run runs a program to its end, whichever. What it writes to its standard output and error are outputs called
// by what runs, and of what form it is.
func (r runner) run(what string, fields []string, program string, args ...string) {
	r.t.Helper()
	if code := r.refused(what, fields, program, args...); code == 2 {
		r.t.Errorf("%s of %.200q: wrong usage of %q", what, fields, args)
	}
}

// refused does the same of what is wrong usage, too. It returns the exit code.
func (r runner) refused(what string, fields []string, program string, args ...string) int {
	r.t.Helper()
	ctx, cancel := context.WithTimeout(r.t.Context(), longestRun)
	defer cancel()
	cmd := exec.CommandContext(ctx, filepath.Join(programs, program), args...)
	cmd.Env = append([]string{
		"HOME=" + r.t.TempDir(), "TMPDIR=" + os.TempDir(), "AWS_EC2_METADATA_DISABLED=true", "AWS_MAX_ATTEMPTS=1",
	}, r.env...)
	var out, problems bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &problems
	r.slots <- struct{}{}
	err := cmd.Run()
	<-r.slots
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) || ctx.Err() != nil {
		r.t.Errorf("%s of %.200q: %v %v %.1000s", what, fields, err, ctx.Err(), problems.String())
	}
	r.w.look(r.t, what+": stdout", out.String(), fields...)
	r.w.look(r.t, what+": stderr", problems.String(), fields...)
	return cmd.ProcessState.ExitCode()
}

// each calls do for the numbers from 0 to n, and not one after another.
func each(n int, do func(i int)) {
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() { do(i) })
	}
	wg.Wait()
}

// forms are the ways in which mirror says what it does; each is a group of outputs.
var forms = []struct {
	name string
	args []string
}{
	{"as JSON", []string{"-v", "--progress", "json", "-o", "json"}},
	{"as text", []string{"-v"}},
}

// mirror copies in the form of a number.
func (r runner) mirror(what string, form int, fields []string, args ...string) {
	r.t.Helper()
	f := forms[form%len(forms)]
	r.run("mirror "+what+" "+f.name, fields, "mirror", append(strings.Fields(strings.Join(f.args, " ")), args...)...)
}
