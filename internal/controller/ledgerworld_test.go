package controller_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/opencontainers/go-digest"

	"ecrmirror/internal/claims"
	"ecrmirror/internal/controller"
	"ecrmirror/internal/imagename"
	"ecrmirror/internal/jobs"
	"ecrmirror/internal/ledger"
	"ecrmirror/internal/ledgertable"
	"ecrmirror/internal/request"
	standin "ecrmirror/localstack/dynamodb"
	"ecrmirror/testkit/awstest"
)

// remembering is a world with a ledger. Its jobs stay in flight until they are ended.
type remembering struct {
	world
	t      *testing.T
	api    *dynamodb.Client
	ledger *ledgertable.Table
	now    time.Time
	jobs   []*job
	writes atomic.Int64
	retry  bool
	// With is what sweeps have beside.
	with func(*controller.Controller)
}

// A job is one that was submitted.
type job struct {
	id, source   string
	from         digest.Digest
	options      request.Options
	destinations []string
	ended        bool
	succeeded    bool
}

func newRemembering(t *testing.T) *remembering {
	t.Helper()
	r := &remembering{t: t, now: time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC)}
	r.entries, r.images = map[string]string{}, map[string]digest.Digest{}
	url := awstest.Serve(t, standin.New(standin.Options{Home: "111122223333"}))
	r.api = dynamodb.NewFromConfig(awstest.Config(url, "111122223333", "us-east-1"))
	r.table("ledger")
	r.ledger = ledgertable.New(r, "ledger")
	return r
}

// table makes the table of a ledger.
func (r *remembering) table(name string) {
	r.t.Helper()
	text := types.ScalarAttributeTypeS
	_, err := r.api.CreateTable(r.t.Context(), &dynamodb.CreateTableInput{
		TableName: aws.String(name), BillingMode: types.BillingModePayPerRequest,
		KeySchema: []types.KeySchemaElement{
			{AttributeName: aws.String("PK"), KeyType: types.KeyTypeHash},
			{AttributeName: aws.String("SK"), KeyType: types.KeyTypeRange},
		},
		AttributeDefinitions: []types.AttributeDefinition{
			{AttributeName: aws.String("PK"), AttributeType: text},
			{AttributeName: aws.String("SK"), AttributeType: text},
		},
	})
	if err != nil {
		r.t.Fatal(err)
	}
}

func (r *remembering) BatchGetItem(
	ctx context.Context, in *dynamodb.BatchGetItemInput, opts ...func(*dynamodb.Options),
) (*dynamodb.BatchGetItemOutput, error) {
	return r.api.BatchGetItem(ctx, in, opts...)
}

func (r *remembering) GetItem(
	ctx context.Context, in *dynamodb.GetItemInput, opts ...func(*dynamodb.Options),
) (*dynamodb.GetItemOutput, error) {
	return r.api.GetItem(ctx, in, opts...)
}

func (r *remembering) UpdateItem(
	ctx context.Context, in *dynamodb.UpdateItemInput, opts ...func(*dynamodb.Options),
) (*dynamodb.UpdateItemOutput, error) {
	r.writes.Add(1)
	return r.api.UpdateItem(ctx, in, opts...)
}

// Pieces implements [claims.Jobs].
func (r *remembering) Pieces(asked request.Request) ([]request.Request, error) {
	if len(asked.Destinations) == 0 {
		return nil, nil
	}
	return []request.Request{asked}, nil
}

// Put implements [claims.Jobs].
func (r *remembering) Put(_ context.Context, _ string, piece request.Request) (jobs.Placed, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	j := &job{
		id: fmt.Sprint("job-", len(r.jobs)+1), source: piece.Source(), from: piece.Images[0].Digest,
		options:      piece.Options,
		destinations: piece.DestinationTexts(),
	}
	r.jobs = append(r.jobs, j)
	return jobs.Placed{ID: j.id}, nil
}

// Ends implements [claims.Jobs].
func (r *remembering) Ends(_ context.Context, ids []string) (map[string]jobs.End, error) {
	ends := map[string]jobs.End{}
	for _, id := range ids {
		ends[id] = jobs.End{Ended: true, Because: "unknown"}
		for _, j := range r.jobs {
			if j.id == id {
				ends[id] = jobs.End{Ended: j.ended, Succeeded: j.succeeded, Because: "OutOfMemoryError"}
			}
		}
	}
	return ends, nil
}

// sweep sweeps once, and returns what was submitted and the report's line.
func (r *remembering) sweep() (submitted []string, report controller.Report) {
	r.t.Helper()
	before := len(r.jobs)
	clock := func() time.Time { return r.now }
	c := r.controller()
	c.Ledger, c.Now, c.Retry = r.ledger, clock, r.retry
	if r.with != nil {
		r.with(c)
	}
	var id atomic.Int64
	c.Claims = &claims.Claimer{
		Ledger: r.ledger, Jobs: r, Now: clock, ID: func() string { return fmt.Sprint(r.now.Unix(), "-", id.Add(1)) },
	}
	report, err := c.Sweep(r.t.Context())
	if err != nil {
		r.t.Fatal(err)
	}
	for _, j := range r.jobs[before:] {
		submitted = append(submitted, j.source+" -> "+strings.Join(j.destinations, ","))
	}
	return submitted, report
}

// end ends the last job, with an outcome for each of its destinations; an outcome's job and digest are filled in.
func (r *remembering) end(outcome ledger.Outcome) {
	r.t.Helper()
	j := r.jobs[len(r.jobs)-1]
	j.ended = true
	outcome.Job, outcome.From, outcome.Time = j.id, j.from, r.now
	for _, text := range j.destinations {
		name := r.name(text)
		if outcome.Error == "" {
			outcome.Digest = j.from
			if j.options.Platforms != "" {
				outcome.Digest = leftOf(j.from, j.options.Platforms)
			}
			r.images[name.String()] = outcome.Digest
		}
		if err := r.ledger.WriteOutcome(r.t.Context(), ledger.KeyOf(name), outcome); err != nil {
			r.t.Fatal(err)
		}
	}
}

func (r *remembering) name(text string) imagename.Name {
	r.t.Helper()
	name, err := imagename.ParseImage(text)
	if err != nil {
		r.t.Fatal(err)
	}
	return name
}

// record returns what the ledger has of a destination.
func (r *remembering) record(text string) ledger.Destination {
	r.t.Helper()
	k := ledger.KeyOf(r.name(text))
	records, err := r.ledger.Read(r.t.Context(), nil, []ledger.Key{k})
	if err != nil {
		r.t.Fatal(err)
	}
	return records.Destinations[k]
}

func ledgerOf(r *remembering, name string) *ledgertable.Table { return ledgertable.New(r, name) }

func digestOf(text string) digest.Digest { return digest.FromString(text) }

func sorted(list []string) []string {
	slices.Sort(list)
	return list
}

// Together implements [claims.Jobs].
func (*remembering) Together(requests []request.Request) []request.Group {
	return request.Together(requests, 50, 1000)
}
