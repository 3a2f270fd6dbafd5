package conformance

import (
	"bytes"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"

	"ecrmirror/testkit/v2path"
)

// A gated is what a job talks through: to a crowd, which tells of the images from the gate on once it is open, and to
// AWS, whose answers about single images are noted.
type gated struct {
	gate        int
	open        chan struct{} // closed to open the gate
	source, api string        // HOST:PORT, and URL

	mu       sync.Mutex
	answered map[string]chan struct{} // by call and tag: "PutImage 1.0"; closed when it was answered
}

func startGated(t *testing.T, c *crowd, aws string, gate int) *gated {
	t.Helper()
	g := &gated{gate: gate, open: make(chan struct{}), answered: map[string]chan struct{}{}}
	source := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, kind, tag := v2path.Parse(r.URL.Path)
		if n, is := c.tagged(tag); is && kind == v2path.Manifest && n >= gate {
			select {
			case <-g.open:
			case <-r.Context().Done():
				return
			}
		}
		c.ServeHTTP(w, r)
	}))
	api := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { g.pass(w, r, aws) }))
	t.Cleanup(source.Close)
	t.Cleanup(api.Close)
	g.source, g.api = source.Listener.Addr().String(), api.URL
	return g
}

// pass passes a call on to AWS, and notes which image it was about.
func (g *gated) pass(w http.ResponseWriter, r *http.Request, aws string) {
	call := callOf(r).name
	var said bytes.Buffer
	body := io.Reader(r.Body)
	if call == "DescribeImages" || call == "PutImage" {
		body = io.TeeReader(body, &said)
	}
	answer, content, err := passOn(r, aws, body)
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	var of struct {
		ImageTag string
		ImageIDs []struct{ ImageTag string }
	}
	if said.Len() > 0 && json.Unmarshal(said.Bytes(), &of) == nil {
		for _, id := range of.ImageIDs {
			g.note(call + " " + id.ImageTag)
		}
		g.note(call + " " + of.ImageTag)
	}
	maps.Copy(w.Header(), answer.Header)
	w.WriteHeader(answer.StatusCode)
	_, _ = w.Write(content)
}

// of returns the channel that is closed when a call was answered. g.mu is held.
func (g *gated) of(call string) chan struct{} {
	if g.answered[call] == nil {
		g.answered[call] = make(chan struct{})
	}
	return g.answered[call]
}

func (g *gated) note(call string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	select {
	case <-g.of(call): // not the first time
	default:
		close(g.of(call))
	}
}

// wait waits until a call was answered.
func (g *gated) wait(t *testing.T, call string) {
	t.Helper()
	g.mu.Lock()
	answered := g.of(call)
	g.mu.Unlock()
	select {
	case <-answered:
	case <-t.Context().Done():
		t.Fatalf("%s was not answered", call)
	}
}
