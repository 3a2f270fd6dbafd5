package registryclient

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"ecrmirror/internal/chunked"
)

func TestTokenThatEndsSoonIsRenewedForWritingOnly(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, `{"token":"new","expires_in":300}`)
	}))
	defer server.Close()
	r, err := New(Options{Host: "127.0.0.1:1", Insecure: true, Budget: chunked.NewBudget(1)})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	r.own.learn(&challenge{scheme: "bearer", parameters: map[string]string{"realm": server.URL}})
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
		for repo, want := range map[*Repository]string{r.Repository("app"): c.read, r.WritableRepository("app"): c.write} {
			to := repo.accessTo(repo.home(""))
			to.held = c.held
			if got, err := to.authorization(t.Context()); got != want || err != nil {
				t.Errorf("%s, for %s: %q, %v", c.name, repo.actions, got, err)
			}
			if to.held.header == "Bearer new" && !to.held.lasts() {
				t.Error("a new token is to be renewed at once")
			}
		}
	}
}
