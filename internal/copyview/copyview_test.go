package copyview

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"ecrmirror/internal/imagename"
	"ecrmirror/internal/mirror"
	"ecrmirror/internal/output"
)

// What was set aside is said, with what it cost; where nothing was, nothing is.
func TestReportSaysWhatWasSetAside(t *testing.T) {
	name := func(s string) imagename.Name {
		n, err := imagename.ParseImage(s)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	report := &mirror.Report{
		Source: name("r.test/src:1"), BytesRead: 100 << 20, BytesReadAgain: 36 << 20,
		Results: []mirror.Result{
			{Name: name("r.test/fast:1"), State: mirror.Copied, Digest: "sha256:f", BlobsSent: 2, BytesSent: 64 << 20},
			{
				Name: name("r.test/slow:1"), State: mirror.Copied, Digest: "sha256:f", BlobsSent: 2, BytesSent: 64 << 20,
				SetAside: true,
			},
			{Name: name("r.test/slower:1"), State: mirror.Failed, Err: errors.New("slow"), SetAside: true},
		},
	}
	var text, doc bytes.Buffer
	reports := []*mirror.Report{report}
	if err := errors.Join(WriteText(&text, output.Palette{}, reports, false), WriteJSON(&doc, reports)); err != nil {
		t.Fatal(err)
	}
	want := strings.Join([]string{
		"copied   r.test/fast:1 sha256:f (2 blobs, 64.0 MiB sent)",
		"copied   r.test/slow:1 sha256:f (2 blobs, 64.0 MiB sent, set aside as slow)",
		"failed   r.test/slower:1",
		"read 36.0 MiB of the source again for destinations that were set aside: they held up faster ones", "",
	}, "\n")
	if text.String() != want {
		t.Errorf("got\n%s\nwant\n%s", text.String(), want)
	}
	var got Report
	if err := json.Unmarshal(doc.Bytes(), &got); err != nil || got.BytesReadAgain != 36<<20 ||
		got.Destinations[0].SetAside || !got.Destinations[1].SetAside {
		t.Errorf("%+v, %v", got, err)
	}
	report.Results = report.Results[:1]
	text.Reset()
	if err := WriteText(&text, output.Palette{}, []*mirror.Report{report}, false); err != nil ||
		strings.Contains(text.String(), "again") {
		t.Errorf("%s, %v", text.String(), err)
	}
}

func TestWhatWasStoppedIsInterrupted(t *testing.T) {
	n, err := imagename.ParseImage("r.test/a:1")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		result  mirror.Result
		stopped bool
		want    string
	}{
		{mirror.Result{State: mirror.Failed}, true, "interrupted r.test/a:1\n"},
		{mirror.Result{State: mirror.Failed}, false, "failed   r.test/a:1\n"},
		{mirror.Result{State: mirror.Current, Digest: "sha256:a"}, true, "current  r.test/a:1 sha256:a\n"},
		{
			mirror.Result{State: mirror.Copied, Digest: "sha256:a\x1b[2J", BlobsSent: 1, BytesSent: 10},
			true,
			"copied   r.test/a:1 sha256:a?[2J (1 blobs, 10 B sent)\n",
		},
	} {
		c.result.Name = n
		var b bytes.Buffer
		if err := WriteText(&b, output.Palette{}, []*mirror.Report{{Results: []mirror.Result{c.result}}},
			c.stopped); err != nil || b.String() != c.want {
			t.Errorf("%q, %v, want %q", b.String(), err, c.want)
		}
	}
}

func TestTheDocumentHasTheErrors(t *testing.T) {
	var b bytes.Buffer
	report := &mirror.Report{
		Results: []mirror.Result{{State: mirror.Failed, Err: errors.New("<busy>"), Transient: true}},
	}
	if err := WriteJSON(&b, []*mirror.Report{report}); err != nil {
		t.Fatal(err)
	}
	var got Report
	if err := json.Unmarshal(b.Bytes(), &got); err != nil || got.Destinations[0].Error != "<busy>" ||
		!got.Destinations[0].Transient || got.Destinations[0].State != "failed" {
		t.Errorf("%s, %v", &b, err)
	}
}

func TestSeveralImagesAreCounted(t *testing.T) {
	result := func(s string, state mirror.State) mirror.Result {
		n, err := imagename.ParseImage(s)
		if err != nil {
			t.Fatal(err)
		}
		return mirror.Result{Name: n, State: state, Digest: "sha256:f"}
	}
	reports := []*mirror.Report{
		{Results: []mirror.Result{result("r.test/a:1", mirror.Copied), result("r.test/b:1", mirror.Current)}},
		{Results: []mirror.Result{result("r.test/a:2", mirror.Failed), result("r.test/b:2", mirror.Current)}},
	}
	for stopped, last := range map[bool]string{
		false: "images: 2; at destinations: copied 1, current 2, failed 1",
		true:  "images: 2; at destinations: copied 1, current 2, interrupted 1",
	} {
		var b bytes.Buffer
		if err := WriteText(&b, output.Palette{}, reports, stopped); err != nil ||
			!strings.HasSuffix(b.String(), "current  r.test/b:2 sha256:f\n"+last+"\n") {
			t.Errorf("%s, %v", &b, err)
		}
	}
	var b bytes.Buffer
	var got []Report
	if err := errors.Join(WriteJSON(&b, reports), json.Unmarshal(b.Bytes(), &got)); err != nil || len(got) != 2 ||
		got[1].Destinations[0].State != "failed" {
		t.Errorf("%s, %v", &b, err)
	}
}
