package chunked

import "sync"

// minPooled is the smallest buffer worth keeping for the next user; smaller ones are left to the
// garbage collector.
const minPooled = 256 << 10

// A Budget is the number of bytes that may be held in buffers at one time by all who share it:
// readers, and writers that gather parts. It hands out the buffers too, so that they are reused. It
// is safe for concurrent use.
//
// Nobody ever waits for a budget. One who is refused a buffer does without, as [Reader] does, so
// that no two users can wait for each other.
type Budget struct {
	mu     sync.Mutex
	total  int64
	held   int64 // bytes in buffers handed out
	pooled int64 // bytes in idle
	idle   [][]byte
	shares map[*Share]struct{}
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

// Join gives a new user its share. The user calls [Share.Leave] when done.
func (b *Budget) Join() *Share {
	s := &Share{budget: b}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.shares[s] = struct{}{}
	return s
}

// A Share is what one user holds of a [Budget]. Shares are kept fair: a user may take more than the
// total divided by the number of users only while enough stays free for those that want more and
// hold less than that.
type Share struct {
	budget *Budget
	want   int64 // bytes the user could put to use now
	held   int64
}

// Want tells how many bytes the user could put to use at present, which bounds what others leave
// free for it. It is zero at first.
func (s *Share) Want(n int64) {
	s.budget.mu.Lock()
	defer s.budget.mu.Unlock()
	s.want = n
}

// Try returns a buffer of n bytes with arbitrary content, or nil if the budget has none to give to
// this user now.
func (s *Share) Try(n int64) []byte {
	b := s.budget
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.held+n > b.total || !b.fair(s, n) {
		return nil
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
	n := int64(cap(buf))
	b := s.budget
	b.mu.Lock()
	defer b.mu.Unlock()
	s.held -= n
	b.held -= n
	if n >= minPooled && b.held+b.pooled+n <= b.total {
		b.idle = append(b.idle, buf)
		b.pooled += n
	}
}

// Leave ends the share. All of its buffers must have been put back.
func (s *Share) Leave() {
	s.budget.mu.Lock()
	defer s.budget.mu.Unlock()
	delete(s.budget.shares, s)
}

// fair reports whether s may have n of the free bytes. A user that holds nothing always may: where
// the total is less than a buffer for each, some shall have one.
func (b *Budget) fair(s *Share, n int64) bool {
	even := b.total / int64(len(b.shares))
	if s.held == 0 || s.held+n <= even {
		return true
	}
	var owed int64
	for other := range b.shares {
		if other != s {
			owed += max(0, min(even, other.want)-other.held)
		}
	}
	return b.total-b.held-n >= owed
}

func (b *Budget) take(s *Share, n int64) []byte {
	buf := b.reuse(n)
	if buf == nil {
		buf = make([]byte, n)
	}
	size := int64(cap(buf))
	s.held += size
	b.held += size
	for b.held+b.pooled > b.total && len(b.idle) > 0 {
		b.pooled -= int64(cap(b.idle[0]))
		b.idle = append(b.idle[:0], b.idle[1:]...)
	}
	return buf[:n]
}

// reuse takes an idle buffer of exactly n bytes. Nearly all are chunks or parts, and those have few
// sizes.
func (b *Budget) reuse(n int64) []byte {
	for i, buf := range b.idle {
		if int64(cap(buf)) == n {
			last := len(b.idle) - 1
			b.idle[i], b.idle[last] = b.idle[last], nil
			b.idle = b.idle[:last]
			b.pooled -= n
			return buf
		}
	}
	return nil
}
