package listing

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"ecrmirror/internal/listed"
	"ecrmirror/internal/registryclient/answer"
	"ecrmirror/internal/registryclient/auth"
	"ecrmirror/internal/registryclient/pace"
	"ecrmirror/internal/registryclient/session"
	"ecrmirror/internal/registryclient/wire"
)

// open returns what asks a server for lists, and a repository there.
func open(t *testing.T, server *httptest.Server) (Lister, *session.Repository) {
	t.Helper()
	host := server.Listener.Addr().String()
	s, err := session.New(session.Options{
		Wire: wire.Options{Host: host, Insecure: true}, Login: auth.Anonymous, Answers: answer.NewMemory(),
		Tokens: &session.Tokens{}, Attempts: 3, Backoff: time.Millisecond,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	l := Lister{Session: s, Pace: pace.New(host, pace.Options{}), Room: listed.NewRoom()}
	return l, s.Repository(auth.Scope{Name: "app", Actions: auth.Pull})
}

// TestListsThatDoNotCome: a registry that is silent, before a page or within it, ends the list, and is asked once.
func TestListsThatDoNotCome(t *testing.T) {
	const short = 20 * time.Millisecond
	for name, c := range map[string]struct {
		begin           string
		answer, content time.Duration
	}{
		"no answer":             {"", short, time.Hour},
		"no content":            {`{"tags":["a",`, time.Hour, short},
		"nothing but the begin": {"{", time.Hour, short},
	} {
		t.Run(name, func(t *testing.T) {
			asked := 0
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				asked++
				if c.begin != "" {
					_, _ = io.WriteString(w, c.begin)
					_ = http.NewResponseController(w).Flush()
				}
				<-r.Context().Done()
			}))
			defer server.Close()
			l, app := open(t, server)
			l.Answer, l.Content = c.answer, c.content
			tags, err := l.Tags(t.Context(), app)
			mute, ok := errors.AsType[*pace.MuteError](err)
			if !ok || mute.After != short || len(tags.Tags) > 0 {
				t.Errorf("%v, %v", tags, err)
			}
			server.CloseClientConnections()
			server.Close()
			if asked != 1 {
				t.Errorf("asked %d times", asked)
			}
		})
	}
}

// TestListsThatTakeLong: a registry that gives page after page, each in time, is not waited for forever.
func TestListsThatTakeLong(t *testing.T) {
	page := 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		page++
		w.Header().Set("Link", fmt.Sprintf(`<?last=%d>; rel="next"`, page))
		_, _ = io.WriteString(w, `{"tags":["a"]}`)
	}))
	defer server.Close()
	l, app := open(t, server)
	l.List = 20 * time.Millisecond
	if tags, err := l.Tags(t.Context(), app); !errors.Is(err, errSlow) || len(tags.Tags) > 0 {
		t.Errorf("%v, %v", tags, err)
	}
}

// What the caller does not wait for is no silence of the registry.
func TestListsThatAreNotWaitedFor(t *testing.T) {
	ctx, cancel := context.WithCancelCause(t.Context())
	enough := errors.New("enough")
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		cancel(enough)
		<-r.Context().Done()
	}))
	defer server.Close()
	l, app := open(t, server)
	_, err := l.Tags(ctx, app)
	if _, mute := errors.AsType[*pace.MuteError](err); mute || err == nil {
		t.Error(err)
	}
}
