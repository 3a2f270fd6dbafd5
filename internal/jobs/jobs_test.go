package jobs_test

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/aws/smithy-go"
	"github.com/google/go-cmp/cmp"
	"github.com/opencontainers/go-digest"

	"ecrmirror/internal/contract"
	"ecrmirror/internal/imagename"
	"ecrmirror/internal/jobs"
	"ecrmirror/internal/request"
)

const one = digest.Digest("sha256:1111111111111111111111111111111111111111111111111111111111111111")

func alpine(destinations ...string) request.Request {
	return asking("docker.io/library/alpine:3", destinations...)
}

// asking returns the request for an image that has digest one. Its names need not be names of images.
func asking(source string, destinations ...string) request.Request {
	r := request.Request{Images: []request.Image{{Source: imagename.Written{Text: source}, Digest: one}}}
	for _, text := range destinations {
		r.Destinations = append(r.Destinations, imagename.Written{Text: text})
	}
	return r
}

// submit lists what is in flight and submits, as a sweep does.
func submit(t *testing.T, q *jobs.Queue, batch ...request.Request) []jobs.Result {
	t.Helper()
	inFlight, err := q.InFlight(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return q.Submit(t.Context(), inFlight, batch)
}

func TestAJobCarriesItsSourceAndDestinations(t *testing.T) {
	b := &standIn{}
	results := submit(t, jobs.New(b.client(t), "mirrors", "mirror"), alpine("r/b:1", "r/a:1"))
	want := []record{{
		ID: "submitted-0", Name: "docker-io-library-alpine-3-9e42819a0aa0fab4-111111111111-91a0143e",
		Status: "SUBMITTED",
		Queue:  "mirrors", Definition: "mirror",
		Parameters: map[string]string{"source": "docker.io/library/alpine:3", "dest": "r/a:1,r/b:1"},
		Tags: map[string]string{
			"ecrmirror:source": "docker.io/library/alpine:3", "ecrmirror:digest": one.String(),
		},
	}}
	if len(b.seen().jobs) == 1 && b.seen().jobs[0].Tags["ecrmirror:submission"] == "" {
		t.Error("the job has no tag of its submission")
	}
	for _, job := range b.seen().jobs {
		delete(job.Tags, "ecrmirror:submission")
	}
	if diff := cmp.Diff(want, b.seen().jobs); diff != "" {
		t.Errorf("jobs (-want +got)\n%s", diff)
	}
	if diff := cmp.Diff([]jobs.Result{{Submitted: []jobs.Submission{{
		ID:           "submitted-0",
		Destinations: want[0].destinations(),
	}}}}, results); diff != "" {
		t.Errorf("results (-want +got)\n%s", diff)
	}
}

func TestWhatAnEqualJobInFlightCopiesIsNotSubmittedAgain(t *testing.T) {
	name := alpine("r/somewhere:1").Name()
	copying := func(status, dest string) record {
		return record{
			ID: "old", Name: name, Status: status,
			Parameters: map[string]string{"source": "docker.io/library/alpine:3", "dest": dest},
		}
	}
	for what, c := range map[string]struct {
		old       record
		submitted string // destinations of the new job, "" for none
	}{
		"submitted":          {copying("SUBMITTED", "r/a:1,r/b:1"), ""},
		"pending":            {copying("PENDING", "r/a:1,r/b:1"), ""},
		"runnable":           {copying("RUNNABLE", "r/a:1,r/b:1"), ""},
		"starting":           {copying("STARTING", "r/a:1,r/b:1"), ""},
		"running":            {copying("RUNNING", "r/b:1, r/a:1,r/c:1"), ""},
		"one destination":    {copying("RUNNING", "r/b:1"), "r/a:1"},
		"other destinations": {copying("RUNNING", "r/c:1"), "r/a:1,r/b:1"},
		"succeeded":          {copying("SUCCEEDED", "r/a:1,r/b:1"), "r/a:1,r/b:1"},
		"failed":             {copying("FAILED", "r/a:1,r/b:1"), "r/a:1,r/b:1"},
		"the same name":      {record{ID: "old", Name: alpine("r/b:1", "r/a:1").Name(), Status: "RUNNING"}, ""},
		"another name": {
			record{ID: "old", Name: "x" + name, Status: "RUNNING", Parameters: copying("", "r/a:1").Parameters},
			"r/a:1,r/b:1",
		},
		"another source": {
			record{
				ID: "old", Name: name, Status: "RUNNING",
				Parameters: map[string]string{"source": "other", "dest": "r/a:1"},
			},
			"r/a:1,r/b:1",
		},
		"no parameters at all": {record{ID: "old", Name: name, Status: "RUNNING"}, "r/a:1,r/b:1"},
	} {
		t.Run(what, func(t *testing.T) {
			b := &standIn{jobs: []record{c.old}}
			result := submit(t, jobs.New(b.client(t), "mirrors", "mirror"), alpine("r/a:1", "r/b:1"))[0]
			got := ""
			for _, job := range b.seen().jobs[1:] {
				got += job.Parameters["dest"]
			}
			if got != c.submitted || result.Err != nil {
				t.Errorf("submitted %q, %v; want %q", got, result.Err, c.submitted)
			}
			if n := len(result.InFlight) + strings.Count(c.submitted, "r/"); n != 2 {
				t.Errorf("%v in flight, %q submitted: not every destination is accounted for",
					result.InFlight, c.submitted)
			}
		})
	}
}

func TestAJobThatEndsBetweenListingAndLooking(t *testing.T) {
	for status, want := range map[string]int{"SUCCEEDED": 0, "FAILED": 1} {
		old := record{
			ID: "old", Name: alpine("r/a:1", "r/b:1").Name(), Status: "RUNNING",
			Parameters: map[string]string{"source": "docker.io/library/alpine:3", "dest": "r/a:1"},
		}
		b := &standIn{jobs: []record{old}}
		b.beforeDescribe = func() { b.jobs[0].Status = status }
		result := submit(t, jobs.New(b.client(t), "mirrors", "mirror"), alpine("r/a:1"))[0]
		if len(result.Submitted) != want || result.Err != nil {
			t.Errorf("%s: submitted %v, %v; want %d", status, result.Submitted, result.Err, want)
		}
	}
}

func TestANewerDigestIsAnotherJob(t *testing.T) {
	b := &standIn{}
	q := jobs.New(b.client(t), "mirrors", "mirror")
	newer := alpine("r/a:1")
	newer.Images[0].Digest = digest.FromString("newer")
	submit(t, q, alpine("r/a:1"))
	submit(t, q, newer)
	submit(t, q, newer)
	if len(b.seen().jobs) != 2 {
		t.Errorf("%d jobs, want 2", len(b.seen().jobs))
	}
}

func TestEveryPageOfJobsInFlightIsRead(t *testing.T) {
	b := &standIn{pageSize: 7}
	var batch []request.Request
	for i := range 250 {
		source := fmt.Sprintf("r/a:%d", i)
		batch = append(batch, asking(source, "r/b:1"))
		job := asking(source, "r/b:1", "r/c:1") // which has another name
		b.jobs = append(b.jobs,
			record{ID: fmt.Sprint("job-", i), Name: job.Name(), Status: "RUNNABLE", Parameters: job.Parameters()},
			record{ID: fmt.Sprint("other-", i), Name: fmt.Sprint("someone-elses-", i), Status: "RUNNING"})
	}
	for _, result := range submit(t, jobs.New(b.client(t), "mirrors", "mirror"), batch...) {
		if result.Err != nil {
			t.Error(result.Err)
		}
	}
	if len(b.seen().jobs) != 500 {
		t.Errorf("%d jobs were submitted again", len(b.seen().jobs)-500)
	}
	if len(b.seen().described) != 250 || b.seen().mostDescribed != 100 {
		t.Errorf("described %d jobs, up to %d in a call; want only the 250 that matter, 100 a call",
			len(b.seen().described), b.seen().mostDescribed)
	}
}

func TestJobsOfTheSameNameAreNotLookedAt(t *testing.T) {
	b := &standIn{}
	var batch []request.Request
	for i := range 250 {
		job := asking(fmt.Sprintf("r/a:%d", i), "r/b:1")
		batch = append(batch, job)
		b.jobs = append(b.jobs, record{ID: fmt.Sprint("job-", i), Name: job.Name(), Status: "RUNNABLE"})
	}
	submit(t, jobs.New(b.client(t), "mirrors", "mirror"), batch...)
	if len(b.seen().jobs) != 250 || b.seen().calls["/v1/describejobs"] != 0 {
		t.Errorf("%d jobs, calls %v", len(b.seen().jobs), b.seen().calls)
	}
}

func TestAJobThatIsTriedAgainWhileTheStatesAreListed(t *testing.T) {
	b := &standIn{jobs: []record{{ID: "old", Name: alpine("r/a:1").Name(), Status: "RUNNING"}}}
	b.beforeList = func(status string) {
		if status == "STARTING" {
			b.jobs[0].Status = "RUNNABLE" // which has been listed, as RUNNING has not
		}
	}
	result := submit(t, jobs.New(b.client(t), "mirrors", "mirror"), alpine("r/a:1"))[0]
	if len(result.InFlight) != 1 || len(b.seen().jobs) != 1 {
		t.Errorf("%+v", result)
	}
}

func TestNothingInFlightNeedsNoLook(t *testing.T) {
	b := &standIn{}
	submit(t, jobs.New(b.client(t), "mirrors", "mirror"), alpine("r/a:1"))
	if b.seen().calls["/v1/describejobs"] != 0 {
		t.Error("DescribeJobs was called")
	}
}

func TestDestinationsThatAreTooManyForOneJobAreSplit(t *testing.T) {
	for _, longest := range []int{0, 1000, 7000} { // 0: nobody says
		t.Run(strconv.Itoa(longest), func(t *testing.T) { splitDestinations(t, longest) })
	}
}

func splitDestinations(t *testing.T, longest int) {
	t.Helper()
	var destinations []string
	for i := range 200 {
		destinations = append(destinations,
			fmt.Sprintf("123456789012.dkr.ecr.us-east-1.amazonaws.com/some/repository/of/some/length:%03d", i))
	}
	b := &standIn{}
	q := jobs.New(b.client(t), "mirrors", "mirror")
	if longest > 0 {
		q.Longest(longest)
	} else {
		longest = contract.DefaultJobParameters
	}
	result := submit(t, q, alpine(destinations...))[0]
	if len(result.Submitted) != len(b.seen().jobs) || len(b.seen().jobs) < 2 || result.Err != nil {
		t.Fatalf("%d jobs, result %v", len(b.seen().jobs), result)
	}
	var got []string
	for i, submitted := range result.Submitted {
		job := b.seen().jobs[i]
		if want := (jobs.Submission{ID: job.ID, Destinations: job.destinations()}); !cmp.Equal(submitted, want) {
			t.Errorf("submitted %v, said to be %v", want, submitted)
		}
		if n := len(job.Parameters["source"]) + len(job.Parameters["dest"]); n > longest || n < longest-200 &&
			i < len(b.jobs)-1 {
			t.Errorf("a job has %d characters of source and destinations", n)
		}
		got = append(got, job.destinations()...)
	}
	if diff := cmp.Diff(destinations, got); diff != "" {
		t.Errorf("destinations of all jobs (-want +got)\n%s", diff)
	}
	if again := submit(t, q, alpine(destinations...))[0]; len(again.Submitted) != 0 || len(again.InFlight) != 200 {
		t.Errorf("submitted again: %v", again.Submitted)
	}
}

// TestAPieceWhoseReplyIsLostIsSubmittedOnce finds it in the queue.
func TestAPieceWhoseReplyIsLostIsSubmittedOnce(t *testing.T) {
	b := &standIn{lose: 2}
	q := jobs.New(b.client(t), "mirrors", "mirror").Longest(100)
	result := submit(t, q, alpine(strings.Repeat("a", 60), strings.Repeat("b", 60), strings.Repeat("c", 60)))[0]
	if len(result.Submitted) != 3 || len(b.seen().jobs) != 3 || result.Err != nil {
		t.Errorf("%d jobs, result %v", len(b.seen().jobs), result)
	}
}

func TestNamesTooLongForAJobAreRefused(t *testing.T) {
	b := &standIn{}
	results := submit(t, jobs.New(b.client(t), "mirrors", "mirror"), alpine("oci:/"+strings.Repeat("x", 6000)),
		alpine("r/a:1"))
	if results[0].Err == nil || results[1].Err != nil || len(b.seen().jobs) != 1 {
		t.Errorf("results %v, %d jobs", results, len(b.seen().jobs))
	}
}

func TestRefusalsNameWhatTheUserGave(t *testing.T) {
	b := &standIn{}
	_, err := jobs.New(b.client(t), "nowhere", "mirror").InFlight(t.Context())
	results := submit(t, jobs.New(b.client(t), "mirrors", "nothing"), alpine("r/a:1"))
	for want, err := range map[string]error{
		`listing jobs in flight (queue "nowhere", job definition "mirror"): ClientException: JobQueue nowhere does ` +
			`not exist`: err,
		`submitting a job (queue "mirrors", job definition "nothing"): ClientException: JobDefinition nothing not ` +
			`found`: results[0].Err,
	} {
		var api smithy.APIError
		if err == nil || err.Error() != want || !errors.As(err, &api) {
			t.Errorf("got  %v\nwant %s", err, want)
		}
	}
}
