package copyview

import (
	"bytes"
	"encoding/json"
	"errors"
	"testing"

	"ecrmirror/internal/imagename"
	"ecrmirror/internal/mirror"
	"ecrmirror/internal/output"
)

// What became of a receipt is told beside what became of the image, which is there all the same.
func TestReceiptsAreTold(t *testing.T) {
	n, err := imagename.ParseImage("r.test/a:1")
	if err != nil {
		t.Fatal(err)
	}
	failed := &mirror.Error{Side: mirror.Destination, Name: n, Op: "putting its receipt", Err: errors.New("no \x1b[2J")}
	for _, c := range []struct {
		state          mirror.State
		receipt        mirror.Receipt
		line, document string
	}{
		{mirror.Copied, mirror.Receipt{}, "copied   r.test/a:1 sha256:a (1 blobs, 10 B sent)\n", "null"},
		{mirror.Current, mirror.Receipt{}, "current  r.test/a:1 sha256:a\n", "null"},
		{
			mirror.Copied,
			mirror.Receipt{Digest: "sha256:r", Made: true},
			"copied   r.test/a:1 sha256:a (1 blobs, 10 B sent, receipt put)\n", `{"digest":"sha256:r","made":true}`,
		},
		{
			mirror.Current,
			mirror.Receipt{Digest: "sha256:r"},
			"current  r.test/a:1 sha256:a (receipt there)\n",
			`{"digest":"sha256:r"}`,
		},
		{
			mirror.Copied,
			mirror.Receipt{Err: failed},
			"copied   r.test/a:1 sha256:a (1 blobs, 10 B sent, no receipt)\n",
			`{"error":"putting its receipt: no ?[2J"}`,
		},
	} {
		r := mirror.Result{
			Name: n, State: c.state, Digest: "sha256:a", BlobsSent: 1, BytesSent: 10, Receipt: c.receipt,
		}
		reports := []*mirror.Report{{Source: n, Results: []mirror.Result{r}}}
		var text, doc bytes.Buffer
		err := errors.Join(WriteText(&text, output.Palette{}, reports, false), WriteJSON(&doc, reports))
		if err != nil {
			t.Fatal(err)
		}
		var got Report
		if err := json.Unmarshal(doc.Bytes(), &got); err != nil {
			t.Fatal(err)
		}
		document, err := json.Marshal(got.Destinations[0].Receipt)
		if text.String() != c.line || string(document) != c.document || err != nil {
			t.Errorf("%q, %s, %v; want %q, %s", text.String(), document, err, c.line, c.document)
		}
	}
}
