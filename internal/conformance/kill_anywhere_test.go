package conformance

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/opencontainers/go-digest"

	"ecrmirror/localstack/corpus"
	"ecrmirror/localstack/slowregistry"
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

// A killWorld is where jobs are killed.
type killWorld struct {
	*place
	source *slowregistry.Server
	images [2]killImage
	before slowregistry.Contents // the image that a tag had, if any
}

// A killImage is what a job copies, and how far its gauge comes without being killed.
type killImage struct {
	name     string // empty: it is in the source registry
	contents slowregistry.Contents
	length   int64
}

func newKillWorld(t *testing.T) *killWorld {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "layout")
	large, err := corpus.WriteLarge(dir, "")
	if err != nil {
		t.Fatal(err)
	}
	images := slowregistry.NewImages()
	spec := slowregistry.Spec{Platforms: 3, Layers: 4, LayerSize: 2<<20 + 7, Shared: 1, Seed: 1}
	after, err := images.Put("src", "after", spec)
	if err != nil {
		t.Fatal(err)
	}
	spec.Platforms, spec.Layers = 1, 1 // which is in the other, too
	before, err := images.Put("src", "before", spec)
	if err != nil {
		t.Fatal(err)
	}
	local := startLocalstack(t)
	w := &killWorld{place: &place{aws: local.config(), local: local}, before: before}
	if w.source, err = slowregistry.Start(t.Context(), images, slowregistry.Options{}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = w.source.Close() })
	w.images = [2]killImage{{"oci:" + dir + ":" + large.Name, contentsOf(large), 0}, {"", after, 0}}
	for i := range w.images {
		job := w.newJob(t, &w.images[i], fmt.Sprint("whole/", i), false)
		g := newGauge(1 << 62)
		if r := job.attempt(t, g, syscall.SIGKILL); r.code != 0 {
			t.Fatalf("exit code %d\n%s", r.code, r.stderr)
		}
		w.images[i].length = g.passed
	}
	return w
}

// contentsOf says of an image of the corpus what slowregistry says of its own.
func contentsOf(image corpus.Image) slowregistry.Contents {
	c := slowregistry.Contents{Root: image.Root.Digest, Blobs: map[digest.Digest]int64{}}
	for _, m := range image.Manifests {
		c.Manifests = append(c.Manifests, m.Digest)
	}
	for _, b := range image.Blobs {
		c.Blobs[b.Digest] = b.Size
		c.Size += b.Size
	}
	return c
}

// A killJob is an image on its way to two repositories, whose tags are watched.
type killJob struct {
	*killWorld
	image    *killImage
	ecr      stop
	registry string      // the other repository's name
	watchers [2]*watcher // of ECR, and of the registry
}

func (w *killWorld) newJob(t *testing.T, image *killImage, name string, updates bool) *killJob {
	t.Helper()
	j := &killJob{killWorld: w, image: image, registry: name}
	j.ecr = w.inLocalECR(t, "111122223333.dkr.ecr.us-east-1.amazonaws.com", name)
	var before *slowregistry.Contents
	if updates {
		before = &w.before
		for _, to := range []string{j.ecr.image, w.local.host() + "/" + name + ":v1"} {
			if err := w.engine().copy(t.Context(), w.source.Host()+"/src:before", to); err != nil {
				t.Fatal(err)
			}
		}
	}
	for i, at := range []string{j.ecr.counted(t), name} {
		j.watchers[i] = newWatcher(w.local.url+"/v2/"+at, before, image.contents)
	}
	login, err := w.login(t, parse(t, j.ecr.image)).Authorization()
	if err != nil {
		t.Fatal(err)
	}
	j.watchers[0].login = "Basic " + login.Auth
	return j
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
	cmd := mirrorProgram(to.server.URL, from, j.ecr.image+","+to.host()+"/"+j.registry+":v1")
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
		again := slices.DeleteFunc(slices.Clone(second.completed[i]), func(d digest.Digest) bool { return slices.Contains(missing[i], d) })
		sum.again += len(again)
		slices.Sort(second.completed[i])
		if !slices.Equal(second.completed[i], missing[i]) {
			t.Errorf("at %d: %s: the next attempt sent\n%v, want what was not there:\n%v", at, w.repository, second.completed[i], missing[i])
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
	fmt.Fprintf(&b, "%d random kills (seed %d): %d completions, %d finished layers re-sent of %d, %d incomplete tags seen by a watcher in %d looks\n",
		n, seed, k.completions, k.again, k.finished, k.incomplete, k.looks)
	for _, signal := range []syscall.Signal{syscall.SIGKILL, syscall.SIGTERM} {
		fmt.Fprintf(&b, "  %-10v %3d, ended within %v at most\n", signal, k.by[signal].n, k.by[signal].slowest.Round(time.Millisecond))
	}
	return b.String()
}
