package conformance

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/opencontainers/go-digest"

	"ecrmirror/testkit/fault"
	"ecrmirror/testkit/slowregistry"
)

// hangs is how long a program of a pair may take at most.
const hangs = 5 * time.Minute

// A program is one run of mirror, with a source registry and wires of its own, whose answers its weather breaks.
type program struct {
	*twiceWorld
	gauge      *gauge
	signal     syscall.Signal // at the gauge's point; 0 = none
	source, to []fault.Rule   // what breaks at the source registry; and in ECR and at the other registry
	seed       uint64
	silent     bool // the registry does not tell the digests of manifests that were put

	code           int // of the exit; -1 where it was killed
	died           bool
	stdout, stderr bytes.Buffer
	refused        []string // calls, and what the registries said
	broke          fault.Broken
}

// run runs the program to its end, or until it is killed. From and to name its source and destinations, by the
// registries that it has for itself. Changed is called when it has put a manifest, before it knows. When run returns,
// whatever the program had sent has had its effect.
func (p *program) run(
	ctx context.Context, from func(host string) string, to func(host string) []string, changed func(),
) error {
	var faults fault.Injector
	if err := faults.Set(p.seed, p.source...); err != nil {
		return err
	}
	source, err := slowregistry.Start(ctx, p.images, slowregistry.Options{Faults: &faults})
	if err != nil {
		return err
	}
	defer func() { _ = source.Close() }()
	look := func(put) { changed() }
	reading, writing := newWire("http://"+source.Host(), p.gauge, look), newWire(p.local.url, p.gauge, look)
	writing.silent = p.silent
	if err := writing.faults.Set(p.seed+1, p.to...); err != nil {
		return err
	}
	cmd := reporting(writing.server.URL, from(reading.host()), to(writing.host()))
	cmd.Stdout, cmd.Stderr = &p.stdout, &p.stderr
	if err := cmd.Start(); err != nil {
		return err
	}
	ended := make(chan struct{})
	go func() {
		_ = cmd.Wait()
		close(ended)
	}()
	limited, cancel := context.WithTimeoutCause(ctx, hangs, fmt.Errorf("it hangs: it has not ended within %v", hangs))
	defer cancel()
	select {
	case <-p.gauge.reached:
		p.died = true
		err = errors.Join(cmd.Process.Signal(p.signal), waitFor(ended, cmd.Process))
	case <-limited.Done():
		err = errors.Join(context.Cause(limited), cmd.Process.Kill())
		<-ended
	case <-ended:
	}
	close(p.gauge.dead)
	reading.close()
	writing.close()
	p.code, p.refused, p.broke = cmd.ProcessState.ExitCode(), writing.refused, brokenBy(&writing.faults, &faults)
	return err
}

// reporting is a mirror program that reports in JSON, and creates repositories.
func reporting(endpoint, from string, to []string) *exec.Cmd {
	return mirrorProgram(endpoint, slices.Concat([]string{"--create-repositories", "{}", "-o", "json", from}, to)...)
}

// brokenBy returns how many calls all injectors have broken.
func brokenBy(injectors ...*fault.Injector) fault.Broken {
	all := fault.Broken{}
	for _, i := range injectors {
		for kind, n := range i.Broken() {
			all[kind] += n
		}
	}
	return all
}

// result is what the program's report says of a destination.
type result struct {
	Name, State, Error string
	Digest             digest.Digest
	Transient          bool
}

// results returns what the program says of its destinations, in their order. An error is why that
// can't be true, whatever is there.
func (p *program) results(destinations int) ([]result, error) {
	var report struct{ Destinations []result }
	if err := json.Unmarshal(p.stdout.Bytes(), &report); err != nil {
		return nil, fmt.Errorf("its report: %w", err)
	}
	if n := len(report.Destinations); n != destinations {
		return nil, fmt.Errorf("it tells of %d destinations, not %d", n, destinations)
	}
	want := 0
	for _, r := range report.Destinations {
		switch {
		case r.State == "copied" || r.State == "current":
			continue
		case r.Error == "":
			return nil, fmt.Errorf("%s is %s without an error", r.Name, r.State)
		case r.Transient:
			want = 75
		case want == 0:
			want = 1
		}
	}
	if p.code != want {
		return nil, fmt.Errorf("exit code %d, want %d", p.code, want)
	}
	return report.Destinations, nil
}

// stopped returns an error unless the program, which was killed, ended as such programs do.
func (p *program) stopped() error {
	code, said := p.code, p.stderr.String()
	switch {
	case p.signal == syscall.SIGKILL && code != -1:
		return fmt.Errorf("exit code %d after SIGKILL", code)
	case p.signal == syscall.SIGTERM &&
		(code != 143 || !strings.Contains(said, "mirror: stopped by signal: terminated\n")):
		return fmt.Errorf("exit code %d after SIGTERM", code)
	}
	return nil
}

// final runs the program once more, when nothing goes wrong.
func (w *twiceWorld) final(ctx context.Context, from string, to []string) (*program, error) {
	p := &program{twiceWorld: w}
	cmd := reporting(w.local.url, from, to)
	cmd.Stdout, cmd.Stderr = &p.stdout, &p.stderr
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	stop := context.AfterFunc(ctx, func() { _ = cmd.Process.Signal(os.Kill) })
	defer stop()
	_ = cmd.Wait()
	p.code = cmd.ProcessState.ExitCode()
	return p, ctx.Err()
}
