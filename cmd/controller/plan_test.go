package main

import (
	"bytes"
	"errors"
	"io"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/opencontainers/go-digest"

	"ecrmirror/internal/controller"
	"ecrmirror/internal/entry"
	"ecrmirror/internal/output"
)

func TestPlanIsPrintedAsATableAndAsJSON(t *testing.T) {
	one := digest.Digest("sha256:1111")
	decisions := []entry.Result{
		{Source: "bad", Err: errors.New("no Destination")},
		{Source: "r.io/a:1", Digest: one, Size: 4096, Destinations: []entry.DestinationResult{
			{Name: "r.io/b:1", Digest: one, State: entry.Current},
			{Name: "r.io/c:1", State: entry.Stale},
			{Name: "r.io/d:1", State: entry.Failing, Err: errors.New("on\nfire")},
		}},
	}
	report := controller.Report{Entries: 2, Failed: 2, Stale: 1}
	for asJSON, want := range map[bool]string{
		false: `SOURCE    DESTINATION  STATE    BYTES  REASON
bad       -            failing         no Destination
r.io/a:1  r.io/b:1     current         has the source's digest
r.io/a:1  r.io/c:1     stale    4096   does not exist
r.io/a:1  r.io/d:1     failing         on; fire
entries: 2 (current 0, failed 2); stale destinations: 1; nothing submitted
`,
		true: `[
  {
    "source": "bad",
    "state": "failing",
    "error": "no Destination",
    "destinations": []
  },
  {
    "source": "r.io/a:1",
    "digest": "sha256:1111",
    "bytes": 4096,
    "destinations": [
      {
        "name": "r.io/b:1",
        "state": "current",
        "digest": "sha256:1111",
        "reason": "has the source's digest"
      },
      {
        "name": "r.io/c:1",
        "state": "stale",
        "reason": "does not exist"
      },
      {
        "name": "r.io/d:1",
        "state": "failing",
        "reason": "on; fire"
      }
    ]
  }
]
`,
	} {
		var b bytes.Buffer
		if err := writePlan(&b, output.Palette{}, asJSON, decisions, report); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, b.String()); diff != "" {
			t.Errorf("as JSON %v (-want +got)\n%s", asJSON, diff)
		}
		if err := writePlan(full{}, output.Palette{}, asJSON, decisions, report); !errors.Is(err, io.ErrShortWrite) {
			t.Errorf("as JSON %v on a full disk: %v", asJSON, err)
		}
	}
}

// full is a disk without space.
type full struct{}

func (full) Write([]byte) (int, error) { return 0, io.ErrShortWrite }
