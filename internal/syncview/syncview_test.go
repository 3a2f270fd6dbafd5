package syncview

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ecrmirror/internal/entry"
	"ecrmirror/internal/filesync"
)

var update = flag.Bool("update", false, "write testdata anew")

// TestGolden holds each writer to a file of testdata, which -update writes.
func TestGolden(t *testing.T) {
	stopped := round()
	stopped.Err, stopped.Until, stopped.Took = context.Canceled, time.Time{}, 75*time.Second
	clean := &filesync.Report{Entries: 1, Images: round().Images[2:]}
	clean.Images[0].Twin, clean.Images[0].Destinations = nil, clean.Images[0].Destinations[:2]
	for name, c := range map[string]struct {
		report  *filesync.Report
		results []entry.Result
	}{
		"round":   {round(), plan()},
		"stopped": {stopped, plan()[:2]},
		"clean":   {clean, plan()[:0]},
		"nothing": {&filesync.Report{}, nil},
	} {
		for kind, write := range writers(c.report, c.results) {
			golden(t, "testdata/"+name+"."+kind, write)
		}
	}
}

func golden(t *testing.T, file string, write func(io.Writer) error) {
	t.Helper()
	var b bytes.Buffer
	if err := write(&b); err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile(file, b.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), b.String()); diff != "" {
		t.Errorf("%s (-want +got)\n%s", file, diff)
	}
}

func TestSummary(t *testing.T) {
	of := func(states ...filesync.State) []filesync.Image {
		var images []filesync.Image
		for _, s := range states {
			to := []filesync.Destination{{State: s, BytesSent: 1 << 30}}
			images = append(images, filesync.Image{Destinations: to})
		}
		return images
	}
	const none = "; 0 requests; 0 B sent; 0.0 s"
	for _, c := range []struct {
		report filesync.Report
		want   string
	}{
		{filesync.Report{}, "no entries to mirror"},
		{filesync.Report{Err: io.EOF}, "no entry was mirrored: stopped before the first"},
		{filesync.Report{Entries: 1}, "entries: 1; images: 0 (destinations: copied 0, current 0, failed 0)" + none},
		{filesync.Report{Entries: 1, Err: io.EOF, Unreached: 3}, "entries: 1; images: 0 (destinations: copied 0, current 0, failed 0); not reached 3" + none + "; stopped before the end"},
		{filesync.Report{Entries: 1, Images: of("copied", "current", "left"), Took: time.Hour, Requests: 1}, "entries: 1; images: 3 (destinations: copied 1, current 1, left 1, failed 0); 1 request; 3.00 GiB sent; 1h0m0s"},
		{filesync.Report{Images: []filesync.Image{{State: "failed"}}}, "entries: 0; images: 1 (destinations: copied 0, current 0, failed 1)" + none},
		{filesync.Report{Images: []filesync.Image{{State: "deferred"}}}, "entries: 0; images: 1 (destinations: copied 0, current 0, deferred 1, failed 0)" + none},
		{filesync.Report{Images: []filesync.Image{{State: "deferred"}}, Until: clock}, "entries: 0; images: 1 (destinations: copied 0, current 0, deferred 1 until 2027-01-15T08:00:00Z, failed 0)" + none},
		{filesync.Report{Images: []filesync.Image{{Twin: io.EOF}}, Until: clock}, "entries: 0; images: 1 (destinations: copied 0, current 0, failed 1)" + none},
	} {
		if diff := cmp.Diff(c.want, summary(&c.report)); diff != "" {
			t.Errorf("(-want +got)\n%s", diff)
		}
	}
}

func TestPlanned(t *testing.T) {
	to := func(states ...entry.State) (r entry.Result) {
		for _, s := range states {
			r.Destinations = append(r.Destinations, entry.DestinationResult{State: s})
		}
		return r
	}
	for _, c := range []struct {
		entries int
		results []entry.Result
		want    string
	}{
		{0, nil, "no entries to mirror"},
		{1, nil, "entries: 1; images: 0 (destinations: current 0, to copy 0, failed 0); nothing was changed"},
		{2, planned(to("current"), to("stale", "failing")), "entries: 2; images: 2 (destinations: current 1, to copy 1, failed 1); nothing was changed"},
		{2, planned(to("submitted", "deferred")), "entries: 2; images: 1 (destinations: current 0, to copy 1, deferred 1, failed 0); nothing was changed"},
		{3, plan(), "entries: 3; images: 3 (destinations: current 1, to copy 2, deferred 2 until 2027-01-15T09:00:00Z, failed 3); nothing was changed"},
	} {
		if diff := cmp.Diff(c.want, Planned(c.entries, c.results, false)); diff != "" {
			t.Errorf("(-want +got)\n%s", diff)
		}
	}
}

// disk takes so many bytes.
type disk struct{ left int }

func (d *disk) Write(b []byte) (int, error) {
	if d.left -= len(b); d.left < 0 {
		return 0, io.ErrShortWrite
	}
	return len(b), nil
}

func TestAFullDiskIsAnError(t *testing.T) {
	for name, write := range writers(round(), plan()) {
		var b bytes.Buffer
		if err := write(&b); err != nil {
			t.Fatal(err)
		}
		for _, size := range []int{0, 1, 100, b.Len() - 1} {
			if err := write(&disk{size}); !errors.Is(err, io.ErrShortWrite) {
				t.Errorf("%s on a disk of %d bytes: %v", name, size, err)
			}
		}
	}
}

// A summary has room for GitHub's limit, for failures and the table alike, and says what is missing.
func TestALargeSummaryIsCut(t *testing.T) {
	r, results := &filesync.Report{Entries: 1}, planned()
	for i := range 8_000 {
		name := fmt.Sprintf("r.io/%05d%s:1", i, strings.Repeat("|", i%200))
		r.Images = append(r.Images, filesync.Image{Source: name, State: filesync.Failed, Err: io.EOF})
		results = append(results, entry.Result{Source: name, Err: io.EOF})
	}
	for _, kind := range []string{"markdown", "plan.markdown"} {
		var b bytes.Buffer
		if err := writers(r, results)[kind](&b); err != nil {
			t.Fatal(err)
		}
		text, more := b.String(), " more are left out: a summary has 1048576 bytes at most.\n"
		if len(text) > 1<<20 || len(text) < 1<<20-5000 || strings.Count(text, more) != 2 ||
			!strings.HasSuffix(text, more) {
			t.Errorf("%s: %d bytes, ends in %q", kind, len(text), text[len(text)-100:])
		}
		list, left := strings.Count(text, "\n- "), 0
		told := text[:strings.Index(text, more)]
		_, _ = fmt.Sscan(told[strings.LastIndex(told, "\n")+1:], &left)
		if list+left != len(r.Images) {
			t.Errorf("%s: %d failures and %d more", kind, list, left)
		}
	}
}

func TestAPlanThatWasStoppedSaysSo(t *testing.T) {
	results := []entry.Result{{Source: "r.io/a:1", Destinations: []entry.DestinationResult{{State: entry.Stale}}}}
	want := "entries: 2; images: 1 (destinations: current 0, to copy 1, failed 0); nothing was changed; " +
		"stopped before the end"
	if got := Planned(2, results, true); got != want {
		t.Errorf("%q", got)
	}
}
