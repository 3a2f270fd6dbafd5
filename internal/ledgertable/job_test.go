package ledgertable_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"ecrmirror/internal/ledger"
	"ecrmirror/internal/ledgertable"
)

func TestAHoldIsReadAsItIsNow(t *testing.T) {
	each(t, func(t *testing.T, _ *dynamodb.Client, table *ledgertable.Table) {
		var was ledger.Destination
		held := ledger.Destination{Hold: full.Hold}
		released := ledger.Destination{Wanted: one}
		for _, now := range []ledger.Destination{{}, held, released, held} {
			written, err := table.WriteDestination(t.Context(), key, was, now)
			if err != nil {
				t.Fatal(err)
			}
			if hold, err := table.ReadHold(t.Context(), key); err != nil || hold != now.Hold {
				t.Errorf("%+v, %v, want %+v", hold, err, now.Hold)
			}
			was = written
		}
	})
}

// A watched is DynamoDB's API as a job's role sees it: it says which attributes a call names or would return.
type watched struct {
	*dynamodb.Client
	t *testing.T
}

func (w watched) GetItem(
	ctx context.Context, in *dynamodb.GetItemInput, opts ...func(*dynamodb.Options),
) (*dynamodb.GetItemOutput, error) {
	w.names(in.ExpressionAttributeNames, aws.ToString(in.ProjectionExpression), "PK", "SK", "hold", "v")
	if !aws.ToBool(in.ConsistentRead) {
		w.t.Error("what is read may be old")
	}
	return w.Client.GetItem(ctx, in, opts...)
}

func (w watched) UpdateItem(
	ctx context.Context, in *dynamodb.UpdateItemInput, opts ...func(*dynamodb.Options),
) (*dynamodb.UpdateItemOutput, error) {
	w.names(in.ExpressionAttributeNames, aws.ToString(in.UpdateExpression), "PK", "SK", "outcome")
	if in.ReturnValues != "" || in.ReturnValuesOnConditionCheckFailure != "" {
		w.t.Errorf("it returns %q, %q", in.ReturnValues, in.ReturnValuesOnConditionCheckFailure)
	}
	return w.Client.UpdateItem(ctx, in, opts...)
}

// names fails the test if a call names other attributes than it may. Every name in an expression is a placeholder.
func (w watched) names(placeholders map[string]string, expression string, may ...string) {
	for _, name := range placeholders {
		if !slices.Contains(may, name) {
			w.t.Errorf("it names %s", name)
		}
	}
	for word := range strings.FieldsFuncSeq(expression, func(r rune) bool { return strings.ContainsRune(" ,=", r) }) {
		if word != "SET" && word != "REMOVE" && !strings.ContainsAny(word[:1], "#:") {
			w.t.Errorf("%q has %q", expression, word)
		}
	}
}

// A job makes no call but those that its role may make.
func TestWhatAJobNames(t *testing.T) {
	each(t, func(t *testing.T, api *dynamodb.Client, table *ledgertable.Table) {
		if _, err := table.WriteDestination(t.Context(), key, ledger.Destination{}, full); err != nil {
			t.Fatal(err)
		}
		job := ledgertable.New(watched{api, t}, name)
		if hold, err := job.ReadHold(t.Context(), key); err != nil || hold != full.Hold {
			t.Errorf("%+v, %v", hold, err)
		}
		for _, o := range []ledger.Outcome{outcome, {Job: "j2", Attempt: 1, Time: now, From: one, Digest: one}} {
			if err := job.WriteOutcome(t.Context(), key, o); err != nil {
				t.Fatal(err)
			}
			if got := read(t, table); got.Outcome != o || got.Owner != full.Owner || got.Claim != full.Claim {
				t.Errorf("%+v", got)
			}
		}
	})
}
