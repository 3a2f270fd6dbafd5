package ledgertable

import (
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/opencontainers/go-digest"

	"ecrmirror/internal/contract"
	"ecrmirror/internal/ledger"
)

// Attributes of records. All but attrOutcome are written by the controller alone; a job may write attrOutcome and
// nothing else.
const (
	attrSeen    = "seen"    // M, of a source: digest, since, before
	attrOwner   = "owner"   // M: source, since
	attrWanted  = "wanted"  // M: digest, from and by where that is another, behind
	attrWrote   = "wrote"   // S, a digest
	attrClaim   = "claim"   // M: request, id, digest, wanted where that is another, has, until, job
	attrFailure = "failure" // M: times, job, from, wanted where that is another, has, because, next
	// M: of where that is another than the wanted digest, looked, found, lacks, asked, jobs
	attrArtifacts = "artifacts"
	// M: because, since
	attrHold = contract.LedgerHold
	// M: job, attempt, time, from where that is not digest, digest, error, transient, held, bytes, ms, log, verified
	attrOutcome = contract.LedgerOutcome
)

// remembered are the attributes of what the controller remembers, and controllers are all but those that jobs write.
var (
	remembered  = []string{attrSeen, attrOwner, attrWanted, attrWrote, attrClaim, attrFailure, attrArtifacts, attrHold}
	controllers = append([]string{attrPartition, attrSort, attrVersion, attrRevision}, remembered...)
)

// timeForm has a fixed width, so that DynamoDB can compare times.
const timeForm = "2006-01-02T15:04:05.000Z"

func encodeSource(s ledger.Source) Item {
	return compact(Item{attrSeen: fields{"digest": text(s.Digest), "since": moment(s.Since), "before": text(s.Before)}.value()})
}

// encodeDestination returns the attributes of a record. Those without a value are left out.
func encodeDestination(d ledger.Destination) Item {
	return compact(Item{
		attrOwner: fields{"source": text(d.Owner.Source), "since": moment(d.Owner.Since)}.value(),
		attrWanted: fields{
			"digest": text(d.Wanted), "from": other(d.From, d.Wanted), "by": text(d.By), "behind": moment(d.Behind),
		}.value(),
		attrWrote:     text(d.Wrote),
		attrClaim:     encodeClaim(d.Claim),
		attrFailure:   encodeFailure(d.Failure),
		attrHold:      fields{"because": text(d.Hold.Because), "since": moment(d.Hold.Since)}.value(),
		attrOutcome:   encodeOutcome(d.Outcome),
		attrArtifacts: encodeArtifacts(d.Artifacts, d.Wanted),
	})
}

func encodeClaim(c ledger.Claim) types.AttributeValue {
	return fields{
		"request": text(c.Request), "id": text(c.ID), "digest": text(c.Digest),
		"wanted": other(c.Wanted, c.Digest), "has": text(c.Has),
		"until": moment(c.Until), "job": text(c.Job),
	}.value()
}

func encodeFailure(f ledger.Failure) types.AttributeValue {
	return fields{
		"times": number(int64(f.Times)), "job": text(f.Job), "from": text(f.From),
		"wanted": other(f.Wanted, f.From), "has": text(f.Has),
		"because": text(f.Because), "next": moment(f.Next),
	}.value()
}

func encodeArtifacts(a ledger.Artifacts, wanted digest.Digest) types.AttributeValue {
	return fields{
		"of": other(a.Of, wanted), "looked": moment(a.Looked), "found": text(a.Found), "lacks": truth(a.Lacks),
		"asked": moment(a.Asked), "jobs": number(int64(a.Jobs)),
	}.value()
}

func encodeOutcome(o ledger.Outcome) types.AttributeValue {
	return fields{
		"job": text(o.Job), "attempt": number(int64(o.Attempt)), "time": moment(o.Time), "from": other(o.From, o.Digest),
		"digest": text(o.Digest), "error": text(o.Error), "transient": truth(o.Transient), "held": truth(o.Held),
		"bytes": number(o.Bytes), "ms": number(o.Took.Milliseconds()), "log": text(o.Log),
		"verified": text(o.Verified),
	}.value()
}

// other returns a digest unless the one beside it is the same, as those of the source and of a destination nearly
// always are: then it is left out, so that a write of a record takes one unit.
func other(d, beside digest.Digest) types.AttributeValue {
	if d == beside {
		return nil
	}
	return text(d)
}

// fields are the members of a map; those that are nil are left out.
type fields Item

// value returns the map as a value, nil if it has no members.
func (f fields) value() types.AttributeValue {
	m := compact(Item(f))
	if len(m) == 0 {
		return nil
	}
	return &types.AttributeValueMemberM{Value: m}
}

// compact removes what has no value.
func compact(it Item) Item {
	for name, v := range it {
		if v == nil {
			delete(it, name)
		}
	}
	return it
}

func text[S ~string](s S) types.AttributeValue {
	if s == "" {
		return nil
	}
	return &types.AttributeValueMemberS{Value: string(s)}
}

func number(n int64) types.AttributeValue {
	if n == 0 {
		return nil
	}
	return &types.AttributeValueMemberN{Value: strconv.FormatInt(n, 10)}
}

func truth(is bool) types.AttributeValue {
	if !is {
		return nil
	}
	return &types.AttributeValueMemberBOOL{Value: true}
}

func moment(t time.Time) types.AttributeValue {
	if t.IsZero() {
		return nil
	}
	return text(t.UTC().Format(timeForm))
}
