package conformance

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// What an import takes is bounded, whatever the file says, and it says what is wrong.
func TestWhatAnImportTakesIsBoundedWhateverTheFileSays(t *testing.T) {
	local := startLocalstack(t)
	file := filepath.Join(t.TempDir(), "entries.yaml")
	const megabytes = 20_000_000
	many := strings.TrimSuffix(strings.Repeat("r.io/a:1, ", 50_000), ", ")
	for name, content := range map[string]string{
		"one list again and again": "entries:\n- source: s.io/x:1\n  destinations: &d [" + many +
			"]\n" + strings.Repeat("- {source: s.io/y, destinations: *d}\n", 20_000),
		"short values":   "entries: [" + strings.Repeat("a,", megabytes/2) + "]",
		"pairs":          "entries: [{" + strings.Repeat(`"a":b,`, megabytes/6) + "}]",
		"lists in lists": "entries: " + strings.Repeat("[", megabytes),
		"one long text":  "entries: " + strings.Repeat("x", 2*megabytes),
		"many documents": strings.Repeat("---\na\n", megabytes/6),
		"billion laughs": "entries:\n- &a [x,x,x,x,x,x,x,x,x]\n- &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\n- &c [*b,*b,*b,*b," +
			"*b,*b,*b,*b,*b]\n" +
			"- &d [*c,*c,*c,*c,*c,*c,*c,*c,*c]\n- &e [*d,*d,*d,*d,*d,*d,*d,*d,*d]\n- {source: s.io/x:1, " +
			"destinations: *e}\n",
	} {
		t.Run(name, func(t *testing.T) {
			if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
				t.Fatal(err)
			}
			p, out, _ := runController(t, local, ownLimit, "mirror", "import", file)
			t.Logf("%d MiB resident", p.memory>>20)
			if p.memory > maxController {
				t.Errorf("%d MiB resident, want at most %d", p.memory>>20, maxController>>20)
			}
			if want := fmt.Sprintf("controller: %s: ", file); !strings.HasPrefix(out, want) || len(out) > 100_000 {
				t.Errorf("%d bytes: %.1000s", len(out), out)
			}
		})
	}
}
