package ledger

import (
	"hash/fnv"
	"time"

	"github.com/opencontainers/go-digest"
)

// Artifacts are what is remembered of the artifacts of the image that a destination has: when they were last looked at,
// and whether the destination has all of them.
type Artifacts struct {
	Of     digest.Digest // the image; what is remembered of another one does not count
	Looked time.Time     // when the source was last asked; zero = never
	// Found is the fingerprint of what the source had then; "" if it can't be listed. What it may be is for who writes
	// it: two are the same if what was found is.
	Found string
	Lacks bool      // the destination did not have all of it
	Asked time.Time // when a job was last asked to bring it; zero = none was, since Found is what it is
	Jobs  int       // how many jobs were asked since
}

// How artifacts are looked at: signing trails pushing, so an image is looked at soon after it came, and then each time
// that its entry says.
const (
	EveryLook = 24 * time.Hour // unless the entry says otherwise
	// SpreadLook is in what time images are looked at that were there before anybody looked at artifacts.
	SpreadLook = 7 * 24 * time.Hour
)

// soon are the times after an image came at which it is looked at.
var soon = [...]time.Duration{0, 10 * time.Minute, time.Hour, 6 * time.Hour}

// NextLook returns when the artifacts of an image are to be looked at, given the image's key and digest, and since when
// its source has that digest. Looks are spread by the key: no sweep has more than its share of them. What a destination
// lacks is looked at again some time after each job that was to bring it, and at once where none could be submitted; in
// the end as often as what lacks nothing: it may be refused for ever.
func (a Artifacts) NextLook(k Key, of digest.Digest, since time.Time, every time.Duration, now time.Time) time.Time {
	if every <= 0 {
		every = EveryLook
	}
	switch {
	case a.Of != of || a.Looked.IsZero():
		return a.firstLook(k, since, now)
	case a.Lacks && a.Asked.IsZero():
		return a.Looked
	case a.Lacks && a.Jobs < len(soon):
		return a.Asked.Add(soon[a.Jobs])
	case a.Lacks:
		return after(a.Asked, every, k)
	}
	for _, after := range soon {
		if at := since.Add(after); at.After(a.Looked) {
			return at
		}
	}
	return after(a.Looked, every, k)
}

// firstLook returns when an image is looked at for the first time: at once, unless it has been there for so long that
// many others have, too.
func (a Artifacts) firstLook(k Key, since, now time.Time) time.Time {
	const fresh = 24 * time.Hour
	if a.Of != "" || now.Sub(since) < fresh {
		return now
	}
	// The day of the week that is the image's: sweeps come once a day, or more often.
	if at := after(now.Add(-fresh), SpreadLook, k); !at.After(now) {
		return at
	}
	return after(now, SpreadLook, k)
}

// after returns the first of the times after another one that lie so far apart, and elsewhere for another key.
func after(t time.Time, apart time.Duration, k Key) time.Time {
	h := fnv.New64a()
	_, _ = h.Write([]byte(k.String()))
	phase := time.Duration(h.Sum64() % uint64(apart)) //nolint:gosec // positive
	at := t.Truncate(apart).Add(phase)
	for !at.After(t) {
		at = at.Add(apart)
	}
	return at
}

// Has returns the fingerprint of the artifacts that the destination is known to have, of the image of that digest; "" =
// it is not known to have any.
func (a Artifacts) Has(of digest.Digest) (found string) {
	if a.Of != of || a.Lacks {
		return ""
	}
	return a.Found
}

// WasAsked reports whether a job was asked to bring what is found.
func (a Artifacts) WasAsked(of digest.Digest, found string) bool {
	return a.Of == of && a.Found == found && a.Jobs > 0
}

// AfterLook returns what is remembered after a look at the image of that digest.
func (a Artifacts) AfterLook(of digest.Digest, found string, lacks bool, now time.Time) Artifacts {
	next := Artifacts{Of: of, Looked: now, Found: found, Lacks: lacks}
	if lacks && a.Of == of && a.Found == found {
		next.Asked, next.Jobs = a.Asked, a.Jobs
	}
	return next
}

// AfterAsking returns what is remembered after a job was asked to bring what is lacking.
func (a Artifacts) AfterAsking(now time.Time) Artifacts {
	a.Asked = now
	a.Jobs++
	return a
}
