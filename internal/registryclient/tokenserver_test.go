package registryclient_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
)

// A tokenServer gives tokens, of which the last one given out is good.
type tokenServer struct {
	*host
	given  atomic.Int32
	fields map[string]any // beside the token; they do not change once there are requests
}

func startTokens(t *testing.T) *tokenServer {
	s := &tokenServer{fields: map[string]any{}}
	s.host = start(t, func(w http.ResponseWriter, r *http.Request) {
		if user, password, ok := r.BasicAuth(); ok && (user != "robot" || password != "s3cret") {
			w.WriteHeader(http.StatusUnauthorized)
			fmt.Fprint(w, `{"errors":[{"code":"UNAUTHORIZED","message":"wrong password"}]}`)
			return
		}
		fields := maps.Clone(s.fields)
		fields["token"] = fmt.Sprintf("token%d", s.given.Add(1))
		json.NewEncoder(w).Encode(fields)
	})
	return s
}

// wants answers only those who bring the token that was given out last.
func (s *tokenServer) wants(scope string, h http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != fmt.Sprintf("Bearer token%d", s.given.Load()) {
			w.Header().Set("WWW-Authenticate",
				fmt.Sprintf(`Bearer realm="%s/token",service="test",scope=%q`, s.URL, scope))
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		h(w, r)
	}
}

// scopesSeen returns the scopes of each token asked for.
func (s *tokenServer) scopesSeen() (scopes []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, r := range s.seen {
		scopes = append(scopes, strings.Join(r.URL.Query()["scope"], " "))
	}
	return scopes
}
