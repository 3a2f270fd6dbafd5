// Package bearer has a stand-in for a registry want tokens, as most registries do: whoever
// comes without a good one is sent to its token server, which gives them to anyone.
package bearer

import (
	"crypto/rand"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	"ecrmirror/testkit/v2path"
)

// tokenPath is where tokens are to be had.
const tokenPath = "/token"

// claimed is how long tokens are good for by their server's word.
const claimed = 5 * time.Minute

// A Gate lets those in who have a token. It is safe for concurrent use.
type Gate struct {
	// Lifetime is how long a token is good for, whatever its server says; 0 means five minutes.
	Lifetime time.Duration
	// Clock is by how much the token server's clock is ahead.
	Clock time.Duration

	mu     sync.Mutex
	until  map[string]time.Time // when tokens expire
	lapsed int
}

// Wrap returns next behind the gate.
func (g *Gate) Wrap(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.URL.Path == tokenPath:
			g.give(w)
		case g.good(r.Header.Get("Authorization"), time.Now()):
			next.ServeHTTP(w, r)
		default:
			challenge(w, r)
		}
	})
}

// Lapsed returns how many requests came with a token that had expired.
func (g *Gate) Lapsed() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.lapsed
}

// give answers with a new token.
func (g *Gate) give(w http.ResponseWriter) {
	now, token := time.Now(), rand.Text()
	lifetime := g.Lifetime
	if lifetime == 0 {
		lifetime = claimed
	}
	g.mu.Lock()
	if g.until == nil {
		g.until = map[string]time.Time{}
	}
	g.until[token] = now.Add(lifetime)
	g.mu.Unlock()
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(map[string]any{
		"token": token, "expires_in": int(claimed / time.Second),
		"issued_at": now.Add(g.Clock).UTC().Format(time.RFC3339),
	})
}

func (g *Gate) good(authorization string, now time.Time) bool {
	token, ok := strings.CutPrefix(authorization, "Bearer ")
	if !ok {
		return false
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	until, known := g.until[token]
	if known && now.After(until) {
		g.lapsed++
	}
	return known && !now.After(until)
}

// challenge says where a token for the request is to be had.
func challenge(w http.ResponseWriter, r *http.Request) {
	header := fmt.Sprintf("Bearer realm=%q,service=%q", "http://"+r.Host+tokenPath, r.Host)
	if repository, _, _ := v2path.Parse(r.URL.Path); repository != "" {
		actions := "pull"
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			actions = "pull,push"
		}
		header += fmt.Sprintf(",scope=%q", "repository:"+repository+":"+actions)
	}
	w.Header().Set("WWW-Authenticate", header)
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusUnauthorized)
	_, _ = w.Write([]byte(`{"errors":[{"code":"UNAUTHORIZED","message":"authentication required"}]}`))
}
