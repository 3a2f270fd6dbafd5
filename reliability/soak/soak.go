package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/batch"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"ecrmirror/awsclient"
	"ecrmirror/internal/chunked"
	"ecrmirror/internal/controller"
	"ecrmirror/internal/entry"
	"ecrmirror/internal/imagename"
	"ecrmirror/internal/images"
	"ecrmirror/internal/jobs"
	"ecrmirror/internal/mirror"
	"ecrmirror/internal/table"
	"ecrmirror/internal/transient"
	"ecrmirror/testkit/fault"
	"ecrmirror/testkit/machine"
)

// sweepEvery is after how many measurements the whole table is swept.
const sweepEvery = 4

// attempts is how often a job is attempted, as in Batch.
const attempts = 3

// faults are what goes wrong from the third to the sixth tenth of the images.
func faults() []fault.Rule {
	return []fault.Rule{
		{Operation: "ecr.*", Kind: fault.Throttle, Rate: 0.02},
		{Operation: "ecr.*", Kind: fault.Reset, Rate: 0.01},
		{Operation: "ecr.*", Kind: fault.Lose, Rate: 0.01},
		{Operation: "v2.*", Kind: fault.Reset, Rate: 0.01},
		{Operation: "v2.*", Kind: fault.Fail, Rate: 0.01},
	}
}

// A soak is one run.
type soak struct {
	flags   flags
	servers *servers
	stderr  io.Writer

	connections *http.Transport // to AWS's side
	config      aws.Config
	budget      *chunked.Budget
	entries     *table.Table
	controller  *controller.Controller
	registries  *images.Client // the controller's
	result      result
}

// run starts the servers, mirrors the images, and stops them.
func (s *soak) run(ctx context.Context) (err error) {
	if s.servers, err = startServers(ctx, s.flags, s.stderr); err != nil {
		return err
	}
	began := time.Now()
	err = s.all(ctx)
	s.result.Seconds = time.Since(began).Seconds()
	return errors.Join(err, s.servers.close())
}

// all mirrors the images, and measures before, whenever all is at rest, and after everything is closed.
func (s *soak) all(ctx context.Context) error {
	here := machine.Here()
	s.result.Images, s.result.Mirrors = s.flags.images, s.flags.mirrors
	s.result.Machine = fmt.Sprintf("%s, %d cores, %s", here.CPU, here.Cores, here.Go)
	if err := s.measure("begin", 0); err != nil {
		return err
	}
	s.open()
	n := s.flags.images
	for first, round := 0, 1; first < n; first, round = first+s.flags.every, round+1 {
		last := min(first+s.flags.every, n)
		if err := s.disturb(ctx, first, last); err != nil {
			return err
		}
		if err := s.round(ctx, first, last); err != nil {
			return err
		}
		if err := s.check(ctx, round, last); err != nil {
			return err
		}
	}
	var err error
	if s.result.Broken, err = s.servers.broken(ctx); err != nil {
		return err
	}
	s.close()
	return s.measure("end", n)
}

// check sweeps the table when its turn has come, and measures.
func (s *soak) check(ctx context.Context, round, last int) error {
	if round%sweepEvery == 0 || last == s.flags.images {
		if err := s.sweep(ctx, last); err != nil {
			return err
		}
	}
	return s.measure("", last)
}

// open makes what lives as long as the run.
func (s *soak) open() {
	s.connections = awshttp.NewBuildableClient().GetTransport()
	s.config = aws.Config{
		Region: s.servers.Region, BaseEndpoint: &s.servers.AWS,
		HTTPClient:  awsclient.Wrap(&http.Client{Transport: s.connections}),
		Credentials: credentials.NewStaticCredentialsProvider(s.servers.Account, "localstack", ""),
	}
	s.budget = chunked.NewBudget(budgetSize)
	s.entries = table.New(dynamodb.NewFromConfig(s.config), "mirror")
	s.registries = images.New(images.Options{AWS: s.config})
	s.controller = &controller.Controller{
		Entries: s.entries, Digests: s.registries, Jobs: jobs.New(batch.NewFromConfig(s.config), "mirror", "mirror"),
		Status: func() controller.Recorder { return s.entries.Recorder() },
	}
}

// close lets go of all that open made. The budget keeps the buffers that were in use at a time for the next image.
func (s *soak) close() {
	s.registries.Close()
	s.connections.CloseIdleConnections()
	s.connections, s.config, s.budget, s.entries, s.controller, s.registries = nil, aws.Config{}, nil, nil, nil, nil
}

