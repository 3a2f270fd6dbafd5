package copyview

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/opencontainers/go-digest"

	"ecrmirror/internal/imagename"
	"ecrmirror/internal/mirror"
	"ecrmirror/internal/mirror/belonging"
	"ecrmirror/internal/output"
)

// What an image comes without is told, at each destination, and why; where nothing belongs to it, nothing is.
func TestArtifactsAreTold(t *testing.T) {
	name := func(s string) imagename.Name {
		n, err := imagename.ParseImage(s)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	a, b := name("r.test/a:1"), name("r.test/b:1")
	unread := &mirror.Error{Side: mirror.Source, Name: a, Op: "reading blob sha256:x", Err: errors.New("https://s3/x?secret 404")}
	untaken := &mirror.Error{Side: mirror.Destination, Name: b, Op: "writing artifact", Err: errors.New("unsupported \x1b[2J")}
	report := &mirror.Report{
		Source: name("r.test/src:1"),
		Artifacts: mirror.Artifacts{Brought: 2, Unwanted: 1, Missing: []*belonging.Missing{
			{Subject: "sha256:i", Artifact: "sha256:m", Err: unread}, {Subject: "sha256:j", Err: unread},
		}},
		Results: []mirror.Result{
			{Name: a, State: mirror.Copied, Digest: "sha256:f", BlobsSent: 3, BytesSent: 10},
			{
				Name: b, State: mirror.Copied, Digest: "sha256:f", BlobsSent: 3, BytesSent: 10,
				Refused: []mirror.Refused{{Subject: "sha256:i", Digest: "sha256:r", Tag: "sha256-i.sig", Err: untaken}},
			},
		},
	}
	var text, doc bytes.Buffer
	reports := []*mirror.Report{report}
	if err := errors.Join(WriteText(&text, output.Palette{}, reports, false), WriteJSON(&doc, reports)); err != nil {
		t.Fatal(err)
	}
	want := strings.Join([]string{
		"copied   r.test/a:1 sha256:f (3 blobs, 10 B sent, 2 artifacts)",
		"copied   r.test/b:1 sha256:f (3 blobs, 10 B sent, 1 artifact)",
		"r.test/src:1 comes without artifact sha256:m of sha256:i: reading blob sha256:x: https://s3/x?REDACTED 404",
		"r.test/src:1 comes without all artifacts of sha256:j: reading blob sha256:x: https://s3/x?REDACTED 404",
		"r.test/b:1 refused artifact sha256-i.sig of sha256:i: writing artifact: unsupported ?[2J", "",
	}, "\n")
	if text.String() != want {
		t.Errorf("got\n%s\nwant\n%s", text.String(), want)
	}
	var got Report
	if err := json.Unmarshal(doc.Bytes(), &got); err != nil || got.Artifacts.Found != 2 ||
		len(got.Artifacts.Missing) != 2 || len(got.Destinations[1].Refused) != 1 ||
		len(got.Destinations[0].Refused) != 0 {
		t.Errorf("%+v, %v", got, err)
	}
	for i := range 30 {
		report.Artifacts.Missing = append(report.Artifacts.Missing, &belonging.Missing{
			Subject: digest.Digest(fmt.Sprint(i)), Err: unread,
		})
	}
	if lines := without(report); len(lines) != mostTold+1 || !strings.HasPrefix(lines[mostTold], "and 23 artifacts more") {
		t.Errorf("%d lines: %q", len(lines), lines)
	}
	report.Results[0].State, report.Results[1].State = mirror.Failed, mirror.Failed
	if lines := without(report); len(lines) > 0 {
		t.Errorf("nobody has the image: %q", lines)
	}
}
