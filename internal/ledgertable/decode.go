package ledgertable

import (
	"cmp"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/opencontainers/go-digest"

	"ecrmirror/internal/ledger"
	"ecrmirror/internal/printable"
)

// isLater reports whether a record is of a later version. One whose version cannot be read is taken for one. One
// without a version is none of the controller's, of whichever version: who has a job's role can make it, of an outcome
// alone, and must not keep an image from being mirrored by that.
func isLater(it Item) bool {
	version, ok := it[attrVersion]
	if !ok {
		return false
	}
	v, ok := version.(*types.AttributeValueMemberN)
	if !ok {
		return true
	}
	n, err := strconv.Atoi(v.Value)
	return err != nil || n > ledger.Version
}

func decodeSource(it Item) ledger.Source {
	if isLater(it) {
		return ledger.Source{Later: true}
	}
	m := membersOf(it[attrSeen])
	return ledger.Source{
		Digest: m.digest("digest"), Since: m.time("since"), Before: m.digest("before"),
		Revision: members(it).number(attrRevision),
	}
}

// DecodeDestination reads a destination's record; nil is no record. What is not as encodeDestination writes it is taken
// for not there.
func DecodeDestination(it Item) ledger.Destination {
	if isLater(it) {
		return ledger.Destination{Later: true}
	}
	owner, wanted, hold := membersOf(it[attrOwner]), membersOf(it[attrWanted]), membersOf(it[attrHold])
	claim, failure := membersOf(it[attrClaim]), membersOf(it[attrFailure])
	return ledger.Destination{
		Owner:  ledger.Owner{Source: owner.text("source"), Since: owner.time("since")},
		Wanted: wanted.digest("digest"), From: wanted.other("from", "digest"), By: wanted.text("by"),
		Behind: wanted.time("behind"),
		Wrote:  members(it).digest(attrWrote),
		Claim: ledger.Claim{
			Request: claim.text("request"), ID: claim.text("id"), Digest: claim.digest("digest"),
			Wanted: claim.other("wanted", "digest"),
			Has:    claim.digest("has"), Until: claim.time("until"), Job: claim.text("job"),
		},
		Failure: ledger.Failure{
			Times: int(failure.number("times")), Job: failure.text("job"),
			Asked: ledger.Asked{
				From: failure.digest("from"), Wanted: failure.other("wanted", "from"), Has: failure.digest("has"),
			},
			Because: failure.text("because"), Next: failure.time("next"),
		},
		Hold:      ledger.Hold{Because: hold.text("because"), Since: hold.time("since")},
		Outcome:   decodeOutcome(membersOf(it[attrOutcome])),
		Artifacts: decodeArtifacts(membersOf(it[attrArtifacts]), wanted.digest("digest")),
		Revision:  members(it).number(attrRevision),
	}
}

// decodeArtifacts reads what is remembered of artifacts: of the wanted digest unless it names another.
func decodeArtifacts(m members, wanted digest.Digest) ledger.Artifacts {
	if m == nil {
		return ledger.Artifacts{}
	}
	return ledger.Artifacts{
		Of: cmp.Or(m.digest("of"), wanted), Looked: m.time("looked"), Found: m.text("found"), Lacks: m.truth("lacks"),
		Asked: m.time("asked"), Jobs: int(m.number("jobs")),
	}
}

// decodeOutcome reads what a job wrote, which is no more to be trusted than what the job has read.
func decodeOutcome(m members) ledger.Outcome {
	return ledger.Outcome{
		Job: m.text("job"), Attempt: int(m.number("attempt")), Time: m.time("time"), From: m.other("from", "digest"),
		Digest: m.digest("digest"), Error: m.text("error"), Transient: m.truth("transient"), Held: m.truth("held"),
		Bytes: m.number("bytes"), Took: time.Duration(m.number("ms")) * time.Millisecond, Log: m.text("log"),
		Verified: m.text("verified"),
	}
}

// members are those of a map, or of an item.
type members Item

func membersOf(v types.AttributeValue) members {
	if m, ok := v.(*types.AttributeValueMemberM); ok {
		return m.Value
	}
	return nil
}

// text returns a text, cleaned and cut: anybody who may write to the table may have written it.
func (m members) text(name string) string {
	if s, ok := m[name].(*types.AttributeValueMemberS); ok {
		return printable.Short(s.Value, printable.Longest)
	}
	return ""
}

func (m members) digest(name string) digest.Digest {
	if d := digest.Digest(m.text(name)); d.Validate() == nil {
		return d
	}
	return ""
}

// other returns a digest, which is left out where the one beside it is the same.
func (m members) other(name, beside string) digest.Digest {
	return cmp.Or(m.digest(name), m.digest(beside))
}

func (m members) time(name string) time.Time {
	t, err := time.Parse(timeForm, m.text(name))
	if err != nil {
		return time.Time{}
	}
	return t
}

func (m members) truth(name string) bool {
	v, ok := m[name].(*types.AttributeValueMemberBOOL)
	return ok && v.Value
}

func (m members) number(name string) int64 {
	v, ok := m[name].(*types.AttributeValueMemberN)
	if !ok {
		return 0
	}
	n, err := strconv.ParseInt(v.Value, 10, 64)
	if err != nil {
		return 0
	}
	return max(0, n)
}
