package claims_test

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/opencontainers/go-digest"

	"ecrmirror/internal/imagename"
	"ecrmirror/internal/ledger"
	"ecrmirror/internal/request"
	"ecrmirror/testkit/leaks"
)

func TestMain(m *testing.M) { leaks.Main(m) }

var histories = flag.Int("histories", 1000, "number of random histories of TestNoImageIsCopiedTwiceAtOnce")

// TestNoImageIsCopiedTwiceAtOnce has two controllers, whose clocks are an hour apart, and an event at the same time,
// step by step in random order. Replies of SubmitJob are lost, controllers crash, jobs fail or die without a word,
// sources move and somebody sets a hold. At no time are two jobs in flight that bring one digest to one destination. No
// outcome is lost, no hold is overwritten, and no job counts as dead whose outcome is there. In the end, when the last
// claim is over, all destinations get what they should have.
func TestNoImageIsCopiedTwiceAtOnce(t *testing.T) {
	for seed := range *histories {
		m := newModel(uint64(seed)) //nolint:gosec // counts up from 0
		m.run()
		if len(m.wrong) > 0 {
			t.Fatalf("seed %d: %s\n%s", seed, m.wrong, m.history())
		}
	}
}

// tags are those of the source's images, destinations those of all images, by which they go together.
var (
	tags         = []string{"1", "2"}
	destinations = []string{"r.io/app:1", "s.io/app:1", "r.io/app:2", "s.io/app:2"}
)

// A model is the ledger, Batch and registries of one history.
type model struct {
	random *rand.Rand
	now    time.Time
	source map[string]digest.Digest // by tag
	has    map[string]digest.Digest // by destination
	ledger map[ledger.Key]ledger.Destination
	jobs   []*job
	held   map[string]bool
	// outcomes are those that jobs have written last.
	outcomes map[string]ledger.Outcome
	ids      int
	well     bool // all goes well from now on
	told     []string
	wrong    []string
}

// A job is one that was submitted.
type job struct {
	id, name     string
	from         map[string]digest.Digest // by destination
	destinations []string
	ended        bool
	succeeded    bool
}

func newModel(seed uint64) *model {
	m := &model{
		random: rand.New(rand.NewPCG(seed, 1)), //nolint:gosec // a history can be repeated
		now:    time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC),
		source: map[string]digest.Digest{"1": digest.FromString("1"), "2": digest.FromString("2")},
		has:    map[string]digest.Digest{}, ledger: map[ledger.Key]ledger.Destination{}, held: map[string]bool{},
		outcomes: map[string]ledger.Outcome{},
	}
	return m
}

func (m *model) tell(format string, args ...any) {
	m.told = append(m.told, m.now.Format("15:04:05 ")+fmt.Sprintf(format, args...))
}

func (m *model) history() (all string) {
	for _, line := range m.told {
		all += line + "\n"
	}
	return all
}

func (m *model) fail(format string, args ...any) {
	m.wrong = append(m.wrong, fmt.Sprintf(format, args...))
	m.tell("WRONG "+format, args...)
}

// run runs a history to its end.
func (m *model) run() {
	controllers := []*actor{
		newActor(m, "a", 0), newActor(m, "b", time.Hour), newActor(m, "event", time.Hour/2),
	}
	for range 60 {
		if a := controllers[m.random.IntN(len(controllers))]; m.random.IntN(3) > 0 {
			a.step()
		} else {
			m.happen(controllers)
		}
	}
	for _, a := range controllers {
		a.crash()
	}
	m.settle()
}

// happen has something happen that no controller does.
func (m *model) happen(controllers []*actor) {
	m.now = m.now.Add(time.Duration(m.random.IntN(120)) * time.Second)
	switch m.random.IntN(12) {
	case 0:
		tag := tags[m.random.IntN(len(tags))]
		m.source[tag] = digest.FromString(tag + fmt.Sprint(m.now))
		m.tell("the source's %s moves to %s", tag, short(m.source[tag]))
	case 1:
		controllers[m.random.IntN(len(controllers))].crash()
	case 2:
		m.now = m.now.Add(time.Duration(m.random.IntN(180)) * time.Minute)
	case 3:
		m.hold(destinations[m.random.IntN(len(destinations))])
	default:
		if n := len(m.jobs); n > 0 {
			m.end(m.jobs[m.random.IntN(n)])
		}
	}
}

