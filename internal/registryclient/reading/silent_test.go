package reading

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"ecrmirror/internal/registryclient/answer"
	"ecrmirror/internal/registryclient/auth"
	"ecrmirror/internal/registryclient/pace"
	"ecrmirror/internal/registryclient/session"
	"ecrmirror/internal/registryclient/wire"
)

func TestAnAnswerThatDoesNotComeIsAskedForTwice(t *testing.T) {
	var asked atomic.Int32
	host := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.Contains(r.URL.Path, "/mute/") {
			asked.Add(1)
			<-r.Context().Done()
		}
		w.Header().Set("Docker-Content-Digest", "sha256:"+strings.Repeat("1", 64))
	}))
	defer host.Close()
	s, err := session.New(session.Options{
		Wire:  wire.Options{Host: host.Listener.Addr().String(), Insecure: true},
		Login: auth.Anonymous, Answers: answer.NewMemory(), Tokens: &session.Tokens{}, Attempts: 5,
		Backoff: time.Millisecond,
	})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	asking := func(p *pace.Pace, repository string) error {
		_, err := New(s, Options{Pace: p}).Repository(
			s.Repository(auth.Scope{Name: repository, Actions: auth.Pull})).Digest(t.Context(), "1")
		return err
	}
	if err := asking(pace.New("", pace.Options{}), "app"); err != nil { // finds out the scheme
		t.Fatal(err)
	}
	p := pace.New("", pace.Options{Timeout: 50 * time.Millisecond, Probe: 50 * time.Millisecond})
	silent := func(times int) {
		for range times {
			permit, err := p.Enter(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			p.Leave(permit, pace.Silence)
		}
	}
	err = asking(p, "mute")
	var mute *pace.MuteError
	if !errors.As(err, &mute) || mute.After != 50*time.Millisecond || asked.Load() != timeouts {
		t.Errorf("%v; asked %d times", err, asked.Load())
	}
	// Of a registry that is silent about others, too, it is no good probe.
	silent(8 - 1 - timeouts)
	if err = asking(p, "mute"); !errors.As(err, &mute) || asked.Swap(timeouts) != timeouts+1 {
		t.Errorf("got %v", err)
	}
	silent(3 - 1)
	err = asking(p, "mute") // the last probe
	if !errors.As(err, &mute) || asked.Load() != timeouts+1 {
		t.Errorf("%v; asked %d times", err, asked.Load())
	}
	if err := asking(p, "app"); !errors.As(err, &mute) || mute.After != 0 {
		t.Errorf("got %v", err)
	}
}
