package conformance

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/opencontainers/go-digest"
	"github.com/opencontainers/image-spec/specs-go"
	v1 "github.com/opencontainers/image-spec/specs-go/v1"

	"ecrmirror/testkit/v2path"
)

// crowdManifest is how many bytes of annotations the manifests of a crowd have: ten times those of usual manifests, so
// that a program that held all of them would be seen to.
const crowdManifest = 20 << 10

// sharing is how many neighbours of a crowd have a layer in common.
const sharing = 5

// A crowd is a registry of one repository with so many images, each of a layer of its own and one that it shares with
// its neighbours. It makes their manifests when it is asked.
type crowd struct {
	host  string
	many  int
	blobs map[digest.Digest]string // contents

	mu    sync.Mutex
	of    map[digest.Digest]edition // by the digest of its manifest
	newer map[int]string            // versions of images that have moved
}

// An edition is an image in a version; the first one of each is "".
type edition struct {
	n       int
	version string
}

func startCrowd(t *testing.T, many int) *crowd {
	t.Helper()
	c := &crowd{
		many: many, blobs: map[digest.Digest]string{}, of: map[digest.Digest]edition{}, newer: map[int]string{},
	}
	for n := range many {
		c.of[digest.FromBytes(c.manifest(n))] = edition{n, ""}
		for _, content := range c.contents(n) {
			c.blobs[digest.FromString(content)] = content
		}
	}
	server := httptest.NewServer(c)
	t.Cleanup(server.Close)
	c.host = server.Listener.Addr().String()
	return c
}

func (c *crowd) tag(n int) string { return fmt.Sprintf("1.%d", n) }

// name names all images, as a request does.
func (c *crowd) name() string {
	tags := make([]string, c.many)
	for n := range tags {
		tags[n] = c.tag(n)
	}
	return c.host + "/src:" + strings.Join(tags, ",")
}

// contents are those of an image's blobs: its configuration and its layers.
func (c *crowd) contents(n int) []string {
	return []string{
		fmt.Sprintf(`{"author":"%d"}`, n), fmt.Sprint("layer ", n), fmt.Sprint("shared layer ", n/sharing),
	}
}

// move moves a tag to a newer image, and returns its digest.
func (c *crowd) move(n int) digest.Digest {
	c.mu.Lock()
	defer c.mu.Unlock()
	moved := edition{n, "moved"}
	d := digest.FromBytes(c.manifestOf(moved))
	c.newer[n], c.of[d] = moved.version, moved
	return d
}

// manifest returns the manifest that a tag has.
func (c *crowd) manifest(n int) []byte {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.manifestOf(edition{n, c.newer[n]})
}

// manifestOf returns the manifest of an edition. All that are not the first have the blobs of the first image.
func (c *crowd) manifestOf(e edition) []byte {
	m := v1.Manifest{
		Versioned: specs.Versioned{SchemaVersion: 2}, MediaType: v1.MediaTypeImageManifest,
		Annotations: map[string]string{"padding": strings.Repeat("x", crowdManifest)},
	}
	of := e.n
	if e.version != "" {
		m.Annotations["version"], of = fmt.Sprint(e), 0
	}
	for i, content := range c.contents(of) {
		desc := v1.Descriptor{
			MediaType: v1.MediaTypeImageLayer, Digest: digest.FromString(content), Size: int64(len(content)),
		}
		if i > 0 {
			m.Layers = append(m.Layers, desc)
			continue
		}
		m.Config = desc
		m.Config.MediaType = v1.MediaTypeImageConfig
	}
	body, _ := json.Marshal(m) // texts and numbers
	return body
}

// referred returns the manifest of a tag or a digest, nil if there is none.
func (c *crowd) referred(reference string) []byte {
	if n, is := c.tagged(reference); is {
		return c.manifest(n)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if e, is := c.of[digest.Digest(reference)]; is {
		return c.manifestOf(e)
	}
	return nil
}

// tagged returns which image has a tag.
func (c *crowd) tagged(tag string) (n int, is bool) {
	minor, is := strings.CutPrefix(tag, "1.")
	if _, err := fmt.Sscan(minor, &n); !is || err != nil {
		return 0, false
	}
	return n, n < c.many
}

// ServeHTTP implements http.Handler.
func (c *crowd) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	_, kind, reference := v2path.Parse(r.URL.Path)
	var body []byte
	switch kind {
	case v2path.Base:
		return
	case v2path.Manifest:
		body = c.referred(reference)
		w.Header().Set("Content-Type", v1.MediaTypeImageManifest)
		w.Header().Set("Docker-Content-Digest", digest.FromBytes(body).String())
	case v2path.Blob:
		body = []byte(c.blobs[digest.Digest(reference)])
	}
	if len(body) == 0 {
		w.WriteHeader(http.StatusNotFound)
		return
	}
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	if r.Method == http.MethodGet {
		_, _ = w.Write(body)
	}
}
