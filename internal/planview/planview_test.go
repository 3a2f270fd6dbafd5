package planview

import (
	"bytes"
	"errors"
	"io"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/opencontainers/go-digest"

	"ecrmirror/internal/entry"
	"ecrmirror/internal/output"
)

func write(w io.Writer, asJSON bool, results []entry.Result) error {
	if asJSON {
		return WriteJSON(w, results)
	}
	return WriteText(w, output.Palette{}, results, "destinations: 1; nothing\tsubmitted")
}

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
	for asJSON, want := range map[bool]string{
		false: `SOURCE    DESTINATION  STATE    BYTES  REASON
bad       -            failing         no Destination
r.io/a:1  r.io/b:1     current         has the source's digest
r.io/a:1  r.io/c:1     stale    4096   does not exist
r.io/a:1  r.io/d:1     failing         on; fire
destinations: 1; nothing submitted
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
		if err := write(&b, asJSON, decisions); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, b.String()); diff != "" {
			t.Errorf("as JSON %v (-want +got)\n%s", asJSON, diff)
		}
		if err := write(full{}, asJSON, decisions); !errors.Is(err, io.ErrShortWrite) {
			t.Errorf("as JSON %v on a full disk: %v", asJSON, err)
		}
	}
}

// full is a disk without space.
type full struct{}

func (full) Write([]byte) (int, error) { return 0, io.ErrShortWrite }

func TestWhatIsStale(t *testing.T) {
	to := func(state entry.State) entry.Result {
		return entry.Result{Destinations: []entry.DestinationResult{{State: entry.Current}, {State: state}}}
	}
	for name, c := range map[string]struct {
		results []entry.Result
		want    bool
	}{
		"nothing":  {nil, false},
		"current":  {[]entry.Result{to(entry.Current)}, false},
		"failing":  {[]entry.Result{{Err: errors.New("no image")}, to(entry.Failing)}, false},
		"deferred": {[]entry.Result{to(entry.Deferred)}, false},
		"stale":    {[]entry.Result{to(entry.Failing), to(entry.Stale)}, true},
	} {
		if got := Stale(c.results); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

// What others wrote into the table, and what registries answered, reaches no terminal raw, in any format.
func TestNothingReachesATerminalRaw(t *testing.T) {
	steers := func(r rune) bool { return !strconv.IsPrint(r) && r != '\n' }
	for _, raw := range []string{
		"r.io/a:1\x1b[2J\x1b]0;owned\x07", "r.io/a:1\rr.io/b:1", "r.io/a:1\nr.io/forged:1  r.io/x:1  current",
		"r.io/a:1\u009b2J",
		"r.io/a:1\u202egnp", "r.io/a:1\x7f\x00", "r.io/a:1\x9b2J", strings.Repeat("x", 1<<15) + "\x1b",
	} {
		reason := errors.New("says " + raw)
		decisions := []entry.Result{
			{Source: raw, Err: reason},
			{Source: raw, Destinations: []entry.DestinationResult{{Name: raw, State: entry.Failing, Err: reason}}},
		}
		for _, asJSON := range []bool{false, true} {
			var b bytes.Buffer
			if err := write(&b, asJSON, decisions); err != nil {
				t.Fatal(err)
			}
			if strings.ContainsFunc(b.String(), steers) || strings.Contains(b.String(), "\nr.io/forged") {
				t.Errorf("as JSON %v: %.200q", asJSON, b.String())
			}
			if lines := strings.Count(b.String(), "\n"); !asJSON && (lines > 8 || b.Len() > 40_000) {
				t.Errorf("%d bytes in %d lines", b.Len(), lines)
			}
		}
	}
}
