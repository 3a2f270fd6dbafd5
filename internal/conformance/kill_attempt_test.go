package conformance

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"syscall"
	"testing"
	"time"

	"github.com/opencontainers/go-digest"
)

// A manner is how a job is ended.
type manner string

const (
	killed     manner = "killed"     // by SIGKILL
	terminated manner = "terminated" // by SIGTERM, with as much time as it wants
	reclaimed  manner = "reclaimed"  // by SIGTERM, and the machine is gone while it ends, as Spot may do
)

// manners are all of them.
func manners() []manner { return []manner{killed, terminated, reclaimed} }

// end ends a program.
func (m manner) end(p *os.Process) error {
	switch m {
	case killed:
		return p.Signal(syscall.SIGKILL)
	case terminated:
		return p.Signal(syscall.SIGTERM)
	}
	err := errors.Join(p.Signal(syscall.SIGTERM), p.Signal(syscall.SIGKILL))
	if errors.Is(err, os.ErrProcessDone) {
		return nil
	}
	return err
}

// stopped is what a program says that is told to end.
const stopped = "mirror: stopped by signal: terminated\n"

// check returns an error unless a program that was ended so ended as such programs do.
func (m manner) check(r ran) error {
	byKill, byTerm := r.code == -1 && r.stderr == "", r.code == 143 && r.stderr == stopped
	halfway := r.code == -1 && r.stderr == stopped // it had said so
	switch {
	case m == killed && byKill, m == terminated && byTerm, m == reclaimed && (byKill || byTerm || halfway):
		return nil
	}
	return fmt.Errorf("%s: exit code %d\n%s", m, r.code, r.stderr)
}

// ran is what came of one attempt.
type ran struct {
	code           int // of the exit; -1 where it was killed
	stdout, stderr string
	died           bool
	took           time.Duration // from the signal to the end
}

// wires are what a program talks through: to its source, and to localstack.
type wires struct{ source, to *wire }

// run runs the program, and ends it at the gauge's point. Changed is called when it has put a manifest, before it
// knows. When run returns, whatever the program had sent has had its effect.
func (p *place) run(
	t *testing.T, source string, g *gauge, m manner, changed func(put), command func(wires) *exec.Cmd,
) (r ran, w wires) {
	t.Helper()
	w = wires{newWire(source, g, changed), newWire(p.local.url, g, changed)}
	cmd := command(w)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() {
		_ = cmd.Wait()
		close(ended)
	}()
	select {
	case <-g.reached:
		r.died = true
		at := time.Now()
		if err := errors.Join(m.end(cmd.Process), waitFor(ended, cmd.Process)); err != nil {
			t.Error(err)
		}
		r.took = time.Since(at)
	case <-ended:
	}
	close(g.dead)
	w.to.close()
	w.source.close()
	if len(w.to.refused) > 0 && w.to.faults.Broken().Total() == 0 {
		t.Errorf("refused: %s", w.to.refused)
	}
	r.code, r.stdout, r.stderr = cmd.ProcessState.ExitCode(), stdout.String(), stderr.String()
	return r, w
}

// sent is what an attempt sent to ECR, and to the registry.
type sent struct {
	ran
	completed [2][]digest.Digest // layers
	bytes     [2]int64           // of layers: to ECR those that arrived, to the registry all
	tags      [2][]string        // that were put
}

// sentTo returns what was sent to the repositories of a name, by a wire, and to ECR so many bytes.
func sentTo(r ran, to *wire, name string, inECR int64) sent {
	s := sent{ran: r, bytes: [2]int64{inECR, to.uploaded[name]}}
	for i, repository := range []string{"111122223333/" + name, name} {
		s.completed[i] = to.completed[repository]
		for _, p := range to.puts {
			if p.repository == repository && p.tag != "" {
				s.tags[i] = append(s.tags[i], p.tag)
			}
		}
	}
	return s
}

// slowestExit is how long a program may take to end once it is told to. What is promised is a sixth of
// it, on a machine that has time.
const slowestExit = 30 * time.Second

// waitFor waits for the end of a program. It makes it end if it does not, and returns an error.
func waitFor(ended <-chan struct{}, process *os.Process) error {
	timer := time.NewTimer(slowestExit)
	defer timer.Stop()
	select {
	case <-ended:
		return nil
	case <-timer.C:
		_ = process.Kill()
		<-ended
		return fmt.Errorf("the program did not end within %v", slowestExit)
	}
}
