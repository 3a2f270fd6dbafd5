package images_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/opencontainers/go-digest"
	imgspecv1 "github.com/opencontainers/image-spec/specs-go/v1"

	"ecrmirror/internal/images"
	"ecrmirror/internal/mirror/content"
	"ecrmirror/internal/mirror/port"
	"ecrmirror/internal/transient"
	"ecrmirror/localstack/store"
	"ecrmirror/testkit/lent"
)

func openDestination(t *testing.T, name string) port.Destination {
	t.Helper()
	r := images.New(images.Options{})
	t.Cleanup(r.Close)
	dest, err := r.Destination(t.Context(), parse(t, name))
	if err != nil {
		t.Fatal(err)
	}
	return dest
}

func info(blob string) content.Blob {
	return content.Blob{Digest: digest.FromString(blob), Size: int64(len(blob))}
}

func put(t *testing.T, dest port.Destination, blob string) {
	t.Helper()
	if err := dest.PutBlob(t.Context(), info(blob), lent.By(strings.NewReader(blob))); err != nil {
		t.Error(err)
	}
}

// putManifest puts a manifest by a digest, or else as the image of a name.
func putManifest(t *testing.T, dest port.Destination, name string, manifest []byte, d *digest.Digest) error {
	t.Helper()
	if d != nil {
		return dest.PutManifest(t.Context(), port.Manifest{Digest: *d, Content: manifest})
	}
	return dest.PutTag(t.Context(), parse(t, name), port.Manifest{
		Digest: digest.FromBytes(manifest), Content: manifest,
	})
}

// image returns a manifest of two blobs.
func image(config, layer string) string {
	descriptor := func(mediaType, blob string) string {
		return fmt.Sprintf(`{"mediaType":%q,"digest":%q,"size":%d}`, mediaType, digest.FromString(blob), len(blob))
	}
	return fmt.Sprintf(`{"schemaVersion":2,"mediaType":%q,"config":%s,"layers":[%s]}`, imgspecv1.MediaTypeImageManifest,
		descriptor(imgspecv1.MediaTypeImageConfig, config), descriptor(imgspecv1.MediaTypeImageLayer, layer))
}

func TestImageIsWrittenWithTheFewestRequests(t *testing.T) {
	registry, err := store.Open(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	for kind, wrap := range map[string]func(http.Handler) http.Handler{
		"ggcr":         func(h http.Handler) http.Handler { return h },
		"distribution": func(http.Handler) http.Handler { return registry },
	} {
		var a asked
		host := serve(t, func(h http.Handler) http.Handler { return a.by(wrap(h)) })
		dest := openDestination(t, host+"/team/app:1")
		a.check(t, kind+": opening")
		for _, blob := range []string{"{}", "a layer", ""} {
			for _, there := range []bool{false, true} {
				got, size, err := dest.HasBlob(t.Context(), info(blob).Digest)
				if got != there || err != nil || there && size != int64(len(blob)) {
					t.Errorf("%s: %q: %v, %v, %v", kind, blob, got, size, err)
				}
				a.check(t, kind+": looking for a blob", "HEAD blobs")
				if !there {
					put(t, dest, blob)
					a.check(t, kind+": a blob", "POST blobs", "PUT blobs")
				}
			}
		}
		root := []byte(image("{}", "a layer"))
		instance := digest.FromBytes(root)
		for _, d := range []*digest.Digest{&instance, nil} {
			if err := putManifest(t, dest, host+"/team/app:1", root, d); err != nil {
				t.Errorf("%s: %v", kind, err)
			}
			a.check(t, kind+": a manifest", "PUT manifests")
		}
		if err := dest.Close(); err != nil {
			t.Error(err)
		}
		a.check(t, kind+": the end")
		for _, name := range []string{":1", "@" + instance.String()} {
			got, err := images.New(images.Options{}).Digest(t.Context(), parse(t, host+"/team/app"+name))
			if got != instance || err != nil {
				t.Errorf("%s: %s is %q, %v", kind, name, got, err)
			}
		}
	}
}

func TestManifestIsPutUnderTheNamesTagOrDigest(t *testing.T) {
	root := []byte(image("{}", "a layer"))
	d := digest.FromBytes(root)
	other := digest.FromString("other")
	bySHA512 := digest.SHA512.FromBytes(root)
	for _, c := range []struct {
		name     string
		instance *digest.Digest
		want     string // "" if it is refused
	}{
		{"", nil, "latest"},
		{":1", nil, "1"},
		{":1", &d, d.String()},
		{":1", &bySHA512, bySHA512.String()},
		{":1", &other, ""},
		{"@" + d.String(), nil, d.String()},
		{"@" + other.String(), nil, ""},
		{"@" + other.String(), &d, d.String()},
		{":1@" + other.String(), nil, "1"}, // the caller's to check
	} {
		var got string
		host := serve(t, func(http.Handler) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				got = strings.TrimPrefix(r.URL.Path, "/v2/team/app/manifests/")
				if r.Method != http.MethodPut || r.Header.Get("Content-Type") != imgspecv1.MediaTypeImageManifest {
					t.Errorf("%s of type %q", r.Method, r.Header.Get("Content-Type"))
				}
				stored := d
				if strings.HasPrefix(got, "sha512:") {
					stored = bySHA512
				}
				w.Header().Set("Docker-Content-Digest", stored.String())
				w.WriteHeader(http.StatusCreated)
			})
		})
		name := host + "/team/app" + c.name
		err := putManifest(t, openDestination(t, name), name, root, c.instance)
		if got != c.want || (err != nil) != (c.want == "") {
			t.Errorf("%s: put under %q, %v, want %q", c.name, got, err, c.want)
		}
	}
}

