package conformance

import (
	"bytes"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/opencontainers/go-digest"
)

// A point is a moment of a copy: the n-th call of an operation of ECR, and where in it.
// The zero point never comes.
type point struct {
	operation string
	n         int
	when      when
}

// when is a moment of a call.
type when string

const (
	before when = "before" // ECR gets the call
	within when = "within" // half of the call's body has been sent
	after  when = "after"  // the call had its effect, and the caller does not know yet
)

// A tap passes calls on to ECR and notes what came of them. At its point it holds one.
type tap struct {
	ecr     string // URL
	at      point
	reached chan struct{} // closed at the point
	dead    chan struct{} // closed by close
	server  *httptest.Server

	mu        sync.Mutex
	calls     map[string]int
	completed []digest.Digest // layers, by successful calls
	refused   []string        // calls, and what ECR said
}

func newTap(t *testing.T, ecr string, at point) *tap {
	t.Helper()
	p := &tap{ecr: ecr, at: at, reached: make(chan struct{}), dead: make(chan struct{}), calls: map[string]int{}}
	p.server = httptest.NewServer(p)
	return p
}

func (p *tap) url() string { return p.server.URL }

// close lets go of the call that is held: its caller is dead. It returns when all calls
// that came have had their effect.
func (p *tap) close() {
	close(p.dead)
	p.server.Close()
}

// seen returns the layers that were completed, and the calls that ECR refused.
func (p *tap) seen() (completed []digest.Digest, refused []string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.completed, p.refused
}

// ServeHTTP implements http.Handler.
func (p *tap) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	_, operation, _ := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
	moment := p.moment(operation)
	body := io.Reader(r.Body)
	switch moment {
	case before:
		p.hold()
		panic(http.ErrAbortHandler)
	case within:
		body = io.MultiReader(io.LimitReader(r.Body, r.ContentLength/2), holding{p})
	}
	var sent bytes.Buffer
	if operation != "UploadLayerPart" {
		body = io.TeeReader(body, &sent)
	}
	answer, content, err := passOn(r, p.ecr, body)
	if err != nil {
		panic(http.ErrAbortHandler) // the caller died while it sent the call
	}
	p.note(operation, answer.StatusCode, sent.Bytes(), content)
	if moment == after {
		p.hold()
		panic(http.ErrAbortHandler)
	}
	maps.Copy(w.Header(), answer.Header)
	w.WriteHeader(answer.StatusCode)
	_, _ = w.Write(content)
}

// moment counts a call and says when to hold it; "" for not at all.
func (p *tap) moment(operation string) when {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.calls[operation]++
	if operation != p.at.operation || p.calls[operation] != p.at.n {
		return ""
	}
	return p.at.when
}

// hold says that the point is reached, and waits for the end of the caller.
func (p *tap) hold() {
	close(p.reached)
	<-p.dead
}

// holding is the rest of a body, which does not come.
type holding struct{ p *tap }

func (h holding) Read([]byte) (int, error) {
	h.p.hold()
	return 0, io.ErrUnexpectedEOF
}

// note remembers what came of a call.
func (p *tap) note(operation string, status int, sent, content []byte) {
	p.mu.Lock()
	defer p.mu.Unlock()
	var m struct {
		Digests []digest.Digest `json:"layerDigests"`
	}
	switch {
	case operation == "DescribeImages", bytes.Contains(content, []byte(`"ImageAlreadyExistsException"`)):
		// The image is not there when it is asked for, and an instance is when it is put again.
	case status != http.StatusOK:
		p.refused = append(p.refused, operation+": "+string(content))
	case operation == "CompleteLayerUpload":
		_ = json.Unmarshal(sent, &m)
		p.completed = append(p.completed, m.Digests...)
	}
}
