package chunked

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
