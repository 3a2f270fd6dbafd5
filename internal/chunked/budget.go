package chunked

import (
	"context"
	"slices"
	"sync"
)

// minPooled is the smallest buffer worth keeping for the next user; smaller ones are left to the
// garbage collector.
const minPooled = 256 << 10

// A Budget is the number of bytes that may be held in buffers at one time by all who share it:
// readers, and those who write what was read. It hands out the buffers too, so that they are
// reused. It is safe for concurrent use.
//
// One who holds a buffer never waits for another: it is refused, and does without as [Reader]
// does, or it uses what it had set aside by [Budget.Reserve] when it held nothing yet. So no two
// users can wait for each other.
type Budget struct {
	mu      sync.Mutex
	total   int64
	held    int64 // bytes in buffers handed out
	claimed int64 // the sum of what all shares claim
	pooled  int64 // bytes in idle
	idle    [][]byte
	shares  map[*Share]struct{}
	waiting []*reservation // in the order of their calls
}

// A reservation is a call of Reserve that waits.
type reservation struct {
	share   *Share
	granted chan struct{}
}

// NewBudget returns a budget of total bytes.
func NewBudget(total int64) *Budget {
	return &Budget{total: total, shares: map[*Share]struct{}{}}
}

// Total returns the budget's size in bytes.
func (b *Budget) Total() int64 { return b.total }

// Held returns the number of bytes in buffers that are handed out.
func (b *Budget) Held() int64 {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.held
}

// Join gives a new user its share, with nothing set aside for it. The user calls [Share.Leave] when
// done.
func (b *Budget) Join() *Share {
	s := &Share{budget: b}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.shares[s] = struct{}{}
	return s
}

