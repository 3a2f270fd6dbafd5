package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/http/httptest"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/batch"
	batchtypes "github.com/aws/aws-sdk-go-v2/service/batch/types"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/opencontainers/go-digest"
	"github.com/spf13/pflag"

	"ecrmirror/internal/contract"
	"ecrmirror/internal/controller"
	"ecrmirror/internal/entry"
	"ecrmirror/internal/imagename"
	"ecrmirror/internal/table"
	"ecrmirror/localstack/server"
	"ecrmirror/testkit/fault"
	"ecrmirror/testkit/servertest"
)

// together is what several controllers work on at a time.
type together struct {
	t        *testing.T
	aws      *server.Server
	faults   fault.Injector // of aws
	host     string
	registry *moving
	config   *config
	entries  *table.Table
}

func newTogether(t *testing.T) *together {
	t.Helper()
	mirror, err := exec.LookPath("mirror")
	if err != nil {
		t.Fatal(err)
	}
	w := &together{
		t: t, config: &config{},
		registry: &moving{random: rand.New(rand.NewPCG(1, 2)), had: map[string][]digest.Digest{}},
	}
	w.aws = servertest.Start(t, server.Options{
		Wrap: w.faults.Wrap, Programs: filepath.Dir(mirror), JobEnvironment: []string{quickExit}, NoEvents: true,
	})
	s := httptest.NewServer(w.registry)
	t.Cleanup(s.Close)
	w.host = s.Listener.Addr().String()
	environment := map[string]string{
		contract.EnvTable: "mirror", contract.EnvQueue: "mirror", contract.EnvJobDefinition: "mirror",
	}
	w.config.addFlags(pflag.NewFlagSet("", pflag.ContinueOnError),
		func(name string) string { return environment[name] })
	w.entries = table.New(dynamodb.NewFromConfig(w.aws.Config()), "mirror")
	return w
}

// controller returns a controller of its own, as of another process.
func (w *together) controller() (*controller.Controller, func()) {
	log := slog.New(slog.DiscardHandler)
	c, closeAll, err := w.config.openController(w.t.Context(), w.aws.Config(), log, noBeginning)
	if err != nil {
		w.t.Fatal(err)
	}
	return c, closeAll
}

// image is where the registry has the image of a name.
func (w *together) image(name string) string {
	repository, tag, _ := strings.Cut(strings.TrimPrefix(name, w.host+"/"), ":")
	return "/v2/" + repository + "/manifests/" + tag
}

// jobs returns all jobs that were submitted, by their ids.
func (w *together) jobs() map[string]batchtypes.JobDetail {
	api, all := batch.NewFromConfig(w.aws.Config()), map[string]batchtypes.JobDetail{}
	for _, status := range batchtypes.JobStatus("").Values() {
		pages := batch.NewListJobsPaginator(api, &batch.ListJobsInput{
			JobQueue: aws.String("mirror"), JobStatus: status,
		})
		for pages.HasMorePages() {
			page, err := pages.NextPage(w.t.Context())
			if err != nil {
				w.t.Fatal(err)
			}
			var ids []string
			for _, j := range page.JobSummaryList {
				ids = append(ids, aws.ToString(j.JobId))
			}
			for some := range slices.Chunk(ids, 100) {
				out, err := api.DescribeJobs(w.t.Context(), &batch.DescribeJobsInput{Jobs: some})
				if err != nil {
					w.t.Fatal(err)
				}
				for _, j := range out.Jobs {
					all[aws.ToString(j.JobId)] = j
				}
			}
		}
	}
	return all
}

