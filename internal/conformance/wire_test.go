package conformance

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/opencontainers/go-digest"

	"ecrmirror/localstack/ecr"
	"ecrmirror/testkit/fault"
	"ecrmirror/testkit/v2path"
)

// callWeight is how many bytes of a gauge the beginning of a call counts as, and its end, so that
// a point falls as often between the calls of a copy as within the layers that they carry.
const callWeight = 128 << 10

// A gauge measures how far a copy has come: by its calls, to all that it talks with, and by the bytes
// that it sends. Whoever comes to the point waits there for the end of the program.
type gauge struct {
	at      int64
	reached chan struct{} // closed at the point
	dead    chan struct{} // closed when the program has ended
	mark    int64         // where nobody waits; 0 = nowhere
	marked  chan struct{} // closed there

	mu     sync.Mutex
	passed int64
}

func newGauge(at int64) *gauge {
	return &gauge{at: at, reached: make(chan struct{}), dead: make(chan struct{}), marked: make(chan struct{})}
}

// pass counts what has happened. It returns false, after the end of the program, where that was the point.
func (g *gauge) pass(n int64) bool {
	g.mu.Lock()
	before := g.passed
	g.passed += n
	g.mu.Unlock()
	if before < g.mark && before+n >= g.mark {
		close(g.marked)
	}
	if before >= g.at || before+n < g.at {
		return true
	}
	close(g.reached)
	<-g.dead
	return false
}

// left returns how much is left until the point.
func (g *gauge) left() int64 {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.at - g.passed
}

// gauged is a body whose bytes count. It breaks off at the point, to the byte.
type gauged struct {
	io.Reader
	gauge *gauge
}

func (b gauged) Read(p []byte) (int, error) {
	if left := b.gauge.left(); left > 0 && left < int64(len(p)) {
		p = p[:left]
	}
	n, err := b.Reader.Read(p)
	if !b.gauge.pass(int64(n)) {
		return 0, io.ErrUnexpectedEOF
	}
	return n, err
}

// A wire passes calls on to a registry, ECR's API or the registry protocol, counts them by a gauge, and
// notes which layers it completed. Faults break what it answers.
type wire struct {
	registry string // URL
	gauge    *gauge
	changed  func(put) // is called when a manifest was put, before the caller knows
	faults   fault.Injector
	silent   bool // it does not tell the digests of manifests that were put
	server   *httptest.Server

	mu        sync.Mutex
	completed map[string][]digest.Digest // layers, by repository: NAME, or ACCOUNT/NAME of ECR
	uploaded  map[string]int64           // bytes of layers by the registry protocol, by repository
	puts      []put                      // manifests
	refused   []string                   // calls that change something, and what the registry said
}

// A put is a call that puts a manifest: by a tag, or by its digest, in which case the tag is "".
type put struct{ repository, tag string }

func newWire(registry string, g *gauge, changed func(put)) *wire {
	w := &wire{
		registry: registry, gauge: g, changed: changed, completed: map[string][]digest.Digest{},
		uploaded: map[string]int64{},
	}
	w.server = httptest.NewServer(w.faults.Wrap(w, ecr.OperationName))
	return w
}

func (w *wire) host() string { return w.server.Listener.Addr().String() }

// close returns when all calls that came have had their effect. The program must have ended.
func (w *wire) close() { w.server.Close() }

// ServeHTTP implements http.Handler.
func (w *wire) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	if !w.gauge.pass(callWeight) {
		panic(http.ErrAbortHandler) // the program died before the call was made
	}
	call := callOf(r)
	var said bytes.Buffer // what a call of ECR's API says, but for a layer's bytes
	body := io.Reader(gauged{r.Body, w.gauge})
	switch call.name {
	case "UploadLayerPart":
	case "POST upload", "PATCH upload", "PUT upload":
		body = io.TeeReader(body, uploading{w, call.repository})
	default:
		body = io.TeeReader(body, &said)
	}
	answer, content, err := passOn(r, w.registry, body)
	if err != nil {
		panic(http.ErrAbortHandler) // the program died while it sent the call
	}
	w.note(call, answer.StatusCode, said.Bytes(), content)
	if call.name == "PutImage" || call.name == "PUT manifest" {
		w.changed(w.put(call, said.Bytes()))
	}
	if !w.gauge.pass(callWeight) {
		panic(http.ErrAbortHandler) // the call had its effect, and the program died before it knew
	}
	maps.Copy(rw.Header(), answer.Header)
	if w.silent && call.name == "PUT manifest" {
		rw.Header().Del("Docker-Content-Digest")
	}
	rw.WriteHeader(answer.StatusCode)
	_, _ = rw.Write(content)
}

