package sink_test

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/opencontainers/go-digest"

	"ecrmirror/testkit/sink"
)

type world struct {
	*testing.T
	server *sink.Server
}

func start(t *testing.T) *world {
	t.Helper()
	return startWith(t, sink.Options{})
}

func startWith(t *testing.T, opts sink.Options) *world {
	t.Helper()
	s, err := sink.Start(t.Context(), opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		http.DefaultClient.CloseIdleConnections()
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return &world{t, s}
}

// do sends a body and returns the answer, whose status it wants.
func (w *world) do(status int, method, path, body string, header ...string) *http.Response {
	w.Helper()
	r, err := http.NewRequestWithContext(w.Context(), method, "http://"+w.server.Host()+path, strings.NewReader(body))
	if err != nil {
		w.Fatal(err)
	}
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		w.Fatal(err)
	}
	defer response.Body.Close()
	text, _ := io.ReadAll(response.Body)
	if response.StatusCode != status {
		w.Fatalf("%s %s: %s, want %d: %s", method, path, response.Status, status, text)
	}
	return response
}

// begin begins an upload and returns where it goes on.
func (w *world) begin(query string) string {
	w.Helper()
	return w.do(202, http.MethodPost, "/v2/lib/app/blobs/uploads/"+query, "").Header.Get("Location")
}

func (w *world) push(content string) digest.Digest {
	w.Helper()
	d := digest.FromString(content)
	w.do(201, http.MethodPut, w.begin("")+"?digest="+d.String(), content)
	return d
}

func TestBlobsComeInEveryWay(t *testing.T) {
	const content = "abcdefghij"
	d := digest.FromString(content)
	ways := map[string]func(w *world){
		"PUT": func(w *world) { w.push(content) },
		"PATCH and PUT": func(w *world) {
			to := w.begin("")
			if got := w.do(202, http.MethodPatch, to, content).Header.Get("Range"); got != "0-9" {
				w.Errorf("Range %s", got)
			}
			w.do(201, http.MethodPut, to+"?digest="+d.String(), "")
		},
		"in chunks": func(w *world) {
			to := w.begin("")
			w.do(202, http.MethodPatch, to, content[:4], "Content-Range", "0-3")
			w.do(416, http.MethodPatch, to, content[5:], "Content-Range", "5-9")
			w.do(202, http.MethodPatch, to, content[4:7], "Content-Range", "4-6")
			if got := w.do(204, http.MethodGet, to, "").Header.Get("Range"); got != "0-6" {
				w.Errorf("Range %s", got)
			}
			w.do(201, http.MethodPut, to+"?digest="+d.String(), content[7:])
		},
		"at once": func(w *world) {
			w.do(201, http.MethodPost, "/v2/lib/app/blobs/uploads/?digest="+d.String(), content)
		},
		"not mounted": func(w *world) {
			w.do(201, http.MethodPut, w.begin("?mount="+d.String()+"&from=lib/other")+"?digest="+d.String(), content)
		},
	}
	for name, way := range ways {
		t.Run(name, func(t *testing.T) {
			w := start(t)
			w.do(404, http.MethodHead, "/v2/lib/app/blobs/"+d.String(), "")
			way(w)
			if got := w.do(200, http.MethodHead, "/v2/lib/app/blobs/"+d.String(),
				"").ContentLength; got != int64(len(content)) {
				t.Errorf("HEAD says %d bytes", got)
			}
			if d := cmp.Diff(map[digest.Digest]int64{d: 10}, w.server.Repository("lib/app").Blobs); d != "" {
				t.Error(d)
			}
			if got := w.server.Counts().BytesWritten["lib/app"]; got != 10 {
				t.Errorf("%d bytes counted", got)
			}
			if other := w.server.Repository("lib/other"); len(other.Blobs) != 0 {
				t.Errorf("another repository has %v", other.Blobs)
			}
		})
	}
}

func TestRefusesBlobs(t *testing.T) {
	w := start(t)
	wrong := digest.FromString("something else")
	to := w.begin("")
	w.do(400, http.MethodPut, to+"?digest="+wrong.String(), "content")
	w.do(404, http.MethodPut, to+"?digest="+wrong.String(), "content")
	w.do(400, http.MethodPut, w.begin("")+"?digest=", "content")
	w.do(404, http.MethodPatch, "/v2/lib/app/blobs/uploads/99", "content")
	w.do(404, http.MethodPatch, strings.Replace(w.begin(""), "lib/app", "lib/other", 1), "content")
	abandoned := w.begin("")
	w.do(204, http.MethodDelete, abandoned, "")
	w.do(404, http.MethodPatch, abandoned, "content")
	w.do(405, http.MethodGet, "/v2/lib/app/blobs/"+wrong.String(), "")
	if got := w.server.Repository("lib/app").Blobs; len(got) != 0 {
		t.Errorf("it has %v", got)
	}
}

func TestManifestsNeedWhatTheyName(t *testing.T) {
	w := start(t)
	config, layer := digest.FromString("{}"), digest.FromString("layer")
	manifest := fmt.Sprintf(`{"config":{"digest":%q,"size":2},"layers":[{"digest":%q,"size":5}]}`, config, layer)
	instance := digest.FromString(manifest)
	index := fmt.Sprintf(`{"manifests":[{"digest":%q,"size":%d}]}`, instance, len(manifest))
	const base = "/v2/lib/app/manifests/"
	w.do(400, http.MethodPut, base+"1", manifest)
	w.push("{}")
	w.do(400, http.MethodPut, base+"1", manifest)
	w.push("layer")
	w.do(400, http.MethodPut, base+"1", index)
	w.do(400, http.MethodPut, base+digest.FromString("x").String(), manifest)
	w.do(400, http.MethodPut, base+"1", strings.Replace(manifest, `"size":5`, `"size":6`, 1))
	w.do(400, http.MethodPut, base+"1", "no JSON")
	w.do(404, http.MethodHead, base+"1", "")
	w.do(201, http.MethodPut, base+instance.String(), manifest, "Content-Type", "application/x-image")
	w.do(201, http.MethodPut, base+"1", index, "Content-Type", "application/x-index")

	head := w.do(200, http.MethodHead, base+"1", "")
	if head.Header.Get("Content-Type") != "application/x-index" ||
		head.Header.Get("Docker-Content-Digest") != digest.FromString(index).String() {
		t.Errorf("HEAD: %v", head.Header)
	}
	w.do(200, http.MethodGet, base+instance.String(), "")
	got := w.server.Repository("lib/app")
	if len(got.Manifests) != 2 || got.Tags["1"] != digest.FromString(index) || len(got.Tags) != 1 {
		t.Errorf("it has %v", got)
	}
}

// An answer is never early, whatever is asked, and the blob is checked as ever.
func TestARoundTripPassesBeforeEachAnswer(t *testing.T) {
	const latency = 5 * time.Millisecond
	w := startWith(t, sink.Options{Latency: latency})
	began := time.Now()
	w.push("abc") // POST, PUT
	w.do(404, http.MethodHead, "/v2/lib/app/manifests/1", "")
	if took := time.Since(began); took < 3*latency {
		t.Errorf("three answers came in %s", took)
	}
	if got := w.server.Repository("lib/app").Blobs; len(got) != 1 {
		t.Errorf("it has %v", got)
	}
}
