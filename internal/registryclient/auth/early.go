package auth

import "context"

// maxEarly is how many authorizations may be refused early, one after the other, until that is taken
// for the last word.
const maxEarly = 2

// Drop forgets an authorization that was refused, where the request can't be repeated at once. It reports whether
// another try with a new one may help.
func (a *Access) Drop(ctx context.Context, used string) bool {
	if a.turn.Take(ctx) != nil {
		return false
	}
	defer a.turn.Release()
	if a.held.header == used { // else somebody did it already
		a.held = authorization{}
		a.early++
	}
	return a.early < maxEarly
}

// Worked notes that an authorization was good.
func (a *Access) Worked(ctx context.Context) {
	if a.turn.Take(ctx) == nil {
		a.early = 0
		a.turn.Release()
	}
}
