package store

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"github.com/opencontainers/go-digest"
	v1 "github.com/opencontainers/image-spec/specs-go/v1"
	"github.com/sirupsen/logrus"
)

func open(t *testing.T) *Store {
	t.Helper()
	s, err := Open(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// upload files content under d.
func upload(t *testing.T, s *Store, repository, content string, d digest.Digest) error {
	t.Helper()
	u, err := s.Upload(t.Context(), repository)
	if err != nil {
		t.Fatal(err)
	}
	for _, part := range strings.SplitAfter(content, " ") {
		if _, err := u.Write([]byte(part)); err != nil {
			t.Fatal(err)
		}
	}
	if u.Size() != int64(len(content)) {
		t.Errorf("%d bytes written", u.Size())
	}
	return u.Commit(t.Context(), d)
}

func TestBlobsAreOfOneRepository(t *testing.T) {
	s := open(t)
	const content = "a blob in parts"
	for _, d := range []digest.Digest{digest.FromString(content), digest.SHA512.FromString(content)} {
		if err := upload(t, s, "here", content, d); err != nil {
			t.Fatal(err)
		}
		b, err := s.Stat(t.Context(), "here", d)
		if err != nil || b.Size != int64(len(content)) {
			t.Fatalf("%+v, %v", b, err)
		}
		rc, err := s.Open(t.Context(), b, 2)
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(rc)
		if string(got) != content[2:] || errors.Join(err, rc.Close()) != nil {
			t.Errorf("read %q, %v", got, err)
		}
		if _, err := s.Stat(t.Context(), "there", d); !errors.Is(err, ErrNotFound) {
			t.Errorf("in another repository: %v", err)
		}
	}
	if _, err := s.Stat(t.Context(), "here", "md5:00"); !errors.Is(err, ErrNotFound) {
		t.Errorf("digest of an unknown algorithm: %v", err)
	}
}

func TestUploadOfAnotherDigestLeavesNothing(t *testing.T) {
	dir := t.TempDir()
	s, err := Open(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	d := digest.FromString("other")
	if err := upload(t, s, "app", "content", d); !errors.Is(err, ErrDigest) {
		t.Errorf("got %v", err)
	}
	if _, err := s.Stat(t.Context(), "app", d); !errors.Is(err, ErrNotFound) {
		t.Errorf("got %v", err)
	}
	cancelled, err := s.Upload(t.Context(), "app")
	if err != nil {
		t.Fatal(err)
	}
	if err := cancelled.Cancel(t.Context()); err != nil {
		t.Error(err)
	}
	left, err := os.ReadDir(dir + root + "/repositories/app/_uploads")
	if err != nil || len(left) != 0 {
		t.Errorf("left %v, %v", left, err)
	}
}

func TestManifestsAndTagsAreServed(t *testing.T) {
	s := open(t)
	const manifest = `{"schemaVersion":2, "mediaType":"application/vnd.oci.image.index.v1+json", "manifests":[]}`
	d, err := s.PutManifest(t.Context(), "app", v1.MediaTypeImageIndex, []byte(manifest))
	if err != nil || d != digest.FromString(manifest) {
		t.Fatalf("%s, %v", d, err)
	}
	if err := s.Tag(t.Context(), "app", "v1", d); err != nil {
		t.Fatal(err)
	}
	steps := []struct {
		name string
		do   func() error
		tag  int // status of the manifest by tag
		dig  int // and by digest
	}{
		{"put", func() error { return nil }, 200, 200},
		{"untag", func() error { return s.Untag(t.Context(), "app", "v1") }, 404, 200},
		{"untag again", func() error { return s.Untag(t.Context(), "app", "v1") }, 404, 200},
		{"delete", func() error { return s.DeleteManifest(t.Context(), "app", d) }, 404, 404},
		{"delete again", func() error { return s.DeleteManifest(t.Context(), "app", d) }, 404, 404},
	}
	for _, step := range steps {
		t.Run(step.name, func(t *testing.T) {
			if err := step.do(); err != nil {
				t.Fatal(err)
			}
			for ref, want := range map[string]int{"v1": step.tag, d.String(): step.dig} {
				got := get(s, "/v2/app/manifests/"+ref)
				if got.Code != want || want == 200 && got.Body.String() != manifest {
					t.Errorf("%s: %d %s", ref, got.Code, got.Body)
				}
			}
		})
	}
}

func get(s *Store, path string) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	r := httptest.NewRequest(http.MethodGet, path, nil)
	r.Header.Set("Accept", v1.MediaTypeImageIndex)
	s.ServeHTTP(w, r)
	return w
}

func TestPutManifestRefuses(t *testing.T) {
	s := open(t)
	for _, tt := range []struct{ name, mediaType, content string }{
		{"not JSON", v1.MediaTypeImageManifest, "{"},
		{"an index as a manifest", v1.MediaTypeImageManifest, `{"schemaVersion":2,"manifests":[]}`},
		{"the first schema", "application/vnd.docker.distribution.manifest.v1+json", `{"schemaVersion":1}`},
		{"no type", "", "{}"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if _, err := s.PutManifest(t.Context(), "app", tt.mediaType,
				[]byte(tt.content)); !errors.Is(err, ErrManifest) {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestRemoveLeavesRepositoriesBelow(t *testing.T) {
	s := open(t)
	d := digest.FromString("content")
	for _, repository := range []string{"app", "app/below"} {
		if err := upload(t, s, repository, "content", d); err != nil {
			t.Fatal(err)
		}
	}
	for range 2 { // the second time there is nothing
		if err := s.Remove(t.Context(), "app"); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := s.Stat(t.Context(), "app", d); !errors.Is(err, ErrNotFound) {
		t.Errorf("removed: %v", err)
	}
	if _, err := s.Stat(t.Context(), "app/below", d); err != nil {
		t.Errorf("below: %v", err)
	}
}

// The name under which distribution looks for its logger could change with its version.
func TestNothingIsLogged(t *testing.T) {
	var log bytes.Buffer
	before := logrus.StandardLogger().Out
	logrus.SetOutput(&log)
	logrus.SetLevel(logrus.DebugLevel)
	defer func() {
		logrus.SetOutput(before)
		logrus.SetLevel(logrus.InfoLevel)
	}()
	s := open(t)
	if err := upload(t, s, "app", "content", digest.FromString("other")); !errors.Is(err, ErrDigest) {
		t.Error(err)
	}
	if got := get(s, "/v2/app/manifests/none"); got.Code != http.StatusNotFound {
		t.Error(got.Code)
	}
	if log.Len() > 0 {
		t.Errorf("logged: %s", &log)
	}
}

func TestOpenRefusesWhatIsNoDirectory(t *testing.T) {
	file := t.TempDir() + "/file"
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, dir := range []string{"", file} {
		if _, err := Open(t.Context(), dir); err == nil {
			t.Errorf("%q: no error", dir)
		}
	}
}
