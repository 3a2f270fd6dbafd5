package registryclient

import "context"

// maxEarly is how many authorizations may be refused early, one after the other, until that is taken
// for the last word.
const maxEarly = 2

// drop forgets an authorization that was refused where a request could not be repeated at once. It
// reports whether the next is worth a try.
func (a *access) drop(ctx context.Context, used string) bool {
	if a.turn.take(ctx) != nil {
		return false
	}
	defer a.turn.release()
	if a.held.header == used { // else somebody did it already
		a.held = authorization{}
		a.early++
	}
	return a.early < maxEarly
}

// worked notes that an authorization was good.
func (a *access) worked(ctx context.Context) {
	if a.turn.take(ctx) == nil {
		a.early = 0
		a.turn.release()
	}
}
