package mirror_test

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/opencontainers/go-digest"

	"ecrmirror/internal/chunked"
	"ecrmirror/internal/imagename"
	"ecrmirror/internal/images"
	"ecrmirror/internal/mirror"
	"ecrmirror/internal/transient"
)

// A stranger is a registry that serves what it is told to, and keeps in dst what it gets, whatever that
// is.
type stranger struct {
	served map[string]served                                        // by the end of the path, of manifests and blobs
	oddly  func(w http.ResponseWriter, r *http.Request) (done bool) // answers before all else; nil = never
	asked  atomic.Int32

	mu        sync.Mutex
	blobs     map[string][]byte // that arrived, by digest
	manifests map[string][]byte // by tag and digest
}

type served struct {
	mediaType string
	content   []byte
	answer    http.HandlerFunc // nil = the content, with its digest
}

func (s *stranger) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.asked.Add(1)
	if s.oddly != nil && s.oddly(w, r) {
		return
	}
	if strings.HasPrefix(r.URL.Path, "/v2/dst/") {
		s.keep(w, r)
		return
	}
	what, ok := s.served[r.URL.Path[strings.LastIndexByte(r.URL.Path, '/')+1:]]
	switch {
	case !ok:
		w.WriteHeader(http.StatusNotFound)
	case what.answer != nil:
		what.answer(w, r)
	default:
		w.Header().Set("Content-Type", what.mediaType)
		w.Header().Set("Docker-Content-Digest", digest.FromBytes(what.content).String())
		_, _ = w.Write(what.content)
	}
}

func (s *stranger) keep(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	name := r.URL.Path[strings.LastIndexByte(r.URL.Path, '/')+1:]
	kept := s.blobs
	if strings.Contains(r.URL.Path, "/manifests/") {
		kept = s.manifests
	}
	switch r.Method {
	case http.MethodPost:
		w.Header().Set("Location", "/v2/dst/blobs/uploads/1")
		w.WriteHeader(http.StatusAccepted)
	case http.MethodPut:
		body, err := io.ReadAll(r.Body)
		if d := r.URL.Query().Get("digest"); d != "" {
			if err != nil || digest.Digest(d).Algorithm().FromBytes(body).String() != d {
				w.WriteHeader(http.StatusBadRequest)
				return
			}
			name = d
		} else {
			kept[digest.FromBytes(body).String()] = body
		}
		kept[name] = body
		w.Header().Set("Docker-Content-Digest", digest.FromBytes(body).String())
		w.WriteHeader(http.StatusCreated)
	default:
		body, ok := kept[name]
		if !ok {
			w.WriteHeader(http.StatusNotFound)
			return
		}
		w.Header().Set("Docker-Content-Digest", digest.FromBytes(body).String())
		if r.Method == http.MethodGet {
			_, _ = w.Write(body)
		}
	}
}

// complete says what is missing at the destination of what a manifest names, read without regard to types.
func (s *stranger) complete(raw []byte) (missing []string) {
	var m struct{ Layers, Manifests, Config json.RawMessage }
	var exact map[string]json.RawMessage // unlike a struct's, names of other case are others
	if json.Unmarshal(raw, &exact) != nil {
		return []string{"what is no JSON"}
	}
	m.Config, m.Layers, m.Manifests = exact["config"], exact["layers"], exact["manifests"]
	descriptors := func(list json.RawMessage) (all []map[string]any) {
		_ = json.Unmarshal(list, &all)
		return all
	}
	for _, d := range append(descriptors(m.Layers), descriptors([]byte("["+string(m.Config)+"]"))...) {
		if name, _ := d["digest"].(string); d != nil && d["urls"] == nil && s.blobs[name] == nil {
			missing = append(missing, name)
		}
	}
	for _, d := range descriptors(m.Manifests) {
		name, _ := d["digest"].(string)
		if body := s.manifests[name]; body != nil {
			missing = append(missing, s.complete(body)...)
		} else if s.blobs[name] == nil { // an index of blobs has them
			missing = append(missing, name)
		}
	}
	return missing
}

// A bench is a copier of the real client and engine, from a stranger to a stranger.
type bench struct {
	now    atomic.Pointer[stranger]
	host   string
	copier *mirror.Copier
}

func newBench(tb testing.TB) *bench {
	b := &bench{}
	b.now.Store(&stranger{})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b.now.Load().ServeHTTP(w, r)
	}))
	tb.Cleanup(server.Close)
	b.host = server.Listener.Addr().String()
	budget := chunked.NewBudget(16 << 20)
	opener := images.New(images.Options{
		AWS: aws.Config{}, Budget: budget, Chunks: chunked.Options{Attempts: 1, Backoff: time.Millisecond},
	})
	tb.Cleanup(opener.Close)
	b.copier = mirror.New(opener, mirror.Options{
		Budget: budget, RetryDelay: time.Millisecond, Transient: transient.Is, Log: slog.New(slog.DiscardHandler),
	})
	return b
}

// copy copies what the stranger serves as src:1, and holds the outcome against what is promised.
func (b *bench) copy(tb testing.TB, s *stranger) mirror.Result {
	tb.Helper()
	return b.copyOf(tb, s, "src:1")
}

func (b *bench) copyOf(tb testing.TB, s *stranger, source string) mirror.Result {
	tb.Helper()
	s.blobs, s.manifests = map[string][]byte{}, map[string][]byte{}
	b.now.Store(s)
	ctx, cancel := context.WithTimeout(tb.Context(), time.Minute)
	defer cancel()
	parse := func(name string) imagename.Name {
		n, err := imagename.ParseImage(b.host + "/" + name)
		if err != nil {
			tb.Fatal(err)
		}
		return n
	}
	result := b.copier.CopyImage(ctx, parse(source), parse("dst:1")).Results[0]
	s.mu.Lock()
	defer s.mu.Unlock()
	got, tagged := s.manifests["1"]
	switch {
	case ctx.Err() != nil:
		tb.Error("it hangs")
	case result.State == mirror.Failed && (result.Err == nil || len(result.Err.Error()) > 4000):
		tb.Errorf("no honest error: %.5000v", result.Err)
	case result.State == mirror.Failed && tagged:
		tb.Errorf("tagged although %v", result.Err)
	case result.State != mirror.Failed && string(got) != string(s.served["1"].content):
		tb.Errorf("%s, and there is %q", result.State, got)
	case result.State != mirror.Failed:
		if missing := s.complete(got); missing != nil {
			tb.Errorf("%s without %.1000q", result.State, missing)
		}
	}
	return result
}
