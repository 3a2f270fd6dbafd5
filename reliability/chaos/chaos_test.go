package main

import (
	"io"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ecrmirror/testkit/command"
	"ecrmirror/testkit/programs"
)

// The fault suite at a small size: all faults that do not take minutes, once.
func TestEveryFaultEndsWell(t *testing.T) {
	dir := t.TempDir()
	ours, measure, err := programs.Build(t.Context(), dir, "")
	if err != nil {
		t.Fatal(err)
	}
	faults, err := chosen(allFaults(), nil, true)
	if err != nil {
		t.Fatal(err)
	}
	f := flags{runs: 1, atOnce: 8, small: true, timeout: 4 * time.Minute, out: dir}
	c := newChaos(f, dir, measure, []programs.Program{ours}, io.Discard)
	if err := c.all(t.Context(), faults); err != nil {
		t.Fatal(err)
	}
	var broke int64
	for _, a := range c.attempts {
		broke += a.Broke
		t.Logf("%s %s: %s, exit code %d, %d faults, %.1f s", a.Fault, a.Image, a.Outcome, a.Exit, a.Broke,
			a.Wall.Seconds())
		if a.Outcome == wrong {
			t.Errorf("%s %s: %s\n%s", a.Fault, a.Image, a.Why, a.Output)
		}
	}
	want := 0
	for _, f := range faults {
		want += len(f.images(true))
	}
	if len(c.attempts) != want || broke < 100 {
		t.Errorf("%d copies of %d, and %d faults: this shows nothing", len(c.attempts), want, broke)
	}
	if err := c.report(io.Discard); err != nil {
		t.Error(err)
	}
}

// A judge who finds nothing wrong with anybody shows nothing either.
func TestBadEndsAreSeen(t *testing.T) {
	dir := t.TempDir()
	measure := filepath.Join(dir, "measure")
	if err := programs.GoBuild(t.Context(), measure, "ecrmirror/testkit/measure"); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ script, fault, want string }{
		{"true", "none", "the tag is"},
		{"echo connection reset; exit 75", "none", "nothing is worth failing for"},
		{"echo no luck; exit 75", "reset", "does not name the cause"},
		{"echo connection reset; exit 75", "reset", "run again without faults"},
		{"echo connection reset; exit 1", "reset", "exit code 1"},
		{"echo connection reset; touch $TMPDIR/leak; exit 75", "reset", "left leak behind"},
		{"echo 'panic: boom'; exit 2", "reset", "crashed"},
		{"sleep 1000", "reset", "hangs"},
		{"echo 403; exit 1", "deny", ""},
		{"echo 403; exit 75", "deny", "exit code 75"},
	} {
		p := programs.Program{Name: programs.Ours, Commands: func(programs.Copy) [][]string {
			return [][]string{{"/bin/sh", "-c", c.script}}
		}}
		timeout := 2 * time.Minute
		if c.want == "hangs" {
			timeout = 300 * time.Millisecond
		}
		chaos := newChaos(flags{small: true, timeout: timeout}, dir, measure, []programs.Program{p}, io.Discard)
		faults, err := chosen(allFaults(), []string{c.fault}, true)
		if err != nil {
			t.Fatal(err)
		}
		list, err := chaos.try(t.Context(), faults[0], 1, p)
		if err != nil {
			t.Fatal(err)
		}
		a := list[0]
		if !strings.Contains(a.Why, c.want) || (a.Outcome == wrong) != (c.want != "") {
			t.Errorf("%q at %s: %s, %q, want %q", c.script, c.fault, a.Outcome, a.Why, c.want)
		}
	}
}

// What is said of one image says nothing of the others.
func TestBadEndsOfRequestsAreSeen(t *testing.T) {
	dir := t.TempDir()
	measure := filepath.Join(dir, "measure")
	if err := programs.GoBuild(t.Context(), measure, "ecrmirror/testkit/measure"); err != nil {
		t.Fatal(err)
	}
	each := func(line string) string { return "for t in 1 2 3 4 5 6 7 8; do " + line + "; done; " }
	failed := each(`echo "failed   ${1%:*}:$t"; echo "mirror: destination ${1%:*}:$t: 404"`)
	// Why they are wrong, of the third image and of all others.
	for _, c := range []struct{ script, third, others string }{
		{"exit 0", "the tag is", "the tag is"},
		{"exit 1", "does not say what became", "does not say what became"},
		{each(`echo "copied   ${1%:*}:$t sha256:0"`) + "exit 1", "the tag is", "the tag is"},
		{failed + "exit 1", "", "nothing is worth failing for"},
		{failed + "exit 75", "exit code 75", "nothing is worth failing for"},
		{each(`echo "failed   ${1%:*}:$t"`) + "echo mirror: 404; exit 1", "does not name the cause", "nothing is worth"},
	} {
		p := programs.Program{Name: programs.Ours, Commands: func(made programs.Copy) [][]string {
			return [][]string{{"/bin/sh", "-c", c.script, "sh", made.Destinations[0]}}
		}}
		chaos := newChaos(flags{small: true, timeout: time.Minute}, dir, measure, []programs.Program{p}, io.Discard)
		faults, err := chosen(allFaults(), []string{"some-gone"}, true)
		if err != nil {
			t.Fatal(err)
		}
		list, err := chaos.try(t.Context(), faults[0], 1, p)
		if err != nil || len(list) != requestImages {
			t.Fatalf("%d images, %v", len(list), err)
		}
		for _, a := range list {
			want := c.others
			if a.Image == "3" {
				want = c.third
			}
			if !strings.Contains(a.Why, want) || (a.Outcome == wrong) != (want != "") {
				t.Errorf("%q, image %s: %s, %q, want %q", c.script, a.Image, a.Outcome, a.Why, want)
			}
		}
	}
}

func TestFaultsAreChosenByName(t *testing.T) {
	ids := map[string]bool{}
	for _, f := range allFaults() {
		if ids[f.id] {
			t.Errorf("%s comes twice", f.id)
		}
		ids[f.id] = true
	}
	for _, c := range []struct {
		patterns string
		want     int
	}{{"none,429", 2}, {"ecr-throttle-*", 6}, {"to-mute", 1}, {"some-*", 9}} {
		if got, err := chosen(allFaults(), command.Split(c.patterns), false); err != nil || len(got) != c.want {
			t.Errorf("%s: %d faults, %v", c.patterns, len(got), err)
		}
	}
	if _, err := chosen(allFaults(), []string{"nonesuch"}, false); err == nil {
		t.Error("a fault that is not there is chosen")
	}
}
