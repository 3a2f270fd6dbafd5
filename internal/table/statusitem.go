package table

import (
	"slices"
	"strconv"
	"time"

	"ecrmirror/internal/entry"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/opencontainers/go-digest"
)

// Members of the status attribute, and of each destination in it. Members without a
// value are left out. Times have a fixed width, so that DynamoDB can compare them.
const (
	memberChecked      = "checked"      // S, a time
	memberSource       = "source"       // S
	memberLeft         = "left"         // S, what is left of the source
	memberBy           = "by"           // S, how that follows
	memberDestinations = "destinations" // M, by name
	memberState        = "state"        // S
	memberError        = "error"        // S
	memberDigest       = "digest"       // S; left out where the state is Current: it is the source's
	memberBehind       = "behind"       // S, a time
	memberMirrored     = "mirrored"     // S, a time
	memberLog          = "log"          // S
	memberJob          = "job"          // S
	memberJobs         = "jobs"         // N
	memberImages       = "images"       // N

	timeForm = "2006-01-02T15:04:05.000Z"
)

func formTime(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(timeForm)
}

func encodeStatus(s entry.Status) types.AttributeValue {
	destinations := item{}
	for name, d := range s.Destinations {
		m := item{}
		put(m, memberState, string(d.State))
		if d.State != entry.Current || d.Digest != s.Source {
			put(m, memberDigest, d.Digest.String())
		}
		put(m, memberBehind, formTime(d.Behind))
		put(m, memberMirrored, formTime(d.Mirrored))
		put(m, memberError, d.Error)
		put(m, memberLog, d.Log)
		put(m, memberJob, d.JobID)
		putCount(m, memberJobs, d.Jobs)
		putCount(m, memberImages, d.Images)
		destinations[name] = &types.AttributeValueMemberM{Value: m}
	}
	m := item{memberDestinations: &types.AttributeValueMemberM{Value: destinations}}
	put(m, memberChecked, formTime(s.Checked))
	put(m, memberSource, s.Source.String())
	put(m, memberLeft, s.Left.Digest.String())
	put(m, memberBy, s.Left.By)
	put(m, memberState, string(s.State))
	put(m, memberError, s.Error)
	return &types.AttributeValueMemberM{Value: m}
}

// decodeStatus reads the status of an entry with the given destinations. What is not
// as encodeStatus writes it is taken for not there: a status that somebody has
// spoiled must not keep the entry from being mirrored.
func decodeStatus(v types.AttributeValue, destinations []string) entry.Status {
	m := members(v)
	s := entry.Status{
		Checked: timeOf(m, memberChecked), Source: digestOf(m, memberSource),
		Left:  entry.Left{Digest: digestOf(m, memberLeft), By: stringOf(m, memberBy)},
		State: stateOf(m), Error: stringOf(m, memberError),
	}
	for name, v := range members(m[memberDestinations]) {
		m := members(v)
		i := slices.Index(destinations, name)
		if m == nil || i < 0 {
			continue
		}
		d := entry.DestinationStatus{
			State: stateOf(m), Digest: digestOf(m, memberDigest),
			Behind: timeOf(m, memberBehind), Mirrored: timeOf(m, memberMirrored),
			Error: stringOf(m, memberError), Log: stringOf(m, memberLog),
			JobID: stringOf(m, memberJob), Jobs: intOf(m, memberJobs), Images: intOf(m, memberImages),
		}
		if d.Digest == "" && d.State == entry.Current {
			d.Digest = s.Source
		}
		if s.Destinations == nil {
			s.Destinations = map[string]entry.DestinationStatus{}
		}
		s.Destinations[destinations[i]] = d // which need not be kept twice
	}
	return s
}

func put(m item, member, value string) {
	if value != "" {
		m[member] = &types.AttributeValueMemberS{Value: value}
	}
}

func putCount(m item, member string, n int) {
	if n != 0 {
		m[member] = &types.AttributeValueMemberN{Value: strconv.Itoa(n)}
	}
}

func members(v types.AttributeValue) item {
	if m, ok := v.(*types.AttributeValueMemberM); ok {
		return m.Value
	}
	return nil
}

// stringOf returns a text; "" where somebody else wrote one that is unlike any of ours.
func stringOf(m item, member string) string {
	if s, ok := m[member].(*types.AttributeValueMemberS); ok && entry.IsStatusText(s.Value) {
		return s.Value
	}
	return ""
}

func stateOf(m item) entry.State {
	if state := entry.State(stringOf(m, memberState)); state.Known() {
		return state
	}
	return ""
}

func digestOf(m item, member string) digest.Digest {
	if d := digest.Digest(stringOf(m, member)); d.Validate() == nil {
		return d
	}
	return ""
}

func timeOf(m item, member string) time.Time {
	t, err := time.Parse(timeForm, stringOf(m, member))
	if err != nil {
		return time.Time{}
	}
	return t
}

func intOf(m item, member string) int {
	v, ok := m[member].(*types.AttributeValueMemberN)
	if !ok {
		return 0
	}
	n, err := strconv.Atoi(v.Value)
	if err != nil {
		return 0
	}
	return n
}
