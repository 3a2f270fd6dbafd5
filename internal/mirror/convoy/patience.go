package convoy

import "time"

// What a place may do to faster ones. It reads what they read, so they wait for it where it is slow: at a stream that
// is far enough ahead of it, for memory that it holds, or for its turn.
const (
	// apart is how many times as fast as a place another has to be for them to go separate ways: for less, to read the
	// source once is worth more.
	apart = 1.5
	// heldUp is how long a place may hold up others that are as fast as itself, in sum; one that is n times as slow may
	// do so for an nth of it, but leastHeldUp at least.
	heldUp      = 2 * time.Second
	leastHeldUp = 100 * time.Millisecond
	// beginning is how long a place may hold up others before it has taken its first byte, and unmeasured how long it
	// may hold up one that has not yet taken any.
	beginning  = time.Second
	unmeasured = 3 * time.Second
	// look is how often the convoy looks at its members, and lookAlone how often at one alone. Time in which it could
	// not look counts as two looks at most: where the machine is that busy, no place is to blame.
	look      = 10 * time.Millisecond
	lookAlone = time.Second
)

// patience returns for how long in sum a place may hold up one that is so many times as fast.
func patience(times float64) time.Duration {
	return max(leastHeldUp, time.Duration(float64(heldUp)/times))
}
