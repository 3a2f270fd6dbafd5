package images_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/google/go-containerregistry/pkg/crane"
	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/v1/layout"
	"github.com/google/go-containerregistry/pkg/v1/random"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/opencontainers/go-digest"

	"ecrmirror/internal/credentials"
	"ecrmirror/internal/imagename"
	"ecrmirror/internal/images"
	"ecrmirror/internal/transient"
	"ecrmirror/testkit/registrytest"
)

func parse(t *testing.T, s string) imagename.Name {
	t.Helper()
	n, err := imagename.ParseImage(s)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// serve starts a registry behind wrap and returns its host.
func serve(t *testing.T, wrap func(http.Handler) http.Handler) string {
	t.Helper()
	server := httptest.NewServer(wrap(registrytest.New()))
	t.Cleanup(server.Close)
	return strings.TrimPrefix(server.URL, "http://")
}

func push(t *testing.T, s string) string {
	t.Helper()
	img, err := random.Image(1000, 1)
	if err != nil {
		t.Fatal(err)
	}
	if err := crane.Push(img, s, crane.Insecure); err != nil {
		t.Fatal(err)
	}
	d, err := img.Digest()
	if err != nil {
		t.Fatal(err)
	}
	return d.String()
}

func TestDigestOfARegistrysImage(t *testing.T) {
	var gets, heads atomic.Int32
	host := serve(t, func(h http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			switch {
			case !strings.Contains(r.URL.Path, "/manifests/"):
			case r.Method == http.MethodGet:
				gets.Add(1)
			case r.Method == http.MethodHead:
				heads.Add(1)
			}
			h.ServeHTTP(w, r)
		})
	})
	want := push(t, host+"/app:1")
	gets.Store(0)
	heads.Store(0)
	r := images.New(images.Options{})
	other := "sha256:" + strings.Repeat("0", 64)
	for _, c := range []struct{ name, want string }{
		{host + "/app:1", want},
		{host + "/app@" + want, want},
		{host + "/app:1@" + other, want}, // the tag's
		{host + "/app:2", ""},
		{host + "/app@" + other, ""},
		{host + "/none:1", ""},
	} {
		got, err := r.Digest(t.Context(), parse(t, c.name))
		if err != nil || got.String() != c.want {
			t.Errorf("%s: %q, %v, want %q", c.name, got, err, c.want)
		}
	}
	if gets.Load() > 0 || heads.Load() != 6 {
		t.Errorf("requests for manifests: %d GETs and %d HEADs, want 6 HEADs", gets.Load(), heads.Load())
	}
}

func TestATagBesideADigestIsTakenByEveryKindOfRegistry(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel() // what is opened asks nobody
	r := images.New(images.Options{AWS: aws.Config{Region: "us-east-1"}})
	for _, host := range []string{"r.io", "public.ecr.aws", "123456789012.dkr.ecr.us-east-1.amazonaws.com"} {
		name := parse(t, host+"/team/app:1@sha256:"+strings.Repeat("0", 64))
		if _, err := r.Source(ctx, name); err != nil {
			t.Errorf("reading %s: %v", name, err)
		}
		if _, err := r.Destination(ctx, name); err != nil && !errors.Is(err, context.Canceled) {
			t.Errorf("writing %s: %v", name, err)
		}
	}
}

// Of an image with both a tag and a digest the digest is read.
func TestADigestCountsWhereThereIsATag(t *testing.T) {
	d := digest.FromString("x")
	var got string
	host := serve(t, func(http.Handler) http.Handler {
		return http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { got = r.URL.Path })
	})
	src, err := images.New(images.Options{}).Source(t.Context(), parse(t, host+"/app:1@"+d.String()))
	if err != nil {
		t.Fatal(err)
	}
	_, _, err = src.Manifest(t.Context(), "")
	if want := "/v2/app/manifests/" + d.String(); err != nil || got != want {
		t.Errorf("%s is read, %v, want %s", got, err, want)
	}
}

func TestDigestIsReadWhereTheRegistrySaysNone(t *testing.T) {
	var silent atomic.Bool
	host := serve(t, func(h http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if silent.Load() && r.Method == http.MethodHead && strings.Contains(r.URL.Path, "/manifests/") {
				w.WriteHeader(http.StatusOK)
				return
			}
			h.ServeHTTP(w, r)
		})
	})
	want := push(t, host+"/app:1")
	silent.Store(true)
	got, err := images.New(images.Options{}).Digest(t.Context(), parse(t, host+"/app:1"))
	if err != nil || got.String() != want {
		t.Errorf("%q, %v, want %q", got, err, want)
	}
}

