package conformance

import (
	"fmt"
	"math/rand/v2"
	"os/exec"
	"slices"
	"testing"
	"time"

	"ecrmirror/testkit/fault"
	"ecrmirror/testkit/slowregistry"
)

const (
	// signedVariable gives how many signed images a request has, and jobsVariable how many jobs there are.
	signedVariable = "ECRMIRROR_SIGNED"
	jobsVariable   = "ECRMIRROR_SIGNED_JOBS"
	signedImages   = 6
	signedJobs     = 2
)

// troubled is how many attempts at a job end somewhere, or meet faults; calm is how many may be needed after that.
const troubled, calm = 2, 3

// Whatever breaks, and wherever a job ends: at no moment is there a tag whose signatures, SBOMs and the SBOM's own
// signature are not there, in ECR or in a registry. The source lists them by the referrers API, or by tags.
func TestATagIsNeverWithoutItsArtifacts(t *testing.T) {
	t.Parallel()
	images := number(t, signedVariable, signedImages)
	jobs, seed := number(t, jobsVariable, signedJobs), number(t, seedVariable, uint64(time.Now().UnixNano()))
	t.Logf("%s=%d %s=%d %s=%d", signedVariable, images, jobsVariable, jobs, seedVariable, seed)
	var specs []slowregistry.Spec
	for n := range images {
		spec := slowregistry.Spec{Layers: 1, LayerSize: 16<<10 + 7, Seed: 40 + n/4, Signed: true}
		if n%3 == 0 {
			spec.Platforms = 2
		}
		specs = append(specs, spec)
	}
	var sum tally
	for i := range jobs {
		w := newWorldOf(t, specs, slowregistry.Options{Referrers: i%2 == 0})
		random := rand.New(rand.NewPCG(seed, i))
		j := w.newJob(t, fmt.Sprint("signed/", i), i%2 == 1)
		j.troubled(t, random)
		for _, watchers := range j.watchers {
			for n, w := range watchers {
				sum.seen(w)
				if len(w.wrong) > 0 || w.now != j.contents[n].Root {
					t.Errorf("%s:%s is %s; seen: %s", w.repository, w.tag, w.now, w.wrong)
				}
			}
			if err := watchers[0].hash(t.Context(), j.union); err != nil {
				t.Error(err)
			}
		}
	}
	t.Logf("%d jobs of %d signed images: %d tags without all that belongs to them, in %d looks", jobs, images,
		sum.incomplete, sum.looks)
}

// troubled has the job done: attempts that are killed, and meet faults, and then some in peace.
func (j *requestJob) troubled(t *testing.T, random *rand.Rand) {
	t.Helper()
	defer j.look(t)
	defer j.watch(t.Context())()
	for range troubled {
		g := newGauge(1 << 62)
		if random.IntN(3) > 0 {
			g.at = 1 + random.Int64N(j.length)
		}
		j.attemptIn(t, g, manners()[random.IntN(3)], random.Uint64(), weather(random, atRegistry()),
			weather(random, inECRAndElsewhere()))
	}
	for range calm {
		if r := j.attemptIn(t, newGauge(1<<62), killed, 0, nil, nil); r.code == 0 {
			return
		} else if r.code != 75 {
			t.Errorf("exit code %d\n%s", r.code, r.stderr)
		}
	}
	t.Errorf("not done after %d attempts in peace", calm)
}

// atRegistry is what breaks between the program and a registry that is read, the object store apart.
func atRegistry() []fault.Rule {
	return slices.DeleteFunc(atSource(), func(r fault.Rule) bool { return r.Operation == "s3.GetObject" })
}

// attemptIn runs the program in some weather, and ends it at the gauge's point.
func (j *requestJob) attemptIn(
	t *testing.T, g *gauge, m manner, seed uint64, atSource, atDestinations []fault.Rule,
) ran {
	t.Helper()
	at := [2]string{"111122223333/" + j.registry, j.registry}
	changed := func(p put) {
		if i := slices.Index(at[:], p.repository); i >= 0 && p.tag != "" {
			j.lookAt(t.Context(), i, p.tag)
		}
	}
	r, _ := j.run(t, "http://"+j.source.Host(), g, m, changed, func(w wires) *exec.Cmd {
		if err := w.source.faults.Set(seed, atSource...); err != nil {
			t.Fatal(err)
		}
		if err := w.to.faults.Set(seed+1, atDestinations...); err != nil {
			t.Fatal(err)
		}
		return mirrorProgram(w.to.server.URL, "--quiet", "--read-once", "-o", "json", w.source.host()+"/src:"+j.tags(),
			j.ecr.tagged("*"), w.to.host()+"/"+j.registry+":*")
	})
	return r
}