// uploading counts bytes of layers.
type uploading struct {
	wire       *wire
	repository string
}

func (u uploading) Write(p []byte) (int, error) {
	u.wire.mu.Lock()
	defer u.wire.mu.Unlock()
	u.wire.uploaded[u.repository] += int64(len(p))
	return len(p), nil
}

// A call is one of ECR's API, "PutImage", or of the registry protocol, "PUT manifest".
type call struct {
	name       string
	repository string        // of the registry protocol
	digest     digest.Digest // of an upload that this call completes, of the registry protocol
	tag        string        // of a manifest, of the registry protocol
}

func callOf(r *http.Request) call {
	if _, operation, ok := strings.Cut(r.Header.Get("X-Amz-Target"), "."); ok {
		return call{name: operation}
	}
	repository, kind, reference := v2path.Parse(r.URL.Path)
	if repository == "" {
		return call{name: r.Method}
	}
	c := call{name: r.Method + " " + kind, repository: repository}
	switch {
	case kind == v2path.Upload:
		c.digest = digest.Digest(r.URL.Query().Get("digest"))
	case kind == v2path.Manifest && digest.Digest(reference).Validate() != nil:
		c.tag = reference
	}
	return c
}

// passOn makes the call, whose effect does not depend on a caller that waits for it.
func passOn(r *http.Request, to string, body io.Reader) (answer *http.Response, content []byte, err error) {
	if r.ContentLength == 0 {
		body = http.NoBody
	}
	out, err := http.NewRequestWithContext(context.WithoutCancel(r.Context()), r.Method, to+r.URL.RequestURI(), body)
	if err != nil {
		return nil, nil, err
	}
	// registries name themselves as they are called
	out.Header, out.ContentLength, out.Host = r.Header.Clone(), r.ContentLength, r.Host
	answer, err = lone().Transport.RoundTrip(out)
	if err != nil {
		return nil, nil, err
	}
	defer answer.Body.Close()
	content, err = io.ReadAll(answer.Body)
	return answer, content, err
}

// put remembers a call that puts a manifest.
func (w *wire) put(c call, said []byte) put {
	is := put{c.repository, c.tag}
	if c.name == "PutImage" {
		var image struct {
			Registry   string `json:"registryId"`
			Repository string `json:"repositoryName"`
			Tag        string `json:"imageTag"`
		}
		_ = json.Unmarshal(said, &image)
		is = put{image.Registry + "/" + image.Repository, image.Tag}
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.puts = append(w.puts, is)
	return is
}

// note remembers what came of a call.
func (w *wire) note(c call, status int, said, content []byte) {
	w.mu.Lock()
	defer w.mu.Unlock()
	var layer struct {
		Registry   string          `json:"registryId"`
		Repository string          `json:"repositoryName"`
		Digests    []digest.Digest `json:"layerDigests"`
	}
	changes := c.name == "InitiateLayerUpload" || c.name == "UploadLayerPart" || c.name == "CompleteLayerUpload" ||
		c.name == "PutImage" ||
		strings.HasPrefix(c.name, "P") && c.repository != ""
	switch {
	case changes && status >= http.StatusMultipleChoices:
		// An instance that is there is put again: nobody asks before.
		if !bytes.Contains(content, []byte(`"ImageAlreadyExistsException"`)) {
			w.refused = append(w.refused, c.name+": "+string(content))
		}
	case c.name == "CompleteLayerUpload":
		_ = json.Unmarshal(said, &layer)
		name := layer.Registry + "/" + layer.Repository
		w.completed[name] = append(w.completed[name], layer.Digests...)
	case c.digest != "" && status == http.StatusCreated:
		w.completed[c.repository] = append(w.completed[c.repository], c.digest)
	}
}

// A point is reached to the byte, and what happens beside it goes on meanwhile.
func TestAGaugeStopsAtItsPoint(t *testing.T) {
	t.Parallel()
	g := newGauge(10)
	var got bytes.Buffer
	ended := make(chan error, 1)
	go func() {
		_, err := io.Copy(&got, gauged{strings.NewReader("0123456789abcdef"), g})
		ended <- err
	}()
	<-g.reached
	if !g.pass(100) {
		t.Error("another one was stopped")
	}
	close(g.dead)
	if err := <-ended; err == nil || got.String() != "" {
		t.Errorf("%q went through, %v", got.String(), err)
	}
}
