package images_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/opencontainers/go-digest"
	imgspecv1 "github.com/opencontainers/image-spec/specs-go/v1"
	"go.podman.io/image/v5/pkg/blobinfocache/none"
	"go.podman.io/image/v5/types"

	"ecrmirror/internal/images"
	"ecrmirror/localstack/store"
)

func openDestination(t *testing.T, name string) types.ImageDestination {
	t.Helper()
	r := images.New(images.Options{})
	t.Cleanup(r.Close)
	dest, err := r.Destination(t.Context(), parse(t, name))
	if err != nil {
		t.Fatal(err)
	}
	return dest
}

func info(blob string) types.BlobInfo {
	return types.BlobInfo{Digest: digest.FromString(blob), Size: int64(len(blob))}
}

func put(t *testing.T, dest types.ImageDestination, blob string) {
	t.Helper()
	want := info(blob)
	if got, err := dest.PutBlob(t.Context(), strings.NewReader(blob), want, none.NoCache, false); err != nil || got.Digest != want.Digest || got.Size != want.Size {
		t.Errorf("%v, %v", got, err)
	}
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
	content, err := store.Open(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	for kind, wrap := range map[string]func(http.Handler) http.Handler{
		"ggcr":         func(h http.Handler) http.Handler { return h },
		"distribution": func(http.Handler) http.Handler { return content },
	} {
		var a asked
		host := serve(t, func(h http.Handler) http.Handler { return a.by(wrap(h)) })
		dest := openDestination(t, host+"/team/app:1")
		a.check(t, kind+": opening")
		for _, blob := range []string{"{}", "a layer", ""} {
			for _, there := range []bool{false, true} {
				got, reused, err := dest.TryReusingBlob(t.Context(), info(blob), none.NoCache, false)
				if got != there || err != nil || there && (reused.Digest != info(blob).Digest || reused.Size != int64(len(blob))) {
					t.Errorf("%s: %q: %v, %v, %v", kind, blob, got, reused, err)
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
			if err := dest.PutManifest(t.Context(), root, d); err != nil {
				t.Errorf("%s: %v", kind, err)
			}
			a.check(t, kind+": a manifest", "PUT manifests")
		}
		if err := errors.Join(dest.Commit(t.Context(), nil), dest.Close()); err != nil {
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
		err := openDestination(t, host+"/team/app"+c.name).PutManifest(t.Context(), root, c.instance)
		if got != c.want || (err != nil) != (c.want == "") {
			t.Errorf("%s: put under %q, %v, want %q", c.name, got, err, c.want)
		}
	}
}

func TestWhatARegistryIsNotGiven(t *testing.T) {
	dest := openDestination(t, "127.0.0.1:1/app:1") // nobody listens there
	unnamed := types.BlobInfo{Size: 1}
	_, put := dest.PutBlob(t.Context(), strings.NewReader("x"), unnamed, none.NoCache, false)
	_, _, reused := dest.TryReusingBlob(t.Context(), unnamed, none.NoCache, false)
	for what, err := range map[string]error{
		"blob": put, "reused blob": reused, "signature": dest.PutSignatures(t.Context(), [][]byte{{1}}, nil), "signatures": dest.SupportsSignatures(t.Context()),
	} {
		if err == nil || strings.Contains(err.Error(), "refused") {
			t.Errorf("%s: %v", what, err)
		}
	}
	if err := dest.PutSignatures(t.Context(), nil, nil); err != nil || !dest.HasThreadSafePutBlob() {
		t.Error(err)
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
		{"reset", strings.NewReader("x"), func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, true},
		{"stream", iotest.ErrReader(mine), func(_ http.ResponseWriter, r *http.Request) { _, _ = io.Copy(io.Discard, r.Body) }, false},
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
		_, err := openDestination(t, host+"/app:1").PutBlob(t.Context(), c.stream, info("x"), none.NoCache, false)
		if err == nil || images.Transient(err) != c.want || errors.Is(err, mine) != (c.name == "stream") {
			t.Errorf("%s: transient %v: %v", c.name, images.Transient(err), err)
		}
	}
}

func TestRegistryThatNobodyRunsIsTransientForWriting(t *testing.T) {
	dest := openDestination(t, "127.0.0.1:1/app:1")
	_, _, err := dest.TryReusingBlob(t.Context(), info("x"), none.NoCache, false)
	_, put := dest.PutBlob(t.Context(), bytes.NewReader([]byte("x")), info("x"), none.NoCache, false)
	for _, err := range []error{err, put, dest.PutManifest(t.Context(), []byte("{}"), nil)} {
		if !images.Transient(err) || !strings.Contains(err.Error(), "connection refused") {
			t.Error(err)
		}
	}
}
