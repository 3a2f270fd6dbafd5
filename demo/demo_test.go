package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/random"

	"ecrmirror/demo/story"
	"ecrmirror/localstack/server"
	"ecrmirror/testkit/servertest"
)

func TestFailedJobIsAProblemAndItsLogIsShown(t *testing.T) {
	d, told := newDemo(t, "#!/bin/sh\necho the disk is full >&2\nexit 1\n")
	createRepository(t, d, submittedImage)
	push(t, d, d.upstream(legacyImage))
	if err := d.submit(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"job straight (mirror to 1 destination) is FAILED: exit code 1",
		"│ the disk is full",
	} {
		if !strings.Contains(told.String(), want) {
			t.Errorf("the story lacks %q:\n%s", want, told)
		}
	}
	if d.tally.jobs != 0 || d.tally.destinations != 0 {
		t.Errorf("%d jobs and %d destinations count as right", d.tally.jobs, d.tally.destinations)
	}
	if len(d.problems) < 2 {
		t.Errorf("problems %q, want the job and the missing image", d.problems)
	}
}

func TestWrongCopyIsAProblem(t *testing.T) {
	d, told := newDemo(t, "")
	source, right, wrong := d.upstream("app:1"), d.partner("right:1"), d.partner("wrong:1")
	image := push(t, d, source)
	if _, err := d.push(t.Context(), right, image); err != nil {
		t.Fatal(err)
	}
	push(t, d, wrong)
	if err := d.compare(t.Context(), source, right, wrong); err != nil {
		t.Fatal(err)
	}
	if len(d.problems) != 1 || !strings.Contains(d.problems[0], wrong) {
		t.Errorf("problems %q, want one with %s", d.problems, wrong)
	}
	if d.tally.destinations != 1 || d.tally.manifests != 1 {
		t.Errorf("%d destinations and %d manifests count as right, want one", d.tally.destinations, d.tally.manifests)
	}
	if !strings.Contains(told.String(), story.Wrong) {
		t.Errorf("the story does not say that something is wrong:\n%s", told)
	}
}

func TestSourceReadTwiceIsAProblem(t *testing.T) {
	d, _ := newDemo(t, "")
	e := entry{source: d.upstream("app:1"), destinations: []string{"a", "b"}, written: asSet}
	push(t, d, e.source)
	size := treeSize(t, d, e.source)
	for _, tc := range []struct {
		read     int64
		problems int
	}{{size, 0}, {2 * size, 1}, {0, 1}} {
		d.problems = nil
		if err := d.checkTraffic(t.Context(), []entry{e}, map[string]int64{"library/app": tc.read}); err != nil {
			t.Fatal(err)
		}
		if len(d.problems) != tc.problems {
			t.Errorf("%d bytes read of %d: problems %q", tc.read, size, d.problems)
		}
	}
}

func TestUnexpectedExitCodeIsAProblem(t *testing.T) {
	d, told := newDemo(t, "#!/bin/sh\necho out\necho err >&2\nexit 3\n")
	e, err := d.command(t.Context(), "mirror", "a", "b c")
	if err != nil {
		t.Fatal(err)
	}
	d.expectExit(e, 3, "it says so")
	d.expectExit(e, 0, "it should work")
	if d := cmp.Diff([]string{"exit code 3 instead of 0: it should work"}, d.problems); d != "" {
		t.Errorf("problems (-want +got):\n%s", d)
	}
	want := "   $ mirror a 'b c'\n   │ out\n   ┊ err\n   ✓ exit code 3: it says so\n   ✗ exit code 3 instead of 0: " +
		"it should work\n"
	if d := cmp.Diff(want, told.String()); d != "" {
		t.Errorf("story (-want +got):\n%s", d)
	}
}

func TestProgramsGetNothingOfTheUsersEnvironment(t *testing.T) {
	d, told := newDemo(t, "#!/bin/sh\necho $AWS_PROFILE$AWS_ENDPOINT_URL $https_proxy\n")
	d.environ = []string{"AWS_PROFILE=mine", "AWS_ENDPOINT_URL=http://elsewhere", "https_proxy=http://proxy"}
	if _, err := d.command(t.Context(), "mirror"); err != nil {
		t.Fatal(err)
	}
	if want := "│ " + d.server.URL() + " http://proxy\n"; !strings.Contains(told.String(), want) {
		t.Errorf("the story lacks %q:\n%s", want, told)
	}
}

func TestUnreachableSourceStopsTheDemoBeforeItBuilds(t *testing.T) {
	d, told := newDemo(t, "")
	d.extra = d.upstream("none:1")
	err := d.tell(t.Context())
	if err == nil || !strings.Contains(err.Error(), d.extra) || !strings.Contains(err.Error(),
		"check its name and the network") {
		t.Errorf("error %v", err)
	}
	if strings.Contains(told.String(), "go build") {
		t.Errorf("it built:\n%s", told)
	}
}

func TestInterruptedDemoSaysSo(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var told bytes.Buffer
	d := &demo{story: story.New(&told, false), environ: os.Environ(), began: time.Now(), seen: map[string]bool{}}
	if code := d.run(ctx, true); code != exitInterrupted || !strings.Contains(told.String(), "interrupted") {
		t.Errorf("exit code %d:\n%s", code, told.String())
	}
}

func createRepository(t *testing.T, d *demo, image string) {
	t.Helper()
	r, ok := repositoryOf(d.home(image))
	if !ok {
		t.Fatalf("%s is not in ECR", d.home(image))
	}
	if err := d.createRepository(t.Context(), r); err != nil {
		t.Fatal(err)
	}
}

// newDemo returns a demo after its start, with a mirror program that is a script,
// and what it tells.
func newDemo(t *testing.T, mirror string) (*demo, *bytes.Buffer) {
	t.Helper()
	told := new(bytes.Buffer)
	d := &demo{
		story: story.New(told, false), work: t.TempDir(), environ: os.Environ(), began: time.Now(),
		seen: map[string]bool{},
	}
	if mirror != "" {
		if err := os.MkdirAll(d.programs(), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(d.programs(), "mirror"), []byte(mirror), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	d.server = servertest.Start(t, server.Options{Dir: d.path("localstack"), Programs: d.programs(), NoEvents: true})
	return d, told
}

// push pushes an image of its own.
func push(t *testing.T, d *demo, image string) v1.Image {
	t.Helper()
	content, err := random.Image(1000, 1)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.push(t.Context(), image, content); err != nil {
		t.Fatal(err)
	}
	return content
}

func treeSize(t *testing.T, d *demo, image string) int64 {
	t.Helper()
	tree, err := d.read(t.Context(), image)
	if err != nil {
		t.Fatal(err)
	}
	return tree.Size()
}
