package conformance

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/opencontainers/go-digest"
)

// killedRequests is how often a request of many images is killed in `make test`.
const killedRequests = 3

// However a job ends that copies many images side by side, at any moment of it, the next attempt completes all of them.
// It sends no layer again that was complete, and does not put an image again that was finished. At no moment is a tag
// something incomplete, at either destination.
func TestARequestThatIsKilledAnywhereIsCompletedByTheNext(t *testing.T) {
	t.Parallel()
	w := newRequestWorld(t)
	what := fmt.Sprintf("requests of %d images", len(w.contents))
	killAnywhere(t, what, killedRequests, func(t *testing.T, i, n uint64, random *rand.Rand) (tally, bool) {
		j := w.newJob(t, fmt.Sprintf("requests/%d-%d", i, n), (i%3+i/3)%2 == 1)
		return j.kill(t, 1+random.Int64N(w.length), manners()[i%3])
	})
}

// kill kills the job at a point, and has it completed. Died says whether it was killed.
func (j *requestJob) kill(t *testing.T, at int64, m manner) (sum tally, died bool) {
	t.Helper()
	watching := j.watch(t.Context())
	first := j.attempt(t, newGauge(at), m)
	j.look(t)
	if !first.died {
		watching()
		return tally{}, false
	}
	if err := m.check(first.ran); err != nil {
		t.Errorf("at %d: %v", at, err)
	}
	finished, missing := j.finished(), j.missing(t)
	// A busy machine may have one of two destinations answer so late that it is not waited for, and written to again.
	second, code := [2]sent{}, 0
	for i := range second {
		second[i] = j.attempt(t, newGauge(1<<62), m, i)
		if code = max(code, second[i].code); second[i].code != 0 {
			t.Errorf("at %d: the next attempt: exit code %d\n%s", at, second[i].code, second[i].stderr)
		}
	}
	watching()
	j.look(t)
	sum = newTally(m, first.took, code == 0)
	for i := range j.watchers {
		if err := j.judge(t, i, second[i], finished[i], missing[i]); err != nil {
			t.Errorf("at %d: %s: %v", at, j.watchers[i][0].repository, err)
		}
		for _, w := range j.watchers[i] {
			sum.seen(w)
		}
		sum.sent(first.completed[i], second[i].completed[i], missing[i])
		sum.tagged(second[i].tags[i], finished[i])
		if err := j.reported(i, second[i], finished[i]); err != nil {
			t.Errorf("at %d: %v", at, err)
		}
	}
	return sum, true
}

// judge returns an error unless the next attempt has put what was not finished at the ith destination, and nothing
// else, and all is there.
func (j *requestJob) judge(t *testing.T, i int, second sent, finished []string, missing []digest.Digest) error {
	t.Helper()
	var left []string
	for n, w := range j.watchers[i] {
		if len(w.wrong) > 0 || w.now != j.contents[n].Root {
			return fmt.Errorf("tag %s is %s; seen: %s", w.tag, w.now, w.wrong)
		}
		if !slices.Contains(finished, w.tag) {
			left = append(left, w.tag)
		}
	}
	slices.Sort(left)
	slices.Sort(second.tags[i])
	if !slices.Equal(second.tags[i], left) {
		return fmt.Errorf("the next attempt put the tags %s, want what was not finished: %s", second.tags[i], left)
	}
	if err := sentOnly(second, i, missing, j.union); err != nil {
		return err
	}
	return j.watchers[i][0].hash(t.Context(), j.union)
}

// reported returns an error unless the program says of each image what became of it at the ith destination.
func (j *requestJob) reported(i int, second sent, finished []string) error {
	var reports []struct{ Destinations []result }
	if err := json.Unmarshal([]byte(second.stdout), &reports); err != nil || len(reports) != len(j.contents) {
		return fmt.Errorf("%d reports, %w", len(reports), err)
	}
	for n, report := range reports {
		for _, r := range report.Destinations {
			want := "copied"
			if slices.Contains(finished, j.watchers[i][n].tag) {
				want = "current"
			}
			if r.State != want || r.Digest != j.contents[n].Root || !strings.HasSuffix(r.Name, j.watchers[i][n].tag) {
				return fmt.Errorf("it says %+v, want %s", r, want)
			}
		}
	}
	return nil
}

// attempt runs the program, and ends it at the gauge's point. It copies to some of the destinations, or to both.
func (j *requestJob) attempt(t *testing.T, g *gauge, m manner, some ...int) sent {
	t.Helper()
	if len(some) == 0 {
		some = []int{0, 1}
	}
	at := [2]string{"111122223333/" + j.registry, j.registry}
	changed := func(p put) {
		if i := slices.Index(at[:], p.repository); i >= 0 && p.tag != "" {
			j.lookAt(t.Context(), i, p.tag)
		}
	}
	before := j.local.counts(t).BytesWritten[j.ecr.counted(t)]
	r, w := j.run(t, "http://"+j.source.Host(), g, m, changed, func(w wires) *exec.Cmd {
		both, args := []string{j.ecr.tagged("*"), w.to.host() + "/" + j.registry + ":*"}, []string{}
		for _, i := range some {
			args = append(args, both[i])
		}
		return mirrorProgram(w.to.server.URL, slices.Concat([]string{
			"--quiet", "--read-once", "-o", "json", w.source.host() + "/src:" + j.tags(),
		}, args)...)
	})
	return sentTo(r, w.to, j.registry, j.local.counts(t).BytesWritten[j.ecr.counted(t)]-before)
}

// finished returns the tags that are the new images, at each destination, as they were seen last.
func (j *requestJob) finished() (tags [2][]string) {
	for i, watchers := range j.watchers {
		for n, w := range watchers {
			if w.is(j.contents[n].Root) {
				tags[i] = append(tags[i], w.tag)
			}
		}
	}
	return tags
}

// missing returns the blobs that the repositories lack, of all images.
func (j *requestJob) missing(t *testing.T) (missing [2][]digest.Digest) {
	t.Helper()
	for i := range j.watchers {
		missing[i] = j.watchers[i][0].missing(t, j.union)
	}
	return missing
}
