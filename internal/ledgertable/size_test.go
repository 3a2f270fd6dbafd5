package ledgertable_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"ecrmirror/internal/ledger"
	"ecrmirror/internal/ledgertable"
)

// A meter is DynamoDB's API that says how many units the last write took.
type meter struct {
	*dynamodb.Client
	units float64
}

func (m *meter) UpdateItem(
	ctx context.Context, in *dynamodb.UpdateItemInput, opts ...func(*dynamodb.Options),
) (*dynamodb.UpdateItemOutput, error) {
	in.ReturnConsumedCapacity = types.ReturnConsumedCapacityTotal
	out, err := m.Client.UpdateItem(ctx, in, opts...)
	if err == nil {
		m.units = aws.ToFloat64(out.ConsumedCapacity.CapacityUnits)
	}
	return out, err
}

// A write takes a unit for each KB that the record has, before or afterwards. It takes one as long as all goes well,
// and two where jobs fail, however long the registry's words are.
func TestAWriteTakesOneUnit(t *testing.T) {
	each(t, func(t *testing.T, api *dynamodb.Client, _ *ledgertable.Table) {
		m := &meter{Client: api}
		table := ledgertable.New(m, name)
		key := ledger.Key{
			Repository: "123456789012.dkr.ecr.us-east-1.amazonaws.com/organization/team/application",
			Tag:        "2026.11.27-build.1234",
		}
		const job = "5b1e1b0a-0f6c-4d1b-8f0a-3c1d2e3f4a5b"
		log := "/ecrmirror/mirror:mirror/default/" + strings.Repeat("0123456789abcdef", 2)
		done := ledger.Outcome{
			Job: job, Attempt: 1, Time: now, From: one, Digest: one, Bytes: 1 << 35, Took: time.Hour, Log: log,
		}
		failed := ledger.Outcome{
			Job: job, Attempt: 1, Time: now, From: two, Error: strings.Repeat("x", 500), Took: time.Hour, Log: log,
		}
		check := ledger.Check{From: two, Wanted: two, Has: one}
		claimed := ledger.Claimed(strings.Repeat("application", 9), "ABCDEFGHIJKLMNOPQRSTUVWXYZ", check, now)
		submitted := claimed
		submitted.Job = job
		var d ledger.Destination
		write := func(what string, units float64, change func()) {
			t.Helper()
			was := d
			change()
			var err error
			if d, err = table.WriteDestination(t.Context(), key, was, d); err != nil || m.units != units {
				t.Errorf("%s: %v units, want %v, %v", what, m.units, units, err)
			}
		}
		say := func(what string, units float64, o ledger.Outcome) {
			t.Helper()
			if err := table.WriteOutcome(t.Context(), key, o); err != nil || m.units != units {
				t.Errorf("%s: %v units, want %v, %v", what, m.units, units, err)
			}
			d.Outcome = o
		}
		write("first sight", 1, func() {
			d.Owner = ledger.Owner{Source: "ghcr.io/organization/team/application:2026.11.27-build.1234", Since: now}
			d.Wanted, d.From = one, one
		})
		signed := done
		signed.Verified = strings.Repeat("v", 300)
		say("copied and verified", 1, signed)
		say("copied", 1, done)
		write("seen", 1, func() { d.Wrote = one })
		write("claimed", 1, func() { d.Wanted, d.From, d.Claim = two, two, claimed })
		write("submitted", 1, func() { d.Claim = submitted })
		say("failed", 2, failed)
		write("counted", 2, func() {
			asked := ledger.Asked{From: two, Wanted: two, Has: one}
			d.Failure = ledger.Failure{Times: 1, Job: job, Asked: asked, Next: now.Add(time.Hour)}
		})
	})
}