// Reserve gives a new user its share, with n bytes set aside for it. It waits for its turn until the budget has n
// bytes. So the caller must not hold buffers of this budget, nor anything that another user of the budget waits for.
// A user that needs more than the total waits until no other user holds any, and may then take n bytes, because with
// less it could not go on; callers bound n for that reason. The error is the context's cause.
func (b *Budget) Reserve(ctx context.Context, n int64) (*Share, error) {
	s := &Share{budget: b, reserved: max(n, 0)}
	r := &reservation{share: s, granted: make(chan struct{})}
	b.mu.Lock()
	b.waiting = append(b.waiting, r)
	b.grant()
	b.mu.Unlock()
	select {
	case <-r.granted:
		return s, nil
	case <-ctx.Done():
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if i := slices.Index(b.waiting, r); i >= 0 {
		b.waiting = slices.Delete(b.waiting, i, i+1)
	} else {
		b.leave(s)
	}
	b.grant() // it may have been in the way of others
	return nil, context.Cause(ctx)
}

// grant lets in those who wait, in turn, as far as there is room.
func (b *Budget) grant() {
	for len(b.waiting) > 0 {
		r := b.waiting[0]
		if b.claimed > 0 && b.claimed+r.share.reserved > b.total {
			return
		}
		b.waiting = slices.Delete(b.waiting, 0, 1)
		b.shares[r.share] = struct{}{}
		b.claimed += r.share.reserved
		close(r.granted)
	}
}

// fair reports whether s may claim grow more bytes. A user that holds nothing always may: where
// the total is less than a buffer for each, some shall have one. Beyond that, those who wait to
// be let in go first.
func (b *Budget) fair(s *Share, n, grow int64) bool {
	if s.held == 0 {
		return true
	}
	if len(b.waiting) > 0 {
		return false
	}
	even := b.total / int64(len(b.shares))
	if s.held+n <= even {
		return true
	}
	var owed int64
	for other := range b.shares {
		if other != s {
			owed += max(0, min(even, other.want)-other.claim())
		}
	}
	return b.total-b.claimed-grow >= owed
}

func (b *Budget) take(s *Share, n int64) []byte {
	buf := b.reuse(n)
	if buf == nil {
		buf = make([]byte, n)
	}
	before := s.claim()
	size := int64(cap(buf))
	s.held += size
	b.held += size
	b.claimed += s.claim() - before
	for b.held+b.pooled > b.total && len(b.idle) > 0 {
		b.pooled -= int64(cap(b.idle[0]))
		b.idle = slices.Delete(b.idle, 0, 1)
	}
	return buf[:n]
}

// reuse takes an idle buffer of exactly n bytes, the one that was last put back, which may still be
// in the processor's cache. Nearly all are chunks or parts, and those have few sizes.
func (b *Budget) reuse(n int64) []byte {
	for i, buf := range slices.Backward(b.idle) {
		if int64(cap(buf)) == n {
			b.idle = slices.Delete(b.idle, i, i+1)
			b.pooled -= n
			return buf
		}
	}
	return nil
}

func (b *Budget) put(s *Share, buf []byte) {
	n := int64(cap(buf))
	before := s.claim()
	s.held -= n
	b.held -= n
	b.claimed += s.claim() - before
	if n >= minPooled && b.held+b.pooled+n <= b.total {
		b.idle = append(b.idle, buf)
		b.pooled += n
	}
	if s.left && s.held == 0 {
		delete(b.shares, s)
	}
	b.grant()
}

func (b *Budget) leave(s *Share) {
	before := s.claim()
	s.reserved, s.want, s.left = 0, 0, true
	b.claimed += s.claim() - before
	if s.held == 0 {
		delete(b.shares, s)
	}
	b.grant()
}

// A Share is what one user holds of a [Budget]. Shares are kept fair: beyond what is reserved for
// it, a user may take more than the total divided by the number of users only while enough stays
// free for those that want more and hold less than that. It is safe for concurrent use.
type Share struct {
	budget   *Budget
	reserved int64 // bytes that no other may take
	want     int64 // bytes the user could put to use now
	held     int64
	bound    int64 // bytes it may hold in all; 0 if only what others need bounds it
	left     bool
}

// claim is what others can't have of the budget. The budget's mutex is held.
func (s *Share) claim() int64 { return max(s.held, s.reserved) }

// Reserved returns how many bytes were set aside for this share by [Budget.Reserve].
func (s *Share) Reserved() int64 {
	s.budget.mu.Lock()
	defer s.budget.mu.Unlock()
	return s.reserved
}

// Want tells how many bytes the user could put to use at present, which bounds what others leave
// free for it. It is zero at first.
func (s *Share) Want(n int64) {
	s.budget.mu.Lock()
	defer s.budget.mu.Unlock()
	s.want = n
}

// Bound bounds the bytes that the share holds from now on, whatever the budget has; 0 lifts the bound.
// What is reserved for it, it gets in any case.
func (s *Share) Bound(n int64) {
	s.budget.mu.Lock()
	defer s.budget.mu.Unlock()
	s.bound = n
}

// Try returns a buffer of n bytes with arbitrary content, or nil if the budget has none to give to
// this user now. It is never refused what is reserved for it.
func (s *Share) Try(n int64) []byte {
	b := s.budget
	b.mu.Lock()
	defer b.mu.Unlock()
	if s.held+n > s.reserved {
		grow := max(s.held+n, s.reserved) - s.claim()
		if s.bound > 0 && s.held+n > s.bound || b.claimed+grow > b.total || !b.fair(s, n, grow) {
			return nil
		}
	}
	return b.take(s, n)
}

// Take returns a buffer of n bytes as [Share.Try] does, but always. It is for a buffer without
// which the user can't go on at all: to wait for one could be to wait for oneself. What it takes
// beyond the total, others have to give up first, so those who use it bound how many do so at one
// time.
func (s *Share) Take(n int64) []byte {
	s.budget.mu.Lock()
	defer s.budget.mu.Unlock()
	return s.budget.take(s, n)
}

// Put gives back a buffer that this share got.
func (s *Share) Put(buf []byte) {
	s.budget.mu.Lock()
	defer s.budget.mu.Unlock()
	s.budget.put(s, buf)
}

// Leave ends the share. Buffers that are still out may be put back afterwards; until then they
// count.
func (s *Share) Leave() {
	s.budget.mu.Lock()
	defer s.budget.mu.Unlock()
	s.budget.leave(s)
}
