package programs

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestCommandsOfPeers(t *testing.T) {
	job := Copy{
		Path: "P", Home: "/home", Setting: Wide, Source: "127.0.0.1:1/a:1",
		Destinations: []string{"127.0.0.1:2/b:1", "127.0.0.1:2/c:1"},
	}
	for _, p := range known() {
		commands := p.Commands(job)
		if len(commands) != 2 || commands[0][0] != "P" || slices.Equal(commands[0], commands[1]) {
			t.Errorf("%s: %v", p.Name, commands)
		}
	}
	job.Budget = "16MiB"
	if got := Mirror(job); len(got) != 1 || strings.Join(got[0],
		" ") != "P 127.0.0.1:1/a:1 --memory-budget 16MiB 127.0.0.1:2/b:1 127.0.0.1:2/c:1" {
		t.Errorf("mirror: %v", got)
	}
	if got := hosts(job); !slices.Equal(got, []string{"127.0.0.1:1", "127.0.0.1:2"}) {
		t.Errorf("hosts %v", got)
	}
}

// All tags of a repository are copied, by programs that can do that.
func TestCommandsOfPeersForRepositories(t *testing.T) {
	job := Copy{
		Path: "P", Home: t.TempDir(), Source: "127.0.0.1:1/lib/a", Destinations: []string{"127.0.0.1:2/to/a"},
		Tags: []string{"1", "2"},
	}
	config := job.Home + "/regsync-0.yml"
	for _, c := range []struct {
		program, setting string
		want             string // with | between arguments
	}{
		{"crane", ByDefault, "P|copy|--all-tags|127.0.0.1:1/lib/a|127.0.0.1:2/to/a"},
		{"crane", Wide, "P|copy|--all-tags|127.0.0.1:1/lib/a|127.0.0.1:2/to/a|--jobs|16"},
		{
			"skopeo", ByDefault, "P|sync|--insecure-policy|--src|docker|--dest|docker|--all|--preserve-digests|" +
				"--src-tls-verify=false|--dest-tls-verify=false|127.0.0.1:1/lib/a|127.0.0.1:2/to",
		},
		{"regsync", Wider, "P|once|--config|" + config},
		{
			"oras", Wide, `sh|-c|printf '%s\n' "$@" \| xargs -P 16 -I '{}' P copy --from-plain-http --to-plain-http ` +
				"--concurrency 16 127.0.0.1:1/lib/a:{} 127.0.0.1:2/to/a:{}|sh|1|2",
		},
		{"regctl", ByDefault, ""},
	} {
		job.Setting = c.setting
		p := known()[slices.IndexFunc(known(), func(p Program) bool { return p.Name == c.program })]
		got := ""
		if p.Repository != nil {
			escaped := p.Repository(job)[0]
			for i, argument := range escaped {
				escaped[i] = strings.ReplaceAll(argument, "|", `\|`)
			}
			got = strings.Join(escaped, "|")
		}
		if got != c.want {
			t.Errorf("%s, %s:\n%s\nwant\n%s", c.program, c.setting, got, c.want)
		}
	}
	if got := strings.Join(Mirror(job)[0], " "); got != "P 127.0.0.1:1/lib/a:1,2 127.0.0.1:2/to/a:*" {
		t.Errorf("mirror: %s", got)
	}
}

// Regsync takes the tags of a repository one after another, unless each is an entry of its own.
func TestSyncEntries(t *testing.T) {
	job := Copy{Source: "h/a", Tags: []string{"1", "2"}, Setting: ByDefault}
	const entry = "  - source: %q\n    target: %q\n    type: %s\n"
	if got, want := syncEntries(job, "t/a"), "sync:\n"+fmt.Sprintf(entry, "h/a", "t/a", "repository"); got != want {
		t.Errorf("by default:\n%s", got)
	}
	job.Setting = Wide
	if got, want := syncEntries(job, "t/a"), "defaults:\n  parallel: 16\nsync:\n"+
		fmt.Sprintf(entry, "h/a:1", "t/a:1", "image")+fmt.Sprintf(entry, "h/a:2", "t/a:2", "image"); got != want {
		t.Errorf("16 wide:\n%s", got)
	}
	job.Tags = nil
	if got, want := syncEntries(job, "t/a"), "sync:\n"+fmt.Sprintf(entry, "h/a", "t/a", "image"); got != want {
		t.Errorf("an image:\n%s", got)
	}
}

func measureFor(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "measure")
	if err := GoBuild(t.Context(), path, "ecrmirror/testkit/measure"); err != nil {
		t.Fatal(err)
	}
	return path
}

// The peak of a small program is its own, however large this process is.
func TestPeakIsTheProgramsOwn(t *testing.T) {
	measure := measureFor(t)
	ballast := make([]byte, 256<<20)
	for i := range ballast {
		ballast[i] = 1
	}
	got, err := RunAll(t.Context(), measure, nil, [][]string{{"/bin/sh", "-c", "true"}})
	runtime.KeepAlive(ballast)
	if err != nil {
		t.Fatal(err)
	}
	if got.PeakRSS <= 0 || got.PeakRSS > 32<<20 || got.Wall <= 0 {
		t.Errorf("%+v", got)
	}
}

func TestFailuresOfProgramsAreTold(t *testing.T) {
	measure := measureFor(t)
	_, err := RunAll(t.Context(), measure, nil, [][]string{
		{"/bin/sh", "-c", "true"}, {"/bin/sh", "-c", "echo broken >&2; exit 3"},
	})
	if err == nil || err.Error() != "exit code 3: broken" {
		t.Errorf("%v", err)
	}
	if _, err := RunAll(t.Context(), measure, nil, [][]string{{"/nowhere/program"}}); err == nil {
		t.Error("a program that is not there ran")
	}
}

// An interrupt ends programs, and what they have started.
func TestInterruptEndsPrograms(t *testing.T) {
	measure := measureFor(t)
	fifo := filepath.Join(t.TempDir(), "running")
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	ended := make(chan error, 1)
	go func() {
		_, err := RunAll(ctx, measure, []string{"PATH=/usr/bin:/bin"},
			[][]string{{"/bin/sh", "-c", "sleep 1000 & echo >" + fifo + "; wait"}})
		ended <- err
	}()
	ticker := time.NewTicker(10 * time.Millisecond)
	defer ticker.Stop()
	for range ticker.C {
		if _, err := os.Stat(fifo); err == nil {
			break
		}
	}
	cancel()
	select {
	case err := <-ended:
		if err == nil {
			t.Error("it ended well")
		}
	case <-time.After(2 * time.Minute):
		t.Error("it goes on")
	}
}