func TestDigestOfAFilesImage(t *testing.T) {
	dir := t.TempDir()
	img, err := random.Image(1000, 1)
	if err != nil {
		t.Fatal(err)
	}
	path, err := layout.Write(filepath.Join(dir, "oci"), must(random.Index(10, 1, 1)))
	if err != nil {
		t.Fatal(err)
	}
	if err := path.AppendImage(img,
		layout.WithAnnotations(map[string]string{"org.opencontainers.image.ref.name": "v1"})); err != nil {
		t.Fatal(err)
	}
	want, _ := img.Digest()
	r := images.New(images.Options{})
	for _, c := range []struct{ name, want string }{
		{"oci:" + filepath.Join(dir, "oci") + ":v1", want.String()},
		{"oci:" + filepath.Join(dir, "oci") + ":v2", ""},
	} {
		got, err := r.Digest(t.Context(), parse(t, c.name))
		if err != nil || got.String() != c.want {
			t.Errorf("%s: %q, %v, want %q", c.name, got, err, c.want)
		}
	}
}

// TestWhereThereIsNoImageOnDisk has an error for each that says what there is.
func TestWhereThereIsNoImageOnDisk(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, want string
		absent     bool // which a destination may be
	}{
		{"oci:" + dir + "/none:v1", "there is no directory " + dir + "/none", true},
		{"oci:" + dir + "/no/parent", "there is no directory " + dir + "/no/parent", true},
		{"dir:" + dir + "/none", "there is no directory " + dir + "/none", true},
		{"oci:" + dir, "the directory " + dir + " is not an OCI layout: it has no index.json", true},
		{"dir:" + dir, "the directory " + dir + " is not an image's directory: it has no manifest.json", true},
		{"oci:" + file, file + " is not a directory, which an OCI layout is", false},
		{"dir:" + file, file + " is not a directory, which an image's directory is", false},
	} {
		got, err := images.New(images.Options{}).Digest(t.Context(), parse(t, c.name))
		if got != "" || err == nil || err.Error() != c.want || errors.Is(err, fs.ErrNotExist) != c.absent {
			t.Errorf("%s: %q, %v, want %s", c.name, got, err, c.want)
		}
	}
}

// TestADestinationOnDiskLeavesNothingBehind opens and closes some, into which nothing is written.
func TestADestinationOnDiskLeavesNothingBehind(t *testing.T) {
	dir := t.TempDir()
	for _, made := range []string{"empty", "full/blobs/sha256"} {
		if err := os.MkdirAll(filepath.Join(dir, made), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{
		"oci:" + dir + "/new:v1", "dir:" + dir + "/other", "oci:" + dir + "/empty",
		"oci:" + dir + "/full", "dir:" + dir + "/empty",
	} {
		dest, err := images.New(images.Options{}).Destination(t.Context(), parse(t, name))
		if err != nil {
			t.Fatal(err)
		}
		if err := dest.Close(); err != nil {
			t.Error(err)
		}
	}
	for _, name := range []string{"oci:" + dir + "/a/b/c", "dir:" + dir + "/a/b/c"} {
		_, err := images.New(images.Options{}).Destination(t.Context(), parse(t, name))
		if want := "there is no directory " + dir + "/a/b to make it in"; err == nil || err.Error() != want {
			t.Errorf("%s: %v, want %s", name, err, want)
		}
	}
	var left []string
	if err := filepath.WalkDir(dir, func(path string, _ fs.DirEntry, err error) error {
		left = append(left, strings.TrimPrefix(path, dir))
		return err
	}); err != nil {
		t.Fatal(err)
	}
	if want := []string{"", "/empty", "/full", "/full/blobs", "/full/blobs/sha256"}; !slices.Equal(left, want) {
		t.Errorf("%q, want %q", left, want)
	}
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func status(code int) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(code) }
}

// protected asks for a user and password.
func protected(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if user, password, _ := r.BasicAuth(); user != "robot" || password != "s3cret" {
			w.Header().Set("WWW-Authenticate", `Basic realm="test"`)
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		h.ServeHTTP(w, r)
	})
}

func TestLoginsAreUsed(t *testing.T) {
	host := serve(t, protected)
	img, err := random.Image(1000, 1)
	if err != nil {
		t.Fatal(err)
	}
	ref, err := name.ParseReference(host + "/app:1")
	if err != nil {
		t.Fatal(err)
	}
	if err := remote.Write(ref, img, remote.WithAuth(robot{})); err != nil {
		t.Fatal(err)
	}
	right, err := credentials.Parse(fmt.Appendf(nil, `{"auths":{%q:{"auth":"cm9ib3Q6czNjcmV0"}}}`, host), "here")
	if err != nil {
		t.Fatal(err)
	}
	none, err := credentials.Parse([]byte(`{"auths":{}}`), "here")
	if err != nil {
		t.Fatal(err)
	}
	got, err := images.New(images.Options{Logins: right}).Digest(t.Context(), parse(t, host+"/app:1"))
	if want, _ := img.Digest(); err != nil || got.String() != want.String() {
		t.Errorf("with the login: %q, %v", got, err)
	}
	_, err = images.New(images.Options{Logins: none}).Digest(t.Context(), parse(t, host+"/app:1"))
	if err == nil || transient.Is(err) {
		t.Errorf("without a login: %v", err)
	}
}
