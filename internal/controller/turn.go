package controller

import (
	"context"
	"time"
)

// DefaultLimit is how long a sweep takes at most where [Controller.Limit] is zero: less than the hour after which the
// job of a sweep is ended where it is deployed.
const DefaultLimit = 55 * time.Minute

// How long the images of a wave are asked for, as parts of a sweep's limit: while there are entries that
// nobody has looked at yet, and after that. What is in flight then has as long again, and after that at least as
// long as a slow registry may take for an answer: two time-outs of package registryclient.
const (
	firstPart  = 64
	laterPart  = 16
	answerTime = 30 * time.Second
)

// A turn is the time in which the images of a wave are asked for. The zero turn has no end.
type turn struct {
	last time.Time // no image is asked for from then on
	end  time.Time // what is in flight then is given up
	// again says that hosts that were slow before are asked, too.
	again bool
}

// turn returns a turn of a part of the limit.
func (r *run) turn(part int) turn {
	if r.ends.IsZero() {
		return turn{}
	}
	t := turn{again: part == laterPart}
	time, now := r.limit/time.Duration(part), time.Now()
	t.last, t.end = earlier(now.Add(time), r.ends), earlier(now.Add(2*time), r.ends)
	if t.again {
		t.end = earlier(now.Add(time+max(time, answerTime)), r.ends)
	}
	return t
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

// over reports whether no image is to be asked for any more.
func (t turn) over() bool { return passed(t.last) }

// within returns a context that ends with the turn.
func (t turn) within(ctx context.Context) (context.Context, context.CancelFunc) {
	if t.end.IsZero() {
		return context.WithCancel(ctx)
	}
	return context.WithDeadline(ctx, t.end)
}

// over reports whether the sweep's time is up.
func (r *run) over() bool { return passed(r.ends) }

// passed reports whether a time has come; the zero time never does.
func passed(t time.Time) bool { return !t.IsZero() && !time.Now().Before(t) }
