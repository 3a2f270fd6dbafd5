package ecr

import (
	"context"
	"encoding/base64"
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

func TestPublicLoginIsRemembered(t *testing.T) {
	token := base64.StdEncoding.EncodeToString([]byte("AWS:secret"))
	want := Login{Username: "AWS", Password: "secret"}
	for _, tt := range []struct {
		name   string
		answer string
		want   Login
		calls  int32
	}{
		{"a login", fmt.Sprintf(`{"authorizationData":{"authorizationToken":%q,"expiresAt":%d}}`, token,
			time.Now().Add(12*time.Hour).Unix()), want, 1},
		{"one about to expire", fmt.Sprintf(`{"authorizationData":{"authorizationToken":%q,"expiresAt":%d}}`, token,
			time.Now().Add(time.Minute).Unix()), want, 3},
		{"none", `{}`, Login{}, 1},
		{"no base64", `{"authorizationData":{"authorizationToken":"?"}}`, Login{}, 1},
		{"no password", `{"authorizationData":{"authorizationToken":"QVdT"}}`, Login{}, 1},
		{"a refusal", "", Login{}, 1},
	} {
		var calls atomic.Int32
		w := newScript(t, func(operation string, rw http.ResponseWriter, _ *http.Request) bool {
			calls.Add(1)
			if operation != "GetAuthorizationToken" {
				t.Errorf("%s was called", operation)
			}
			if tt.answer == "" {
				return refuse(rw, http.StatusForbidden, "AccessDeniedException", "")
			}
			return answer(rw, "%s", tt.answer)
		})
		var wg sync.WaitGroup
		for range 3 {
			wg.Go(func() {
				if got := w.client.PublicLogin(t.Context()); got != tt.want {
					t.Errorf("%s: got %v", tt.name, got)
				}
			})
		}
		wg.Wait()
		if calls.Load() != tt.calls {
			t.Errorf("%s: asked %d times, want %d", tt.name, calls.Load(), tt.calls)
		}
	}
}

func TestPublicLoginThatWasNotWaitedForIsNotRemembered(t *testing.T) {
	var calls atomic.Int32
	w := newScript(t, func(_ string, rw http.ResponseWriter, _ *http.Request) bool {
		calls.Add(1)
		return answer(rw, `{"authorizationData":{"authorizationToken":"QVdTOng=","expiresAt":%d}}`,
			time.Now().Add(12*time.Hour).Unix())
	})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if got := w.client.PublicLogin(ctx); got != (Login{}) || calls.Load() != 0 {
		t.Errorf("cancelled: got %v by %d calls", got, calls.Load())
	}
	if got := w.client.PublicLogin(t.Context()); got.Password != "x" {
		t.Errorf("got %v", got)
	}
	w.client.opts.Public = nil
	if got := w.client.PublicLogin(t.Context()); got != (Login{}) {
		t.Errorf("without a client: got %v", got)
	}
}
