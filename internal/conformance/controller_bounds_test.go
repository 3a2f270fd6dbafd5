package conformance

import (
	"cmp"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// What the controller takes at most, whatever the table says.
const (
	maxController            = 192 << 20 // bytes of resident memory
	maxControllerDescriptors = 1500
)

// ownLimit leaves the limit of the runtime's memory to the program.
const ownLimit = "its-own"

// controllerVariable names another controller program to be held against the bounds, to compare.
const controllerVariable = "ECRMIRROR_BOUNDS_CONTROLLER"

// An attack is a table that is written, or leads, to take the controller's memory.
type attack struct {
	name    string
	rows    []row
	entries int    // that the program is to tell of
	command string // "" means sweep
}

// attacks returns them all. Those of full size take minutes.
func attacks(h *hostile, full bool) []attack {
	n := func(small, large int) int {
		if full {
			return large
		}
		return small
	}
	from := func(kind string, n int) attack {
		return attack{name: fmt.Sprintf("%d sources: %s", n, kind), rows: sources(h, kind, n), entries: n}
	}
	all := []attack{
		{name: "one item of 200 destinations: " + lateManifest, rows: oneEntry(h, lateManifest, 200), entries: 1},
		from(lateManifest, n(100, 480)),
		from(longChallenge, n(100, 4_000)), from(longToken, n(50, 2_000)), from(longHeaders, n(100, 2_000)),
		from(longRefusal, n(100, 2_000)),
		from(gzipBomb, n(100, 480)), from(endless, n(100, 480)), from(roundAndRound, n(100, 2_000)),
		destinations("registries that nobody runs", n(20, 200), deadHost),
		destinations("registries of Amazon ECR in regions that there are not", n(5, 200), farHost),
		{name: "entries of the same 100 destinations", rows: crowded(n(200, 10_000), 100), entries: n(200, 10_000)},
		{name: "the same as a plan", rows: crowded(n(200, 3_000), 100), entries: n(200, 3_000), command: "plan"},
		odd("30,000 names", n(2, 100), row{"Destination": text(strings.Join(numberedNames(30_000), ","))}),
		odd("a name of 390 KB", n(4, 100), row{"Destination": text(strings.Repeat("!", 390_000))}),
		odd("390,000 texts in a list", n(1, 20), row{"Destination": listOf(390_000, text(""))}),
		odd("90,000 maps in a list", n(3, 20), row{
			"Destination": listOf(90_000, &types.AttributeValueMemberM{Value: row{}}),
		}),
		odd("a status of 390 KB", n(4, 100), row{
			"Destination":  text("127.0.0.1:9/x:t"),
			"MirrorStatus": &types.AttributeValueMemberM{Value: row{"error": text(strings.Repeat("!", 390_000))}},
		}),
	}
	if full {
		all = append(all, from(silent, 2_000))
	}
	return all
}

func oneEntry(h *hostile, kind string, destinations int) []row {
	var names []string
	for i := range destinations {
		names = append(names, h.image(kind, i))
	}
	return []row{entryRow(h.image(kind, destinations), names...)}
}

// sources are entries with sources at a hostile registry.
func sources(h *hostile, kind string, n int) (rows []row) {
	for i := range n {
		rows = append(rows, entryRow(h.image(kind, i), fmt.Sprintf("127.0.0.1:9/x/r%d:t", i)))
	}
	return rows
}

// destinations are n entries of 200 destinations each, all at different hosts.
func destinations(name string, n int, host func(int) string) attack {
	a := attack{name: fmt.Sprintf("%d %s", 200*n, name), entries: n}
	for i := range n {
		var names []string
		for k := range 200 {
			names = append(names, fmt.Sprintf("%s/x:t%d", host(i*200+k), i))
		}
		a.rows = append(a.rows, entryRow(fmt.Sprintf("127.0.0.1:9/s%d:t", i), names...))
	}
	return a
}

// crowded are entries that all have the same destinations, so that all are in conflict.
func crowded(n, each int) (rows []row) {
	for i := range n {
		var names []string
		for k := range each {
			names = append(names, fmt.Sprintf("127.0.0.1:9/a-name-as-long-as-they-are/d%d:t", k))
		}
		rows = append(rows, entryRow(fmt.Sprintf("127.0.0.1:9/s%d:t", i), names...))
	}
	return rows
}

// odd are n items that nobody would write.
func odd(name string, n int, attributes row) attack {
	a := attack{name: fmt.Sprintf("%d items, each with %s", n, name), entries: n}
	for i := range n {
		r := row{"Source": text(fmt.Sprintf("127.0.0.1:9/s%d:t", i))}
		maps.Copy(r, attributes)
		a.rows = append(a.rows, r)
	}
	return a
}

func numberedNames(n int) (names []string) {
	for i := range n {
		names = append(names, fmt.Sprint("r.io/", i))
	}
	return names
}

// What the controller takes is bounded, whatever the table and the registries in it say.
func TestWhatAControllerTakesIsBoundedWhateverTheTableSays(t *testing.T) {
	full := os.Getenv(boundsVariable) == "all"
	// GOMEMLIMIT; in containers of 512 MiB and 1 GiB somebody may give the runtime nine tenths.
	late, limits := time.Second, []string{"921MiB"}
	if full {
		late, limits = 20*time.Second, []string{ownLimit, "460MiB", "921MiB"}
	}
	local, h := startLocalstack(t), startHostile(t, 12, late)
	for i, a := range attacks(h, full) {
		t.Run(a.name, func(t *testing.T) {
			if !full {
				t.Parallel() // most of the time is waiting
			}
			table := fmt.Sprintf("attack-%d", i)
			local.writeTable(t, table, a.rows)
			for _, limit := range limits {
				t.Run(limit, func(t *testing.T) {
					p, out, took := runController(t, local, limit, table, cmp.Or(a.command, "sweep"))
					t.Logf("%d MiB resident, %d descriptors, %.1f s", p.memory>>20, p.descriptors, took.Seconds())
					if p.memory > maxController || p.descriptors > maxControllerDescriptors {
						t.Errorf("%d MiB resident, %d descriptors, want at most %d and %d", p.memory>>20, p.descriptors,
							maxController>>20, maxControllerDescriptors)
					}
					if want := fmt.Sprintf("entries: %d (", a.entries); !strings.Contains(out, want) {
						t.Errorf("the program does not say %q but\n%.2000s", want, out)
					}
				})
			}
		})
	}
}

// runController has the program work on a table, and watches what it takes. It may fail, as entries do.
func runController(
	t *testing.T, local *localstack, limit, table string, args ...string,
) (p peak, out string, took time.Duration) {
	t.Helper()
	cmd := exec.Command(cmp.Or(os.Getenv(controllerVariable), filepath.Join(programs, "controller")), args...)
	cmd.Env = []string{ // nothing of the test's own, which may have AWS credentials
		"AWS_ENDPOINT_URL=" + local.url, "AWS_REGION=us-east-1", "AWS_EC2_METADATA_DISABLED=true", "HOME=" + programs,
		"AWS_ACCESS_KEY_ID=111122223333", "AWS_SECRET_ACCESS_KEY=localstack", "MIRROR_TABLE=" + table,
		"MIRROR_QUEUE=mirror", "MIRROR_JOB_DEFINITION=mirror",
	}
	if limit != ownLimit {
		cmd.Env = append(cmd.Env, "GOMEMLIMIT="+limit)
	}
	began := time.Now()
	p, out, _ = watched(t, cmd)
	return p, out, time.Since(began)
}