func short(d digest.Digest) string { return d.Encoded()[:6] }

// hold sets a hold, as an operator's command does: by the revision that was read.
func (m *model) hold(destination string) {
	k := keyOf(destination)
	d := m.ledger[k]
	d.Hold, d.Revision = ledger.Hold{Because: "an operator says so", Since: m.now}, d.Revision+1
	m.ledger[k], m.held[destination] = d, true
	m.tell("%s is held", destination)
}

// end ends a job: it has copied, failed for good, failed for now, or died.
func (m *model) end(j *job) {
	if j.ended {
		return
	}
	j.ended = true
	kind := m.random.IntN(5)
	if m.well {
		kind = 4
	}
	j.succeeded = kind > 2
	m.tell("%s ends (%d)", j.id, kind)
	for _, destination := range j.destinations {
		o := ledger.Outcome{Job: j.id, From: j.from[destination], Time: m.now}
		switch kind {
		case 0:
			o.Error = "the tag is immutable"
		case 1:
			o.Error, o.Transient = "throttled", true
		case 2:
			continue // it died
		default:
			o.Digest, m.has[destination] = o.From, o.From
		}
		k := keyOf(destination)
		d := m.ledger[k]
		d.Outcome = o
		m.ledger[k], m.outcomes[destination] = d, o
	}
}

// settle ends all jobs and lets one controller sweep until nothing is to be done.
func (m *model) settle() {
	for _, j := range m.jobs {
		m.end(j)
	}
	for destination := range m.held {
		k := keyOf(destination)
		d := m.ledger[k]
		if !d.Hold.Held() {
			m.fail("the hold of %s was overwritten", destination)
		}
		d.Hold = ledger.Hold{}
		m.ledger[k] = d
	}
	for _, destination := range destinations {
		m.checkOutcome(destination)
	}
	m.well = true
	for range 4 {
		m.now = m.now.Add(25 * time.Hour) // longer than claims and the longest wait
		last := newActor(m, "last", 0)
		for !last.idle() {
			last.step()
		}
		last.crash()
		for _, j := range m.jobs {
			m.end(j)
		}
	}
	for _, destination := range destinations {
		if want := m.source[tagOf(destination)]; m.has[destination] != want {
			m.fail("%s never gets %s", destination, short(want))
		}
	}
}

// checkOutcome checks that the outcome that was written last is there.
func (m *model) checkOutcome(destination string) {
	if got := m.ledger[keyOf(destination)].Outcome; got != m.outcomes[destination] {
		m.fail("the outcome of %s is %+v, not %+v", destination, got, m.outcomes[destination])
	}
}

func tagOf(destination string) string { return destination[len(destination)-1:] }

func keyOf(destination string) ledger.Key {
	name, err := imagename.ParseImage(destination)
	if err != nil {
		panic(err)
	}
	return ledger.KeyOf(name)
}

// submitted notes a job, and that no other is in flight for one of its destinations.
func (m *model) submitted(name string, piece request.Request) *job {
	m.ids++
	j := &job{id: fmt.Sprint("job-", m.ids), name: name, from: map[string]digest.Digest{}}
	for _, image := range piece.Images {
		for _, to := range piece.DestinationsOf(image) {
			j.destinations = append(j.destinations, to.String())
			j.from[to.String()] = image.Digest
		}
	}
	for _, other := range m.jobs {
		for _, destination := range j.destinations {
			for _, taken := range other.destinations {
				if !other.ended && taken == destination && other.from[taken] == j.from[destination] {
					m.fail("%s and %s are in flight for %s", other.id, j.id, destination)
				}
			}
		}
	}
	m.jobs = append(m.jobs, j)
	return j
}