func TestWhatARegistryIsNotGiven(t *testing.T) {
	dest := openDestination(t, "127.0.0.1:1/app:1") // nobody listens there
	put := dest.PutBlob(t.Context(), content.Blob{Size: 1}, lent.By(strings.NewReader("x")))
	_, _, reused := dest.HasBlob(t.Context(), "")
	for what, err := range map[string]error{"blob": put, "reused blob": reused} {
		if err == nil || strings.Contains(err.Error(), "refused") {
			t.Errorf("%s: %v", what, err)
		}
	}
	if dest.OneAtATime() {
		t.Error("one at a time")
	}
}

func TestWhichFailuresOfWritingAreTransient(t *testing.T) {
	mine := errors.New("disk on fire")
	for _, c := range []struct {
		name   string
		stream io.Reader
		answer http.HandlerFunc
		want   bool
	}{
		{"401", strings.NewReader("x"), status(401), true}, // a login that ended early
		{"408", strings.NewReader("x"), status(408), true},
		{"413", strings.NewReader("x"), status(413), false},
		{"429", strings.NewReader("x"), status(429), true},
		{"503", strings.NewReader("x"), status(503), true},
		{"no single PUT", strings.NewReader("x"), status(405), true},
		{
			"reset", strings.NewReader("x"), func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
			true,
		},
		{"stream", iotest.ErrReader(mine), func(_ http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body)
		}, false},
	} {
		host := serve(t, func(h http.Handler) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.Method == http.MethodPut {
					c.answer(w, r)
					return
				}
				h.ServeHTTP(w, r)
			})
		})
		err := openDestination(t, host+"/app:1").PutBlob(t.Context(), info("x"), lent.By(c.stream))
		if err == nil || transient.Is(err) != c.want || errors.Is(err, mine) != (c.name == "stream") {
			t.Errorf("%s: transient %v: %v", c.name, transient.Is(err), err)
		}
	}
}

func TestRegistryThatNobodyRunsIsTransientForWriting(t *testing.T) {
	dest := openDestination(t, "127.0.0.1:1/app:1")
	_, _, err := dest.HasBlob(t.Context(), info("x").Digest)
	put := dest.PutBlob(t.Context(), info("x"), lent.By(strings.NewReader("x")))
	for _, err := range []error{err, put, putManifest(t, dest, "127.0.0.1:1/app:1", []byte("{}"), nil)} {
		if !transient.Is(err) || !strings.Contains(err.Error(), "connection refused") {
			t.Error(err)
		}
	}
}
