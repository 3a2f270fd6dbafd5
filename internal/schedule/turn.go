package schedule

import (
	"context"
	"time"
)

// DefaultLimit is the default limit of a sweep. It is less than the hour after which AWS Batch ends the job of a sweep.
const DefaultLimit = 55 * time.Minute

// How long the images of a wave are asked for, as parts of a sweep's limit: while there are entries that
// nothing has looked at yet, and after that. What is in flight then has as long again, and after that at least as
// long as a slow registry may take for an answer: two time-outs of package registryclient.
const (
	firstPart  = 64
	laterPart  = 16
	answerTime = 30 * time.Second
	// listPart is the part of the limit in which the lists of selections are to come. Images wait for them: only then
	// it is known what they are in conflict with.
	listPart = 4
)

// A Limit is the time of a sweep. The zero Limit has no end.
type Limit struct {
	Time time.Duration
	end  time.Time
}

// NewLimit returns the limit of a sweep that begins now; 0 is [DefaultLimit].
func NewLimit(limit time.Duration) Limit {
	if limit == 0 {
		limit = DefaultLimit
	}
	return Limit{Time: limit, end: time.Now().Add(limit)}
}

// Over reports whether the time is up.
func (l Limit) Over() bool { return passed(l.end) }

// Lists returns how long the lists of selections may take; 0 if there is no limit.
func (l Limit) Lists() time.Duration { return l.Time / listPart }

// WithinLists returns a context that ends when the lists of selections are to be there, with a cause.
func (l Limit) WithinLists(ctx context.Context, cause error) (context.Context, context.CancelFunc) {
	if l.end.IsZero() {
		return context.WithCancel(ctx)
	}
	return context.WithDeadlineCause(ctx, l.end.Add(l.Lists()-l.Time), cause)
}

// Within returns a context that ends with the limit.
func (l Limit) Within(ctx context.Context) (context.Context, context.CancelFunc) {
	return until(ctx, l.end)
}

// A Turn is the time in which the images of a wave are asked for. The zero Turn has no end.
type Turn struct {
	// Again says that hosts that were slow before are asked, too.
	Again bool
	last  time.Time // no image is asked for from then on
	end   time.Time // what is in flight then is given up
}

// First returns a turn, which begins now, for a wave whose entries have not been looked at yet.
func (l Limit) First() Turn {
	if l.end.IsZero() {
		return Turn{}
	}
	part, now := l.Time/firstPart, time.Now()
	return Turn{last: earlier(now.Add(part), l.end), end: earlier(now.Add(2*part), l.end)}
}

// Later returns a turn, which begins now, for a wave whose entries were put off.
func (l Limit) Later() Turn {
	if l.end.IsZero() {
		return Turn{Again: true}
	}
	part, now := l.later(), time.Now()
	end := now.Add(part + max(part, answerTime))
	return Turn{Again: true, last: earlier(now.Add(part), l.end), end: earlier(end, l.end)}
}

// later returns how long images are asked for in a later turn.
func (l Limit) later() time.Duration { return l.Time / laterPart }

// Over reports whether no image is to be asked for any more.
func (t Turn) Over() bool { return passed(t.last) }

// Within returns a context that ends with the turn.
func (t Turn) Within(ctx context.Context) (context.Context, context.CancelFunc) {
	return until(ctx, t.end)
}

// until returns a context that ends at a time; the zero time is none.
func until(ctx context.Context, end time.Time) (context.Context, context.CancelFunc) {
	if end.IsZero() {
		return context.WithCancel(ctx)
	}
	return context.WithDeadline(ctx, end)
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

// passed reports whether a time has come; the zero time never does.
func passed(t time.Time) bool { return !t.IsZero() && !time.Now().Before(t) }
