package conformance

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/opencontainers/go-digest"

	"ecrmirror/testkit/slowregistry"
)

// killsVariable gives how often a program is killed, and seedVariable what decides where.
const (
	killsVariable = "ECRMIRROR_KILLS"
	seedVariable  = "ECRMIRROR_SEED"
	defaultKills  = 10
)

// slowestExit is how long a program may take to end once it is told to. What is promised is a sixth of
// it, on a machine that has time.
const slowestExit = 30 * time.Second

// However a job ends, at any moment of it, by SIGKILL or by SIGTERM, the next attempt completes it, at ECR and at
// another registry, and sends no layer again that was complete. At no moment is a tag something incomplete.
func TestAJobThatIsKilledAnywhereIsCompletedByTheNext(t *testing.T) {
	t.Parallel()
	kills, seed := number(t, killsVariable, defaultKills), number(t, seedVariable, uint64(time.Now().UnixNano()))
	t.Logf("%s=%d %s=%d", killsVariable, kills, seedVariable, seed)
	w := newKillWorld(t)
	var total killed
	var adding sync.Mutex
	t.Run("kill", func(t *testing.T) {
		for i := range kills {
			t.Run(fmt.Sprint(i), func(t *testing.T) {
				t.Parallel()
				random := rand.New(rand.NewPCG(seed, i))
				attempt := killing{killWorld: w, image: &w.images[i/2%2], updates: i/4%2 == 1, signal: syscall.SIGKILL}
				if i%2 == 1 {
					attempt.signal = syscall.SIGTERM
				}
				// Attempts at one image differ by some calls: a point at the very end may not come.
				for n := 0; ; n++ {
					name := fmt.Sprintf("killed/%d-%d", i, n)
					if one, died := attempt.run(t, name, 1+random.Int64N(attempt.image.length)); died || t.Failed() {
						adding.Lock()
						defer adding.Unlock()
						total.add(one)
						return
					}
				}
			})
		}
	})
	t.Log(total.table(seed))
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

// ran is what came of one attempt.
type ran struct {
	code      int // of the exit; -1 where it was killed
	stderr    string
	died      bool
	took      time.Duration      // from the signal to the end
	completed [2][]digest.Digest // layers, at ECR and at the registry
	sent      [2]int64           // bytes of layers: to ECR those that arrived, to the registry all
}

// attempt runs the program, and sends it the signal at the gauge's point. When it returns, whatever the program had
// sent has had its effect.
func (j *killJob) attempt(t *testing.T, g *gauge, signal syscall.Signal) (r ran) {
	t.Helper()
	changed := func() {
		for _, w := range j.watchers {
			w.look(t.Context())
		}
	}
	to, source := newWire(j.local.url, g, changed), newWire("http://"+j.source.Host(), g, changed)
	from := j.image.name
	if from == "" {
		from = source.host() + "/src:after"
	}
	// A busy machine may make one destination hold up the other. What becomes of those is another trial's.
	cmd := mirrorProgram(to.server.URL, "--read-once", from, j.ecr.image+","+to.host()+"/"+j.registry+":v1")
	var out bytes.Buffer
	cmd.Stderr = &out
	before := j.local.counts(t).BytesWritten[j.ecr.counted(t)]
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() {
		_ = cmd.Wait()
		close(ended)
	}()
	select {
	case <-g.reached:
		r.died = true
		at := time.Now()
		if err := cmd.Process.Signal(signal); err != nil {
			t.Error(err)
		}
		if err := waitFor(ended, cmd.Process); err != nil {
			t.Error(err)
		}
		r.took = time.Since(at)
	case <-ended:
	}
	close(g.dead)
	to.close()
	source.close()
	if len(to.refused) > 0 {
		t.Errorf("refused: %s", to.refused)
	}
	r.code, r.stderr = cmd.ProcessState.ExitCode(), out.String()
	r.sent = [2]int64{j.local.counts(t).BytesWritten[j.ecr.counted(t)] - before, to.uploaded[j.registry]}
	r.completed = [2][]digest.Digest{to.completed["111122223333/"+j.registry], to.completed[j.registry]}
	return r
}

// waitFor waits for the end of a program. It makes it end if it does not, and returns an error.
func waitFor(ended <-chan struct{}, process *os.Process) error {
	timer := time.NewTimer(slowestExit)
	defer timer.Stop()
	select {
	case <-ended:
		return nil
	case <-timer.C:
		_ = process.Kill()
		<-ended
		return fmt.Errorf("the program did not end within %v", slowestExit)
	}
}

// A killing is a job that is killed, and the next attempt at it.
type killing struct {
	*killWorld
	image   *killImage
	updates bool // the tag has an older image
	signal  syscall.Signal
}

// run kills a new job at a point, and has it completed. Died says whether it was killed: the point
// may not have come.
func (k killing) run(t *testing.T, name string, at int64) (sum killed, died bool) {
	t.Helper()
	j := k.newJob(t, k.image, name, k.updates)
	ctx, stop := context.WithCancel(t.Context())
	var watching sync.WaitGroup
	for _, w := range j.watchers {
		watching.Go(func() { w.run(ctx, 10*time.Millisecond) })
	}
	defer watching.Wait()
	defer stop()
	first := j.attempt(t, newGauge(at), k.signal)
	if !first.died {
		return killed{}, false
	}
	want, said := 143, "mirror: stopped by signal: terminated\n"
	if k.signal == syscall.SIGKILL {
		want, said = -1, ""
	}
	if first.code != want || first.stderr != said {
		t.Errorf("at %d: exit code %d, want %d\n%s", at, first.code, want, first.stderr)
	}
	missing := j.missing(t)
	second := j.attempt(t, newGauge(1<<62), k.signal)
	if second.code != 0 {
		t.Errorf("at %d: the next attempt: exit code %d\n%s", at, second.code, second.stderr)
	}
	stop()
	watching.Wait()
	sum = killed{by: map[syscall.Signal]kills{k.signal: {n: 1, slowest: first.took}}}
	if second.code == 0 {
		sum.completions = 1
	}
	for i, w := range j.watchers {
		w.look(t.Context())
		sum.looks += w.looks
		sum.incomplete += len(w.wrong)
		sum.finished += len(first.completed[i])
		if len(w.wrong) > 0 || w.now != k.image.contents.Root {
			t.Errorf("at %d: %s: seen: %s", at, w.repository, w.wrong)
		}
		again := slices.DeleteFunc(slices.Clone(second.completed[i]),
			func(d digest.Digest) bool { return slices.Contains(missing[i], d) })
		sum.again += len(again)
		slices.Sort(second.completed[i])
		if !slices.Equal(second.completed[i], missing[i]) {
			t.Errorf("at %d: %s: the next attempt sent\n%v, want what was not there:\n%v", at, w.repository,
				second.completed[i], missing[i])
		}
		if got, want := second.sent[i], sizeOf(k.image.contents, missing[i]); got != want {
			t.Errorf("at %d: %s: the next attempt sent %d bytes, want %d", at, w.repository, got, want)
		}
		if err := w.hash(t.Context(), k.image.contents); err != nil {
			t.Errorf("at %d: %s: %v", at, w.repository, err)
		}
	}
	return sum, true
}

// missing returns the blobs that the repositories lack, sorted.
func (j *killJob) missing(t *testing.T) (missing [2][]digest.Digest) {
	t.Helper()
	for i, w := range j.watchers {
		present, err := w.present(t.Context(), j.image.contents)
		if err != nil {
			t.Fatal(err)
		}
		for d := range j.image.contents.Blobs {
			if !slices.Contains(present, d) {
				missing[i] = append(missing[i], d)
			}
		}
		slices.Sort(missing[i])
	}
	return missing
}

func sizeOf(image slowregistry.Contents, digests []digest.Digest) (total int64) {
	for _, d := range digests {
		total += image.Blobs[d]
	}
	return total
}

// killed sums up what came of kills.
type killed struct {
	by                map[syscall.Signal]kills
	completions       int
	finished, again   int // layers
	looks, incomplete int // of watchers
}

// kills are those by one signal.
type kills struct {
	n       int
	slowest time.Duration // from the signal to the end
}

func (k *killed) add(one killed) {
	if k.by == nil {
		k.by = map[syscall.Signal]kills{}
	}
	for signal, s := range one.by {
		k.by[signal] = kills{k.by[signal].n + s.n, max(k.by[signal].slowest, s.slowest)}
	}
	k.completions += one.completions
	k.finished, k.again = k.finished+one.finished, k.again+one.again
	k.looks, k.incomplete = k.looks+one.looks, k.incomplete+one.incomplete
}

// table is the summary that `make kill` is run for.
func (k *killed) table(seed uint64) string {
	var b strings.Builder
	n := k.by[syscall.SIGKILL].n + k.by[syscall.SIGTERM].n
	fmt.Fprintf(&b,
		"%d random kills (seed %d): %d completions, %d finished layers re-sent of %d, %d incomplete tags seen by a "+
			"watcher in %d looks\n",
		n, seed, k.completions, k.again, k.finished, k.incomplete, k.looks)
	for _, signal := range []syscall.Signal{syscall.SIGKILL, syscall.SIGTERM} {
		fmt.Fprintf(&b, "  %-10v %3d, ended within %v at most\n", signal, k.by[signal].n,
			k.by[signal].slowest.Round(time.Millisecond))
	}
	return b.String()
}
