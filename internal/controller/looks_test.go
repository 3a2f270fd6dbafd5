package controller_test

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/opencontainers/go-digest"

	"ecrmirror/internal/artifacts"
	"ecrmirror/internal/controller"
	"ecrmirror/internal/imagename"
	"ecrmirror/internal/mirror/port"
)

// belongings are what belongs to images, at each repository, and count what is asked.
type belongings struct {
	mu     sync.Mutex
	lists  map[string]map[digest.Digest][]artifacts.Artifact // by repository and subject
	err    error                                             // of all lists
	no     map[string]error                                  // of all lists of a repository
	hangs  bool                                              // all lists, until nobody waits for them
	opened int                                               // repositories
	asked  int                                               // lists and manifests
}

func newBelongings() *belongings {
	return &belongings{lists: map[string]map[digest.Digest][]artifacts.Artifact{}}
}

func (b *belongings) add(repository string, subject digest.Digest, texts ...string) {
	if b.lists[repository] == nil {
		b.lists[repository] = map[digest.Digest][]artifacts.Artifact{}
	}
	for _, text := range texts {
		b.lists[repository][subject] = append(b.lists[repository][subject],
			artifacts.Artifact{Digest: digest.FromString(text), Type: "a/" + text})
	}
}

func (b *belongings) Artifacts(_ context.Context, repository imagename.Name) (port.Artifacts, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.opened++
	return listOf{b, repository.Repository}, nil
}

func (b *belongings) Manifests(_ context.Context, image imagename.Name) ([]digest.Digest, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.asked++
	return []digest.Digest{image.Digest}, nil
}

type listOf struct {
	*belongings
	repository string
}

func (l listOf) Of(ctx context.Context, subject digest.Digest) ([]artifacts.Artifact, error) {
	if l.hangs {
		<-ctx.Done()
		return nil, ctx.Err()
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.asked++
	return l.lists[l.repository][subject], cmp.Or(l.err, l.no[l.repository])
}

// looking returns a world with one image that its destinations hold, and what belongs to it.
func looking(t *testing.T) (*remembering, *belongings) {
	t.Helper()
	r, b := newRemembering(t), newBelongings()
	r.entries["r.test/src:1"] = "r.test/a:1,r.test/b:1"
	for _, name := range []string{"src:1", "a:1", "b:1"} {
		r.images["r.test/"+name] = digestOf("image")
	}
	r.with = func(c *controller.Controller) { c.Artifacts = b }
	return r, b
}

// look sweeps, and says what was looked at, and which jobs were submitted to bring artifacts alone.
func (r *remembering) look() string {
	r.t.Helper()
	r.submitted = nil
	copies, report := r.sweep()
	if len(copies) > 0 {
		r.t.Errorf("copies: %s", copies)
	}
	return fmt.Sprintf("looked %d, jobs %d: %s", report.Looked, report.Bringing, strings.Join(r.submitted, "; "))
}

// A signature that comes a minute after the push arrives with the sweep after the next look, by a job for artifacts
// alone; a destination that has it is not asked again; and what failed for now is looked at again by the next sweep.
func TestArtifactsThatComeLaterAreBrought(t *testing.T) {
	r, b := looking(t)
	const none = "looked 0, jobs 0: "
	began, pinned := r.now, "r.test/src:1@"+digestOf("image").String()
	for _, step := range []struct {
		after time.Duration
		what  func()
		want  string
	}{
		{0, nil, "looked 1, jobs 0: "},
		{5 * time.Minute, func() { b.add("src", digestOf("image"), "signature") }, none},
		{11 * time.Minute, func() { b.err = errors.New("busy") }, none},
		{
			12 * time.Minute, func() { b.err = nil },
			"looked 1, jobs 1: " + pinned + " -> r.test/a:1,r.test/b:1",
		},
		{13 * time.Minute, func() { b.add("a", digestOf("image"), "signature", "made there") }, none},
		{23 * time.Minute, nil, "looked 1, jobs 1: " + pinned + " -> r.test/b:1"},
		{24 * time.Minute, func() { b.add("b", digestOf("image"), "signature") }, none},
		{84 * time.Minute, nil, "looked 1, jobs 0: "},
		{85 * time.Minute, nil, none},
		{7 * time.Hour, nil, "looked 1, jobs 0: "},
		{7*time.Hour + time.Minute, nil, none},
		{33 * time.Hour, nil, "looked 1, jobs 0: "},
		{33*time.Hour + time.Minute, nil, none},
	} {
		r.now = began.Add(step.after)
		if step.what != nil {
			step.what()
		}
		if got := r.look(); got != step.want {
			t.Errorf("after %v: %s; want %s", step.after, got, step.want)
		}
	}
}

// A destination that does not let its artifacts be listed gets each of those that come later once.
func TestArtifactsOfADestinationThatListsNone(t *testing.T) {
	r, b := looking(t)
	b.no = map[string]error{"a": artifacts.ErrNoList}
	began, pinned := r.now, "r.test/src:1@"+digestOf("image").String()
	for _, step := range []struct {
		after time.Duration
		comes string
		want  string
	}{
		{0, "one", "looked 1, jobs 1: " + pinned + " -> r.test/a:1,r.test/b:1"},
		{11 * time.Minute, "", "looked 1, jobs 1: " + pinned + " -> r.test/b:1"},
		{8 * time.Hour, "two", "looked 1, jobs 1: " + pinned + " -> r.test/a:1,r.test/b:1"},
	} {
		if step.comes != "" {
			b.add("src", digestOf("image"), step.comes)
		}
		r.now = began.Add(step.after)
		if got := r.look(); got != step.want {
			t.Errorf("after %v: %s; want %s", step.after, got, step.want)
		}
	}
}

// A list that hangs holds up no sweep for longer than its limit, and is told of once.
func TestLooksEndWithTheSweep(t *testing.T) {
	r, b := looking(t)
	r.entries["r.test/src:2"], r.images["r.test/src:2"], r.images["r.test/a:2"] = "r.test/a:2", one, one
	with := r.with
	var log bytes.Buffer
	r.with = func(c *controller.Controller) {
		with(c)
		c.Limit, c.Log = 300*time.Millisecond, slog.New(slog.NewTextHandler(&log, nil))
	}
	b.hangs = true
	if got := r.look(); got != "looked 0, jobs 0: " {
		t.Error(got)
	}
	if n := strings.Count(log.String(), "artifacts not looked at"); n != 1 || !strings.Contains(log.String(), "images=2 ") {
		t.Errorf("%d warnings: %s", n, &log)
	}
	b.hangs = false
	r.with = with
	if got := r.look(); got != "looked 2, jobs 0: " {
		t.Error(got)
	}
}

// Entries say which artifacts come, and from where; where none do, nobody is asked.
func TestLooksGoByTheEntrysOptions(t *testing.T) {
	for _, c := range []struct {
		name    string
		setting artifacts.Filter
		with    func(*controller.Controller)
		lists   string // the repository that has the signature
		jobs    int
	}{
		{"all", artifacts.Filter{}, nil, "src", 1},
		{"none by the setting", artifacts.None(), nil, "src", 0},
		{"without a ledger", artifacts.Filter{}, func(c *controller.Controller) {
			c.Ledger, c.Claims = nil, nil
		}, "src", 0},
		{"elsewhere", artifacts.Filter{}, nil, "attestations", 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			r, b := looking(t)
			b.add(c.lists, digestOf("image"), "signature")
			with := r.with
			r.with = func(ctl *controller.Controller) {
				with(ctl)
				ctl.ArtifactFilter = c.setting
				if c.with != nil {
					c.with(ctl)
				}
			}
			r.submitted = nil
			_, report := r.sweep()
			if report.Bringing != c.jobs {
				t.Errorf("%d jobs, want %d", report.Bringing, c.jobs)
			}
			if c.setting.IsNone() && b.asked > 0 {
				t.Errorf("%d questions where no artifacts come", b.asked)
			}
		})
	}
}