// TestTwoSweepsAndAnEventAtTheSameInstant has three controllers look at the same entries while their images move, and
// AWS and the registry fail now and then. Nothing that they leave may be wrong: a job has a digest that its source had,
// a status tells of what was there, and once all is quiet the next sweep finds and writes the truth.
func TestTwoSweepsAndAnEventAtTheSameInstant(t *testing.T) {
	const rounds, sources = 6, 4
	w := newTogether(t)
	for round := range rounds {
		var names []string
		for i := range sources {
			e := entry.Entry{
				Source: fmt.Sprintf("%s/from-%d-%d:1", w.host, round, i),
				Destinations: []string{
					fmt.Sprintf("%s/a-%d-%d:1", w.host, round, i), fmt.Sprintf("%s/b-%d-%d:1", w.host, round, i),
				},
			}
			if _, err := w.entries.Put(t.Context(), e, time.Now()); err != nil {
				t.Fatal(err)
			}
			names = append(names, e.Source)
			w.registry.move(w.image(e.Source), digest.FromString(e.Source+" 1"))
			w.registry.move(w.image(e.Destinations[1]), digest.FromString(e.Source+" 1"))
		}
		if err := w.faults.Set(uint64(round), //nolint:gosec // it is small
			fault.Rule{Operation: "dynamodb.*", Kind: fault.Reset, Rate: 0.03},
			fault.Rule{Operation: "dynamodb.UpdateItem", Kind: fault.Lose, Rate: 0.1},
			fault.Rule{Operation: "batch.*", Kind: fault.Fail, Rate: 0.03},
			fault.Rule{Operation: "batch.SubmitJob", Kind: fault.Lose, Rate: 0.01},
		); err != nil {
			t.Fatal(err)
		}
		w.registry.fail(true)
		w.round(names)
		w.registry.fail(false)
		if err := w.faults.Set(0); err != nil {
			t.Fatal(err)
		}
		w.honest(names)
		w.quiet(names)
		for _, source := range names {
			if _, err := w.entries.Remove(t.Context(), source); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// round has all look at once, while the images move: the sources, and then some destinations, as by jobs.
func (w *together) round(names []string) {
	var all sync.WaitGroup
	for _, run := range []func(context.Context, *controller.Controller) (controller.Report, error){
		func(ctx context.Context, c *controller.Controller) (controller.Report, error) { return c.Sweep(ctx) },
		func(ctx context.Context, c *controller.Controller) (controller.Report, error) { return c.Sweep(ctx) },
		func(ctx context.Context, c *controller.Controller) (controller.Report, error) {
			return c.Event(ctx, imagename.Name{}, w.entries.Named(ctx, names[:2], time.Now()))
		},
	} {
		c, done := w.controller()
		all.Go(func() {
			defer done()
			report, err := run(w.t.Context(), c)
			if err = errors.Join(append(report.Errors, err)...); err != nil && !injected(err.Error()) {
				w.t.Errorf("%v: %v", report, err)
			}
		})
	}
	all.Go(func() {
		for _, source := range names {
			w.registry.move(w.image(source), digest.FromString(source+" 2"))
			w.registry.move(w.image(strings.Replace(source, "/from-", "/a-", 1)), digest.FromString(source+" 2"))
		}
	})
	all.Wait()
}

// injected reports whether an error is one that this test makes.
func injected(text string) bool {
	return strings.Contains(text, "503") || strings.Contains(text, "500") || strings.Contains(text,
		"connection reset") || strings.Contains(text, "EOF")
}

// honest holds the jobs and the statuses against what the images were.
func (w *together) honest(names []string) {
	jobs := w.jobs()
	for _, job := range jobs {
		source := job.Parameters[contract.ParamSource]
		if !slices.Contains(names, source) {
			continue
		}
		if d := digest.Digest(job.Tags[contract.TagDigest]); !slices.Contains(w.registry.all(w.image(source)), d) {
			w.t.Errorf("a job copies %s of %s, which it never was", d, source)
		}
	}
	for _, source := range names {
		e := w.entry(source)
		if e.Status.Checked.IsZero() || e.Status.Error != "" && !injected(e.Status.Error) {
			w.t.Errorf("%s: %+v", source, e.Status)
		}
		was := w.registry.all(w.image(source))
		for name, d := range e.Status.Destinations {
			is := w.registry.all(w.image(name))
			job, known := jobs[d.JobID]
			var right bool
			switch d.State {
			case entry.Current:
				right = slices.Contains(was, d.Digest) && slices.Contains(is, d.Digest) && d.Error == ""
			case entry.Submitted:
				right = (d.Digest == "" || slices.Contains(is, d.Digest)) && d.Error == "" &&
					(d.JobID == "" || known && job.Parameters[contract.ParamSource] == source)
			case entry.Failing, entry.Deferred:
				right = injected(d.Error + e.Status.Error)
			}
			if !right {
				w.t.Errorf("%s: %s is said to be %+v; the source was %v, it was %v", source, name, d, was, is)
			}
		}
	}
}

func (w *together) entry(source string) entry.Entry {
	e, err := w.entries.Get(w.t.Context(), source, time.Now())
	if err != nil {
		w.t.Fatal(err)
	}
	return e
}

// quiet has one more sweep look when nothing moves or fails: it writes what is so.
func (w *together) quiet(names []string) {
	c, done := w.controller()
	defer done()
	if report, err := c.Sweep(w.t.Context()); err != nil || report.Failed > 0 {
		w.t.Fatal(report, err, report.Errors)
	}
	for _, source := range names {
		e, is := w.entry(source), w.registry.now(w.image(source))
		if e.Status.Source != is || e.Status.State != "" {
			w.t.Errorf("%s is %s: %+v", source, is, e.Status)
		}
		for name, d := range e.Status.Destinations {
			current := w.registry.now(w.image(name)) == is
			if current != (d.State == entry.Current) || !current && d.State != entry.Submitted {
				w.t.Errorf("%s: %s is current: %v; it is said to be %+v", source, name, current, d)
			}
		}
	}
}
