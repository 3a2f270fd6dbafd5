package auth

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"ecrmirror/internal/registryclient/answer"
	"ecrmirror/internal/registryclient/wire"
)

func TestTokenThatEndsSoonIsRenewedForWritingOnly(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, `{"token":"new","expires_in":300}`)
	}))
	defer server.Close()
	w, err := wire.New(wire.Options{Host: "127.0.0.1:1", Insecure: true})
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	client := Client{Wire: w, Answers: answer.NewMemory(), Holds: func(int64) {}}
	own := NewHost(w.Host(), Anonymous)
	own.learn(&challenge{scheme: "bearer", parameters: map[string]string{"realm": server.URL}})
	now := time.Now()
	for _, c := range []struct {
		name        string
		held        authorization
		read, write string
	}{
		{"fresh", authorization{"old", now.Add(time.Hour), now.Add(time.Hour - time.Minute)}, "old", "old"},
		{"ends soon", authorization{"old", now.Add(time.Minute), now}, "old", "Bearer new"},
		{"has ended", authorization{"old", now, now.Add(-time.Minute)}, "Bearer new", "Bearer new"},
		{"password", authorization{header: "old"}, "old", "old"},
	} {
		for actions, want := range map[string]string{Pull: c.read, Push: c.write} {
			to := client.Access(Scope{Name: "app", Actions: actions}, own, w.Place("").Root())
			to.held = c.held
			if got, err := to.Authorization(t.Context()); got != want || err != nil {
				t.Errorf("%s, for %s: %q, %v", c.name, actions, got, err)
			}
			if to.held.header == "Bearer new" && !to.held.lasts() {
				t.Error("a new token is to be renewed at once")
			}
		}
	}
}
