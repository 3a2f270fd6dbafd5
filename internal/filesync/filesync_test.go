package filesync_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ecrmirror/internal/entry"
	"ecrmirror/internal/filesync"
)

// matching compares lines with patterns, of which one that ends in "..." is the start of its line.
func matching(t *testing.T, what string, want, got []string) {
	t.Helper()
	for i, line := range got {
		if start, cut := strings.CutSuffix(at(want, i), "..."); cut && strings.HasPrefix(line, start) {
			got[i] = want[i]
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s (-want +got)\n%s", what, diff)
	}
}

func at(lines []string, i int) string {
	if i < len(lines) {
		return lines[i]
	}
	return ""
}

func TestARoundCopiesWhatDiffers(t *testing.T) {
	w := newWorld(t)
	for _, image := range []string{"app:1.0.0", "app:2.0.0", "app:dev", "one:1"} {
		w.push(image)
	}
	all := []entry.Entry{w.versions("app", "app"), w.entry("one:1", "one:1", "two:1"), w.entry("none:1", "none:1")}
	gone := w.entry("one:1", "gone:1")
	gone.Expires = time.Now().Add(-time.Hour)
	gone.Source = w.from + "/gone:1"
	all = append(all, gone)
	got, report := w.round(all...)
	want := []string{
		"FROM/app:1.0.0 -> TO/app:1.0.0 copied", "FROM/app:2.0.0 -> TO/app:2.0.0 copied",
		"FROM/none:1 failed: source image does not exist",
		"FROM/one:1 -> TO/one:1 copied", "FROM/one:1 -> TO/two:1 copied",
	}
	matching(t, "the first round", want, got)
	if report.Entries != 3 || report.Requests != 2 || report.Bytes() == 0 || len(report.Failures()) != 1 {
		t.Errorf("%+v", report)
	}
	if err := report.Failures()[0].Error(); err != w.from+"/none:1: source image does not exist" {
		t.Error(err)
	}
	for i := range want {
		want[i] = strings.Replace(want[i], "copied", "current", 1)
	}
	got, report = w.round(all...)
	matching(t, "the second round", want, got)
	if n := w.written(); n > 0 || report.Requests != 0 || report.Bytes() != 0 {
		t.Errorf("the second round wrote %d times in %d requests", n, report.Requests)
	}
	w.push("app:2.0.0")
	w.push("app:3.0.0")
	got, _ = w.round(all[0])
	matching(t, "what is new", []string{
		"FROM/app:1.0.0 -> TO/app:1.0.0 current", "FROM/app:2.0.0 -> TO/app:2.0.0 copied",
		"FROM/app:3.0.0 -> TO/app:3.0.0 copied",
	}, got)
}

// broken refuses what is written to a repository.
func broken(repository string, status int) func(http.ResponseWriter, *http.Request) bool {
	return func(w http.ResponseWriter, r *http.Request) bool {
		if r.Method == http.MethodGet || r.Method == http.MethodHead || !strings.HasPrefix(r.URL.Path, "/v2/"+repository+"/") {
			return false
		}
		http.Error(w, `{"errors":[{"code":"DENIED","message":"no"}]}`, status)
		return true
	}
}

func TestOneFailureIsItsOwn(t *testing.T) {
	w := newWorld(t)
	w.push("app:1")
	w.push("one:1")
	w.refuse = broken("bad", http.StatusForbidden)
	got, report := w.round(w.entry("app:1", "app:1", "bad:1"), w.entry("one:1", "one:1"))
	matching(t, "", []string{
		"FROM/app:1 -> TO/app:1 copied", "FROM/app:1 -> TO/bad:1 failed: ...", "FROM/one:1 -> TO/one:1 copied",
	}, got)
	if report.Err != nil || report.PutOff() || report.Images[0].Destinations[1].Transient {
		t.Errorf("%+v", report)
	}
	w.refuseBy(broken("bad", http.StatusServiceUnavailable))
	_, report = w.round(w.entry("app:1", "bad:1"))
	if !report.Images[0].Destinations[0].Transient {
		t.Errorf("%+v", report)
	}
}

func TestTheFirstFailureStopsARoundThatIsNotToGoOn(t *testing.T) {
	w := newWorld(t)
	w.sync.KeepGoing = false
	w.push("app:1")
	w.push("bad:1")
	refuse := broken("bad", http.StatusForbidden)
	w.refuse = func(rw http.ResponseWriter, r *http.Request) bool {
		if strings.HasPrefix(r.URL.Path, "/v2/app/blobs/uploads") {
			<-r.Context().Done() // until it is given up
			return true
		}
		return refuse(rw, r)
	}
	got, report := w.round(w.entry("app:1", "app:1"), w.entry("bad:1", "bad:1"))
	matching(t, "", []string{"FROM/app:1 -> TO/app:1 left: ...", "FROM/bad:1 -> TO/bad:1 failed: ..."}, got)
	if !errors.Is(report.Err, filesync.ErrFirst) || len(report.Failures()) != 1 || report.PutOff() {
		t.Errorf("%v, %v", report.Err, report.Failures())
	}
}

func TestARoundEndsWithItsContext(t *testing.T) {
	w := newWorld(t)
	w.push("app:1")
	ctx, end := context.WithCancel(t.Context())
	w.refuse = func(_ http.ResponseWriter, r *http.Request) bool {
		if r.Method == http.MethodPost {
			end()
			<-r.Context().Done()
		}
		return false
	}
	all := []entry.Entry{w.entry("app:1", "app:1")}
	report := w.sync.Round(ctx, filesync.Entries{All: all, Some: all})
	matching(t, "", []string{"FROM/app:1 -> TO/app:1 left: ..."}, w.lines(report))
	if !errors.Is(report.Err, context.Canceled) || len(report.Failures()) != 0 || !report.PutOff() {
		t.Errorf("%v, %v", report.Err, report.Failures())
	}
}

// An entry and a selection may name one image: it is copied once, and both are told of it.
func TestAnImageThatTwoEntriesNameIsCopiedOnce(t *testing.T) {
	w := newWorld(t)
	w.push("app:1.0.0")
	got, report := w.round(w.versions("app", "app"), w.entry("app:1.0.0", "app:1.0.0"))
	matching(t, "", []string{"FROM/app:1.0.0 -> TO/app:1.0.0 copied", "FROM/app:1.0.0 -> TO/app:1.0.0 current"}, got)
	if sent := report.Images[0].Destinations[0].BytesSent; report.Requests != 1 || report.Bytes() != sent {
		t.Errorf("%d requests, %d bytes of %d", report.Requests, report.Bytes(), sent)
	}
}

func TestSomeEntriesOfAll(t *testing.T) {
	w := newWorld(t)
	for _, image := range []string{"app:1", "other:1", "far:1"} {
		w.push(image)
	}
	all := []entry.Entry{w.entry("app:1", "app:1"), w.entry("other:1", "app:1"), w.entry("far:1", "far:1")}
	report := w.sync.Round(t.Context(), filesync.Entries{All: all, Some: all[:1]})
	matching(t, "", []string{"FROM/app:1 -> TO/app:1 failed: ..."}, w.lines(report))
	if report.Entries != 1 {
		t.Errorf("%+v", report)
	}
}

func TestAPlanChangesNothing(t *testing.T) {
	w := newWorld(t)
	w.push("app:1.0.0")
	all := []entry.Entry{w.versions("app", "app")}
	results, report, err := w.sync.Plan(t.Context(), filesync.Entries{All: all, Some: all})
	if err != nil || report.Stale != 1 || len(results) != 1 || results[0].Destinations[0].State != entry.Stale {
		t.Errorf("%v, %v, %v", results, report, err)
	}
	if n := w.written(); n > 0 {
		t.Errorf("%d writes", n)
	}
}

// What is wrong with a source is told once, however many destinations it keeps from being written.
func TestAFailureOfASourceIsToldOnce(t *testing.T) {
	w := newWorld(t)
	w.push("app:1")
	w.refuseSource = func(rw http.ResponseWriter, r *http.Request) bool {
		if !strings.Contains(r.URL.Path, "/blobs/") {
			return false
		}
		http.Error(rw, `{"errors":[{"code":"DENIED","message":"no"}]}`, http.StatusForbidden)
		return true
	}
	_, report := w.round(w.entry("app:1", "one:1", "two:1"))
	errs := report.Failures()
	if start := w.from + "/app:1: reading blob "; len(errs) != 1 || !strings.HasPrefix(errs[0].Error(), start) {
		t.Errorf("%v", errs)
	}
}

// Images that entries name one by one go together, too, as far as they are of one repository and keep their tags.
func TestImagesOfOneRepositoryGoTogether(t *testing.T) {
	w := newWorld(t)
	var all []entry.Entry
	for _, image := range []string{"app:1", "app:2", "app:3", "one:1"} {
		w.push(image)
		all = append(all, w.entry(image, image))
	}
	if _, report := w.round(all...); report.Requests != 2 || report.Counts()[filesync.Copied] != 4 {
		t.Errorf("%+v", report)
	}
}
