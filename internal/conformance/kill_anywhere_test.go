package conformance

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/opencontainers/go-digest"

	"ecrmirror/testkit/slowregistry"
)

// killsVariable gives how often a program is killed, and seedVariable what decides where.
const (
	killsVariable = "ECRMIRROR_KILLS"
	seedVariable  = "ECRMIRROR_SEED"
	defaultKills  = 6
)

// However a job ends, at any moment of it, by SIGKILL, by SIGTERM or with its machine, the next attempt completes it,
// at ECR and at another registry, and sends no layer again that was complete. At no moment is a tag something
// incomplete.
func TestAJobThatIsKilledAnywhereIsCompletedByTheNext(t *testing.T) {
	t.Parallel()
	w := newKillWorld(t)
	killAnywhere(t, "jobs of one image", defaultKills, func(t *testing.T, i, n uint64, random *rand.Rand) (tally, bool) {
		attempt := killing{
			killWorld: w, image: &w.images[i/3%2], updates: (i%6+i/6)%2 == 1, manner: manners()[i%3],
		}
		return attempt.run(t, fmt.Sprintf("killed/%d-%d", i, n), 1+random.Int64N(attempt.image.length))
	})
}

// killAnywhere kills jobs, and logs what came of it. Kill kills the ith job, in its nth try: the point may not come,
// since attempts at the same differ by some calls.
func killAnywhere(
	t *testing.T, what string, byDefault uint64, kill func(t *testing.T, i, n uint64, random *rand.Rand) (tally, bool),
) {
	t.Helper()
	kills, seed := number(t, killsVariable, byDefault), number(t, seedVariable, uint64(time.Now().UnixNano()))
	t.Logf("%s: %s=%d %s=%d", what, killsVariable, kills, seedVariable, seed)
	var total tally
	var adding sync.Mutex
	t.Run("kill", func(t *testing.T) {
		for i := range kills {
			t.Run(fmt.Sprint(i), func(t *testing.T) {
				t.Parallel()
				random := rand.New(rand.NewPCG(seed, i))
				for n := uint64(0); ; n++ {
					if one, died := kill(t, i, n, random); died || t.Failed() {
						adding.Lock()
						defer adding.Unlock()
						total.add(one)
						return
					}
				}
			})
		}
	})
	t.Log(total.table(what, seed))
}

func number(t *testing.T, variable string, byDefault uint64) uint64 {
	t.Helper()
	s := os.Getenv(variable)
	if s == "" {
		return byDefault
	}
	n, err := strconv.ParseUint(s, 10, 64)
	if err != nil {
		t.Fatalf("%s: %v", variable, err)
	}
	return n
}

// attempt runs the program, and ends it at the gauge's point.
func (j *killJob) attempt(t *testing.T, g *gauge, m manner) (s sent) {
	t.Helper()
	changed := func(put) {
		for _, w := range j.watchers {
			w.look(t.Context())
		}
	}
	before := j.local.counts(t).BytesWritten[j.ecr.counted(t)]
	r, w := j.run(t, "http://"+j.source.Host(), g, m, changed, func(w wires) *exec.Cmd {
		from := j.image.name
		if from == "" {
			from = w.source.host() + "/src:after"
		}
		// A busy machine may make one destination hold up the other. What becomes of those is another trial's.
		return mirrorProgram(w.to.server.URL, "--quiet", "--read-once", from,
			j.ecr.image+","+w.to.host()+"/"+j.registry+":v1")
	})
	return sentTo(r, w.to, j.registry, j.local.counts(t).BytesWritten[j.ecr.counted(t)]-before)
}

// A killing is a job that is killed, and the next attempt at it.
type killing struct {
	*killWorld
	image   *killImage
	updates bool // the tag has an older image
	manner  manner
}

// run kills a new job at a point, and has it completed. Died says whether it was killed: the point
// may not have come.
func (k killing) run(t *testing.T, name string, at int64) (sum tally, died bool) {
	t.Helper()
	j := k.newJob(t, k.image, name, k.updates)
	ctx, stop := context.WithCancel(t.Context())
	var watching sync.WaitGroup
	for _, w := range j.watchers {
		watching.Go(func() { w.run(ctx, 10*time.Millisecond) })
	}
	defer watching.Wait()
	defer stop()
	first := j.attempt(t, newGauge(at), k.manner)
	if !first.died {
		return tally{}, false
	}
	if err := k.manner.check(first.ran); err != nil {
		t.Errorf("at %d: %v", at, err)
	}
	missing, finished := j.missing(t), [2][]string{}
	for i, w := range j.watchers {
		w.look(t.Context())
		if w.is(k.image.contents.Root) {
			finished[i] = []string{w.tag}
		}
	}
	second := j.attempt(t, newGauge(1<<62), k.manner)
	if second.code != 0 {
		t.Errorf("at %d: the next attempt: exit code %d\n%s", at, second.code, second.stderr)
	}
	stop()
	watching.Wait()
	sum = newTally(k.manner, first.took, second.code == 0)
	for i, w := range j.watchers {
		w.look(t.Context())
		sum.seen(w)
		if len(w.wrong) > 0 || w.now != k.image.contents.Root {
			t.Errorf("at %d: %s: seen: %s", at, w.repository, w.wrong)
		}
		sum.sent(first.completed[i], second.completed[i], missing[i])
		sum.tagged(second.tags[i], finished[i])
		if err := sentOnly(second, i, missing[i], k.image.contents); err != nil {
			t.Errorf("at %d: %s: %v", at, w.repository, err)
		}
		if len(second.tags[i])+len(finished[i]) != 1 {
			t.Errorf("at %d: %s: finished were %s, and the next attempt put %s", at, w.repository, finished[i],
				second.tags[i])
		}
		if err := w.hash(t.Context(), k.image.contents); err != nil {
			t.Errorf("at %d: %s: %v", at, w.repository, err)
		}
	}
	return sum, true
}

// sentOnly returns an error unless an attempt has sent those layers to the ith destination, and no others, to the byte.
func sentOnly(s sent, i int, missing []digest.Digest, image slowregistry.Contents) error {
	slices.Sort(s.completed[i])
	if !slices.Equal(s.completed[i], missing) {
		return fmt.Errorf("the next attempt sent\n%v, want what was not there:\n%v", s.completed[i], missing)
	}
	if got, want := s.bytes[i], sizeOf(image, missing); got != want {
		return fmt.Errorf("the next attempt sent %d bytes, want %d", got, want)
	}
	return nil
}

// missing returns the blobs that the repositories lack, sorted.
func (j *killJob) missing(t *testing.T) (missing [2][]digest.Digest) {
	t.Helper()
	for i, w := range j.watchers {
		missing[i] = w.missing(t, j.image.contents)
	}
	return missing
}

func sizeOf(image slowregistry.Contents, digests []digest.Digest) (total int64) {
	for _, d := range digests {
		total += image.Blobs[d]
	}
	return total
}
