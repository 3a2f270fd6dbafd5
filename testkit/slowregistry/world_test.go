package slowregistry_test

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/opencontainers/go-digest"

	"ecrmirror/testkit/slowregistry"
)

// world is a server with one image.
type world struct {
	*testing.T
	server   *slowregistry.Server
	images   *slowregistry.Images
	contents slowregistry.Contents
	client   *http.Client // follows no redirect
}

const layerSize = 1<<20 + 12345 // no multiple of anything

func start(t *testing.T, opts slowregistry.Options) *world {
	t.Helper()
	images := slowregistry.NewImages()
	contents, err := images.Put("lib/app", "1", slowregistry.Spec{
		Platforms: 2, Layers: 3, LayerSize: layerSize, Shared: 1,
	})
	if err != nil {
		t.Fatal(err)
	}
	s, err := slowregistry.Start(t.Context(), images, opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	transport := &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	return &world{
		t, s, images, contents,
		&http.Client{
			Transport:     transport,
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
	}
}

// do asks for a URL or a path of the registry, and reads the whole answer.
func (w *world) do(method, url string, header ...string) (*http.Response, []byte) {
	w.Helper()
	if strings.HasPrefix(url, "/") {
		url = "http://" + w.server.Host() + url
	}
	r, err := http.NewRequestWithContext(w.Context(), method, url, nil)
	if err != nil {
		w.Fatal(err)
	}
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	response, err := w.client.Do(r)
	if err != nil {
		w.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		w.Fatal(err)
	}
	return response, body
}

// layer returns the digest of some layer.
func (w *world) layer() digest.Digest {
	for d, size := range w.contents.Blobs {
		if size == layerSize {
			return d
		}
	}
	w.Fatal("no layer")
	return ""
}

// location returns where the registry sends those who want a blob.
func (w *world) location(d digest.Digest) string {
	w.Helper()
	response, _ := w.do(http.MethodGet, "/v2/lib/app/blobs/"+d.String())
	location := response.Header.Get("Location")
	if response.StatusCode != http.StatusTemporaryRedirect || !strings.HasPrefix(location,
		"http://"+w.server.ObjectHost()+"/") {
		w.Fatalf("%s to %q", response.Status, location)
	}
	return location
}