// disturb begins and ends the time in which things go wrong.
func (s *soak) disturb(ctx context.Context, first, last int) error {
	begins, ends := s.flags.images*3/10, s.flags.images*6/10
	switch {
	case first <= begins && begins < last:
		s.result.FaultsFrom = first
		return s.servers.breakBy(ctx, faults())
	case first <= ends && ends < last:
		s.result.FaultsTo = first
		return s.servers.breakBy(ctx, []fault.Rule{})
	}
	return nil
}

// round has the controller submit a job for each of some images, and mirrors do the jobs.
func (s *soak) round(parent context.Context, first, last int) error {
	ctx, cancel := context.WithCancelCause(parent)
	defer cancel(nil)
	work := make(chan int)
	var wg sync.WaitGroup
	for range s.flags.mirrors {
		wg.Go(func() {
			for i := range work {
				if err := s.mirror(ctx, i); err != nil {
					cancel(err)
				}
			}
		})
	}
	for i := first; i < last && ctx.Err() == nil; i++ {
		if err := s.event(ctx, i); err != nil {
			cancel(err)
			break
		}
		select {
		case work <- i:
		case <-ctx.Done():
		}
	}
	close(work)
	wg.Wait()
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return nil
}

func (s *soak) source(i int) string { return s.servers.Source + "/" + sourceRepository(i) + ":1" }

func (s *soak) destinations(i int) []string {
	tagged := fmt.Sprintf("/%s:v%d", repository(i), i)
	return []string{
		fmt.Sprintf("%s.dkr.ecr.%s.amazonaws.com%s", s.servers.Account, s.servers.Region, tagged),
		strings.TrimPrefix(s.servers.AWS, "http://") + tagged,
	}
}

// event writes an entry and has the controller look at it, as it does for a push.
func (s *soak) event(ctx context.Context, i int) error {
	e := entry.Entry{Source: s.source(i), Destinations: s.destinations(i)}
	if _, err := s.entries.Put(ctx, e, time.Now()); err != nil {
		return err
	}
	for range attempts {
		report, err := s.controller.Event(ctx, imagename.Name{}, s.entries.Named(ctx, []string{e.Source}, time.Now()))
		switch {
		case err != nil:
			return err
		case report.Submitted == 1:
			s.result.Jobs++
			return nil
		case report.Failed == 0:
			return fmt.Errorf("image %d: no job: %s", i, report)
		}
		s.result.Retried++
	}
	return fmt.Errorf("image %d: the controller failed %d times", i, attempts)
}

// mirror does what the mirror program does, with clients of its own.
func (s *soak) mirror(ctx context.Context, i int) error {
	source, err := imagename.ParseImage(s.source(i))
	if err != nil {
		return err
	}
	var destinations []imagename.Name
	for _, d := range s.destinations(i) {
		name, err := imagename.ParseImage(d)
		if err != nil {
			return err
		}
		destinations = append(destinations, name)
	}
	for n := 1; ; n++ {
		registries := images.New(images.Options{AWS: s.config, Budget: s.budget, UserAgent: "ecrmirror"})
		copier := mirror.New(registries, mirror.Options{Budget: s.budget, Transient: transient.Is})
		report := copier.CopyImage(ctx, source, destinations...)
		registries.Close()
		err := report.Err()
		if err == nil && report.Digest.String() != s.servers.Roots[i] {
			return fmt.Errorf("image %d: its digest is %s, not %s", i, report.Digest, s.servers.Roots[i])
		}
		if err == nil || n == attempts || !mayPass(report) {
			return err
		}
		s.result.again()
	}
}

func mayPass(report *mirror.Report) bool {
	for _, r := range report.Results {
		if r.Transient {
			return true
		}
	}
	return false
}

// sweep has the controller look at all entries so far. Nothing may be left to do.
func (s *soak) sweep(ctx context.Context, entries int) error {
	for range attempts {
		report, err := s.controller.Sweep(ctx)
		if err != nil {
			return err
		}
		s.result.Sweeps++
		if report.Submitted > 0 || report.Entries != entries {
			return errors.New("sweep: " + report.String())
		}
		if report.Failed == 0 {
			return nil
		}
		s.result.Retried++
	}
	return errors.New("sweep: entries failed every time")
}
