package local_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"ecrmirror/internal/claims"
	"ecrmirror/internal/controller"
	"ecrmirror/internal/imagename"
	"ecrmirror/internal/jobs"
	"ecrmirror/internal/local"
	"ecrmirror/internal/mirror"
	"ecrmirror/internal/request"
)

var (
	_ controller.Jobs = (*local.Queue)(nil)
	_ claims.Jobs     = (*local.Queue)(nil)
)

// slow takes a second for each request, and reports each image.
type slow struct {
	mu       sync.Mutex
	now      int
	most     int // at a time
	requests []string
}

func (s *slow) Copy(ctx context.Context, asked request.Request, done func(int, *mirror.Report)) {
	s.enter(asked)
	defer s.leave()
	select {
	case <-time.After(time.Second):
	case <-ctx.Done():
	}
	for n, image := range asked.Images {
		done(n, &mirror.Report{Source: image.Source.Name, Results: []mirror.Result{{Err: ctx.Err()}}})
	}
}

func (s *slow) enter(asked request.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.now++
	s.most = max(s.most, s.now)
	s.requests = append(s.requests, asked.Source())
}

func (s *slow) leave() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.now--
}

func asked(t *testing.T, source, to string) request.Request {
	t.Helper()
	from, err := imagename.Parse(source)
	if err != nil {
		t.Fatal(err)
	}
	destination, err := imagename.Parse(to)
	if err != nil {
		t.Fatal(err)
	}
	return request.New(from, destination)
}

// collect returns what takes outcomes, and the sources of those that it has taken, sorted.
func collect() (func(local.Outcome), func() []string) {
	var mu sync.Mutex
	var sources []string
	take := func(o local.Outcome) {
		mu.Lock()
		defer mu.Unlock()
		sources = append(sources, o.Report.Source.String())
	}
	return take, func() []string {
		mu.Lock()
		defer mu.Unlock()
		return slices.Sorted(slices.Values(sources))
	}
}

func TestRequestsRunSomeAtATimeInTheirOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var copier slow
		take, taken := collect()
		q := local.Start(t.Context(), &copier, 2, take)
		began := time.Now()
		for n := range 5 {
			if _, err := q.Put(t.Context(), "", asked(t, fmt.Sprintf("r.io/app%d:1", n), "q.io/app:1")); err != nil {
				t.Fatal(err)
			}
			synctest.Wait()
		}
		q.Wait()
		took := time.Since(began)
		if took != 3*time.Second || copier.most != 2 || len(taken()) != 5 || q.Requests() != 5 {
			t.Errorf("%s, %d at a time, %q", took, copier.most, taken())
		}
		if !slices.IsSorted(copier.requests) {
			t.Errorf("in the order %q", copier.requests)
		}
	})
}

func TestImagesOfARepositoryGoTogether(t *testing.T) {
	var copier slow
	take, taken := collect()
	q := local.Start(t.Context(), &copier, 4, take)
	results := q.Submit(t.Context(), nil, []request.Request{
		asked(t, "r.io/app:1", "q.io/app:1"), asked(t, "r.io/other:1", "q.io/other:2"),
		asked(t, "r.io/app:2", "q.io/app:2"),
		{Images: asked(t, "r.io/app:3", "q.io/app:3").Images}, // all its destinations are in flight
	})
	q.Wait()
	slices.Sort(copier.requests)
	if want := []string{"r.io/app:1,2", "r.io/other:1"}; !slices.Equal(copier.requests, want) {
		t.Errorf("%q, want %q", copier.requests, want)
	}
	if want := []string{"r.io/app:1", "r.io/app:2", "r.io/other:1"}; !slices.Equal(taken(), want) {
		t.Errorf("outcomes of %q, want %q", taken(), want)
	}
	first, third := results[0].JobFor("q.io/app:1"), results[2].JobFor("q.io/app:2")
	if first == "" || first != third || results[1].JobFor("q.io/other:2") == first || results[3].Submitted != nil {
		t.Errorf("%+v", results)
	}
}

func TestAQueueEndsWithItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, end := context.WithCancel(t.Context())
		var copier slow
		take, taken := collect()
		q := local.Start(ctx, &copier, 1, take)
		for n := range 3 {
			_, _ = q.Put(ctx, "", asked(t, fmt.Sprintf("r.io/app%d:1", n), "q.io/app:1"))
		}
		time.Sleep(time.Millisecond)
		end()
		q.Wait()
		if len(taken()) != 3 {
			t.Errorf("%q: the others are to be told of, too", taken())
		}
		if _, err := q.Put(ctx, "", asked(t, "r.io/app:9", "q.io/app:1")); !errors.Is(err, context.Canceled) {
			t.Errorf("%v", err)
		}
	})
}

func TestEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := local.Start(t.Context(), &slow{}, 1, func(local.Outcome) {})
		placed, err := q.Put(t.Context(), "", asked(t, "r.io/app:1", "q.io/app:1"))
		if err != nil {
			t.Fatal(err)
		}
		of := func(id string) jobs.End {
			ends, _ := q.Ends(t.Context(), []string{id})
			return ends[id]
		}
		if end := of(placed.ID); end.Ended {
			t.Errorf("it runs: %+v", end)
		}
		q.Wait()
		if end := of(placed.ID); !end.Ended || !end.Succeeded {
			t.Errorf("it has ended: %+v", end)
		}
		if end := of("sync-of-yesterday"); !end.Ended || !end.Gone {
			t.Errorf("of a process that is gone: %+v", end)
		}
	})
}
