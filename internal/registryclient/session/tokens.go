package session

import "sync"

// maxTokens is how many bytes of tokens are kept in a process.
const maxTokens = 8 << 20

// Tokens counts the bytes of tokens that all registries of a process keep. The zero value has none.
type Tokens struct {
	mu    sync.Mutex
	bytes int64
}

// keep counts n bytes of tokens that are kept, or, if n is negative, no longer are. It returns whether there are too
// many.
func (t *Tokens) keep(n int64) (tooMany bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.bytes += n
	return t.bytes > maxTokens
}