// What it costs to look at unchanged images: each is looked at once a day, and about as many in each sweep. A look
// takes a request for the manifest at a destination, and one for each manifest and artifact at the source; those who
// have all are not asked. Of 120 images by default, as fewer are not spread as evenly, and of ECRMIRROR_IMAGES if set.
func TestWhatLooksCost(t *testing.T) {
	images := 120
	if n, err := strconv.Atoi(os.Getenv("ECRMIRROR_IMAGES")); err == nil {
		images = n
	}
	r, b := newRemembering(t), newBelongings()
	r.with = func(c *controller.Controller) { c.Artifacts = b }
	for i := range images {
		source, to := fmt.Sprintf("r.test/src:%d", i), fmt.Sprintf("r.test/a:%d", i)
		d := digestOf(source)
		r.entries[source], r.images[source], r.images[to] = to, d, d
		b.add("src", d, "signature")
		b.add("a", d, "signature")
	}
	r.sweep()
	for range 8 { // until all is quiet
		r.now = r.now.Add(time.Hour)
		r.sweep()
	}
	var looked []int
	asked := b.asked
	for range 24 {
		r.now = r.now.Add(time.Hour)
		_, report := r.sweep()
		looked = append(looked, report.Looked)
		if report.Bringing > 0 {
			t.Errorf("%d jobs", report.Bringing)
		}
	}
	sum := 0
	for _, n := range looked {
		sum += n
	}
	requests := b.asked - asked
	// The manifest, the list of its artifacts, and that of the artifact's own.
	if sum != images || requests != 3*images || slices.Max(looked) > images/24*3 {
		t.Errorf("%d looks in a day, %d requests; by sweep: %v", sum, requests, looked)
	}
	t.Logf("%d images: %d looks and %d requests in a day of 24 sweeps, at most %d looks in one", images, sum, requests,
		slices.Max(looked))
}
