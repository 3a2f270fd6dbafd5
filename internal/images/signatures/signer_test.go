package signatures_test

import (
	"bytes"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/opencontainers/go-digest"
	imageimpl "go.podman.io/image/v5/image"

	"ecrmirror/internal/imagename"
	"ecrmirror/internal/images"
)

const (
	imageType = "application/vnd.oci.image.manifest.v1+json"
	anImage   = `{"schemaVersion":2,"mediaType":"` + imageType +
		`","config":{"mediaType":"application/vnd.oci.image.config.v1+json",` +
		`"digest":"sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a","size":2},"layers":[]}`
)

func parse(t *testing.T, s string) imagename.Name {
	t.Helper()
	name, err := imagename.ParseImage(s)
	if err != nil {
		t.Fatal(err)
	}
	return name
}

// A signer is a host that has one image, and what is signed of it, by paths.
type signer struct {
	*httptest.Server
	mu    sync.Mutex
	files map[string]string
	types map[string]string
	keeps bool // signatures, by an extension of the protocol
	wants string
	sent  []string // logins
}

func newSigner(t *testing.T) *signer {
	s := &signer{files: map[string]string{}, types: map[string]string{}}
	s.Server = httptest.NewServer(s)
	t.Cleanup(s.Close)
	s.manifest(digest.FromString(anImage).String(), anImage)
	t.Setenv("HOME", t.TempDir())
	t.Setenv("XDG_CONFIG_HOME", "")
	t.Setenv("TMPDIR", t.TempDir())
	return s
}

func (s *signer) manifest(reference, content string) {
	s.files["/v2/app/manifests/"+reference], s.types["/v2/app/manifests/"+reference] = content, imageType
}

// attach attaches layers of a media type, with annotations in JSON.
func (s *signer) attach(mediaType, annotations string, payloads ...string) {
	var layers []string
	for _, p := range payloads {
		d := digest.FromString(p)
		s.files["/v2/app/blobs/"+d.String()] = p
		layers = append(layers, fmt.Sprintf(`{"mediaType":%q,"digest":%q,"size":%d,"annotations":%s}`, mediaType, d,
			len(p), annotations))
	}
	s.attachManifest(`{"schemaVersion":2,"mediaType":"` + imageType + `","layers":[` + strings.Join(layers, ",") + `]}`)
}

func (s *signer) attachManifest(content string) {
	s.manifest(strings.Replace(digest.FromString(anImage).String(), ":", "-", 1)+".sig", content)
}

func (s *signer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if login := r.Header.Get("Authorization"); login != "" {
		s.sent = append(s.sent, login)
	}
	if s.keeps {
		w.Header().Set("X-Registry-Supports-Signatures", "1")
	}
	content, ok := s.files[r.URL.Path]
	switch {
	case s.wants != "" && r.Header.Get("Authorization") != s.wants:
		w.Header().Set("WWW-Authenticate", "Basic")
		w.WriteHeader(http.StatusUnauthorized)
	case strings.HasPrefix(content, "http://"):
		http.Redirect(w, r, content, http.StatusTemporaryRedirect)
	case ok:
		w.Header().Set("Content-Type", s.types[r.URL.Path])
		http.ServeContent(w, r, "", time.Time{}, bytes.NewReader([]byte(content)))
	case r.URL.Path != "/v2/":
		w.WriteHeader(http.StatusNotFound)
	}
}

// read returns how many signatures are found of each kind, and all that they say.
func (s *signer) read(t *testing.T, dir string) (kinds map[string]int, err error) {
	t.Helper()
	r := images.New(images.Options{Insecure: []string{strings.TrimPrefix(s.URL, "http://")}})
	defer r.Close()
	return readSigned(t, r, parse(t, strings.TrimPrefix(s.URL, "http://")+"/app:1"), digest.FromString(anImage), dir)
}

func readSigned(
	t *testing.T, r *images.Client, name imagename.Name, d digest.Digest, dir string,
) (map[string]int, error) {
	t.Helper()
	src, err := r.Signed(t.Context(), name, d, dir)
	if err != nil {
		return nil, err
	}
	defer src.Close()
	img, err := src.Signed(t.Context(), d)
	if left, _ := os.ReadDir(os.Getenv("TMPDIR")); len(left) > 0 {
		t.Errorf("%s is left", left[0].Name())
	}
	if err != nil {
		return nil, err
	}
	if content, _, err := img.Manifest(t.Context()); err != nil || digest.FromBytes(content) != d {
		t.Errorf("manifest %s, %v", content, err)
	}
	kinds := map[string]int{}
	list, err := img.(*imageimpl.UnparsedImage).UntrustedSignatures(t.Context())
	for _, sig := range list {
		kinds[string(sig.FormatID())]++
	}
	return kinds, err
}
