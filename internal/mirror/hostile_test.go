package mirror_test

import (
	"encoding/base64"
	"fmt"
	"math"
	"net/http"
	"strings"
	"testing"

	"github.com/opencontainers/go-digest"

	"ecrmirror/internal/mirror"
)

const (
	ociManifest   = "application/vnd.oci.image.manifest.v1+json"
	ociIndex      = "application/vnd.oci.image.index.v1+json"
	schema1Signed = "application/vnd.docker.distribution.manifest.v1+prettyjws"
)

// serve returns a stranger with a root, what it refers to, and one blob.
func serve(rootType, root string, more map[string]served) *stranger {
	there := map[string]served{}
	for name, s := range more {
		there[name] = s
	}
	blob := []byte("blob")
	there[digest.FromBytes(blob).String()] = served{content: blob}
	s := served{mediaType: rootType, content: []byte(root)}
	there["1"], there[digest.FromString(root).String()] = s, s
	return &stranger{served: there}
}

func descriptor(content string, size int64) string {
	return fmt.Sprintf(`{"mediaType":"application/octet-stream","digest":%q,"size":%d}`,
		digest.FromString(content), size)
}

func imageOf(config string, layers ...string) string {
	return fmt.Sprintf(`{"schemaVersion":2,"config":%s,"layers":[%s]}`, config, strings.Join(layers, ","))
}

func indexOf(instances ...string) string {
	return fmt.Sprintf(`{"schemaVersion":2,"manifests":[%s]}`, strings.Join(instances, ","))
}

// All of these end in an error that says what is wrong, and that no other try mends.
func TestHostileImagesAreRefused(t *testing.T) {
	b := newBench(t)
	good := descriptor("blob", 4)
	for _, c := range []struct{ name, mediaType, root, err string }{
		{"100,000 layers", ociManifest, imageOf(good, many(100_000)...), "more than 4194304 bytes"},
		{"layers by the ten thousands that are not there", ociManifest, imageOf(good, many(20_000)...), "404"},
		{"100,000 instances", ociIndex, indexOf(many(100_000)...), "more than 4194304 bytes"},
		{"20,000 instances", ociIndex, indexOf(many(20_000)...), "more than 10000 manifests"},
		{"a blob that is longer than it says", ociManifest, imageOf(good, descriptor("blob", 3)), "bytes"},
		{"a blob that is shorter than it says", ociManifest, imageOf(good, descriptor("blob", 5)), "bytes"},
		{"a blob of no bytes that has some", ociManifest, imageOf(descriptor("blob", 0)), "digest is"},
		{"a blob of less than no bytes", ociManifest, imageOf(descriptor("blob", -1)), "-1 bytes"},
		{
			"a blob of all bytes there are", ociManifest, imageOf(descriptor("blob", math.MaxInt64)),
			"the greatest that is taken",
		},
		{"a blob of 16 TiB", ociManifest, imageOf(descriptor("blob", 1<<44)), "bytes"},
		{"a size that is no number", ociManifest, imageOf(`{"size":1e99}`), "cannot unmarshal"},
		{
			"MD5", ociManifest, imageOf(`{"digest":"md5:d41d8cd98f00b204e9800998ecf8427e","size":4}`),
			"unsupported digest algorithm",
		},
		{
			"an instance by SHA-1", ociIndex,
			indexOf(`{"digest":"sha1:da39a3ee5e6b4b0d3255bfef95601890afd80709","size":4}`),
			"unsupported digest algorithm",
		},
		{
			"a digest that is a path", ociManifest, imageOf(`{"digest":"sha256:../../../../etc/passwd","size":4}`),
			"digest",
		},
		{"a digest of a megabyte", ociManifest, imageOf(`{"digest":"` + strings.Repeat("x", 1<<20) + `"}`), "digest"},
		{"no digest", ociManifest, imageOf(`{}`), "digest"},
		{"nested a million deep", ociManifest, strings.Repeat(`{"config":`, 300_000), "depth"},
		{"both an image and an index", ociManifest, `{"config":` + good + `,"layers":[],"manifests":[]}`, "ambiguous"},
		{
			"layers twice", ociManifest, `{"config":` + good + `,"layers":[` + descriptor("x", 1) + `],"layers":[]}`,
			"ambiguous",
		},
		{
			"Layers and layers", ociManifest, `{"config":` + good + `,"layers":[` + descriptor("x", 1) + `],"Layers":[]}`,
			"ambiguous",
		},
		{"layers with a long s", ociManifest, `{"config":` + good + `,"layers":[` + descriptor("x",
			1) + `],"layerſ":[]}`, "ambiguous"},
		{
			"two digests", ociManifest, `{"config":{"digest":"` + digest.FromString("x").String() + `",` + good[1:] + `}`,
			"ambiguous",
		},
		{
			"an index that says it is an image", ociIndex, `{"mediaType":"` + ociManifest + `","manifests":[]}`,
			"ambiguous",
		},
		{"signatures of -1 bytes", schema1Signed, signedAs(-1, `}`), "signatures are not of what it says"},
		{
			"signatures of another image", schema1Signed, signedAs(0, imageOf(good)),
			"signatures are not of what it says",
		},
		{
			"no signature", schema1Signed, `{"schemaVersion":1,"fsLayers":[],"signatures":[]}`,
			"signatures are not of what it says",
		},
		{"nothing", ociManifest, ``, "unexpected end"},
		{"HTML", "text/html", `<html>`, "unknown media type"},
	} {
		result := b.copy(t, serve(c.mediaType, c.root, nil))
		if result.State != mirror.Failed || result.Transient || !strings.Contains(result.Err.Error(), c.err) {
			t.Errorf("%s: %s: %.500v, want %q", c.name, result.State, result.Err, c.err)
		}
	}
}

// signedAs is a manifest of schema 1 whose signature is of its first bytes, so many, and a tail.
func signedAs(length int, tail string) string {
	header := fmt.Sprintf(`{"formatLength":%d,"formatTail":%q}`, length,
		base64.RawURLEncoding.EncodeToString([]byte(tail)))
	return `{"schemaVersion":1,"fsLayers":[{"blobSum":"` + digest.FromString("evil").String() +
		`"}],"history":[{"v1Compatibility":"{\"id\":\"a\"}"}],` +
		`"signatures":[{"protected":"` + base64.RawURLEncoding.EncodeToString([]byte(header)) + `"}]}`
}

// Who names an image by digest gets that, though a signature says that it is what the manifest is.
func TestASignatureDoesNotMakeAnotherDigest(t *testing.T) {
	b := newBench(t)
	pinned := imageOf(descriptor("blob", 4))
	evil := []byte(signedAs(0, pinned))
	s := serve(schema1Signed, string(evil), nil)
	s.served[digest.FromString("evil").String()] = served{content: []byte("evil")}
	s.served[digest.FromString(pinned).String()] = served{
		mediaType: schema1Signed, content: evil,
		answer: func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", schema1Signed)
			w.Header().Set("Docker-Content-Digest", digest.FromString(pinned).String())
			_, _ = w.Write(evil)
		},
	}
	result := b.copyOf(t, s, "src@"+digest.FromString(pinned).String())
	if result.State != mirror.Failed || !strings.Contains(result.Err.Error(), "signatures are not of what it says") {
		t.Errorf("%s: %v", result.State, result.Err)
	}
}

// many are n descriptors of different digests, as short as they can be.
func many(n int) []string {
	list := make([]string, n)
	for i := range list {
		list[i] = fmt.Sprintf(`{"digest":"sha256:%064x","size":1}`, i)
	}
	return list
}

// An index that contains itself is possible only where its digest is not held against it.
func TestAnIndexThatClaimsToContainItself(t *testing.T) {
	b := newBench(t)
	claimed := digest.FromString("an index that claims this digest").String()
	index := served{mediaType: ociIndex, content: []byte(indexOf(descriptor("an index that claims this digest", 1)))}
	s := serve(ociIndex, string(index.content), map[string]served{claimed: index})
	result := b.copy(t, s)
	if result.State != mirror.Failed || result.Transient || !strings.Contains(result.Err.Error(), "digest is") ||
		s.asked.Load() > 20 {
		t.Errorf("%d requests: %v", s.asked.Load(), result.Err)
	}
}

func TestIndexesMayNestSoDeepAndNoDeeper(t *testing.T) {
	b := newBench(t)
	for depth, ok := range map[int]bool{8: true, 9: false, 40: false} {
		more := map[string]served{}
		root := imageOf(descriptor("blob", 4))
		mediaType := ociManifest
		for range depth {
			more[digest.FromString(root).String()] = served{mediaType: mediaType, content: []byte(root)}
			root, mediaType = indexOf(descriptor(root, int64(len(root)))), ociIndex
		}
		result := b.copy(t, serve(ociIndex, root, more))
		if (result.State != mirror.Failed) != ok || result.Transient {
			t.Errorf("%d: %v", depth, result.Err)
		}
	}
}

// A digest that an image repeats counts once, in time, too.
func TestRepeatedReferencesCountOnce(t *testing.T) {
	b := newBench(t)
	layers := make([]string, 25_000)
	for i := range layers {
		layers[i] = descriptor("blob", 4)
	}
	s := serve(ociManifest, imageOf(layers[0], layers...), nil)
	if result := b.copy(t, s); result.State != mirror.Copied || s.asked.Load() > 20 {
		t.Errorf("%d requests: %v", s.asked.Load(), result.Err)
	}
}

// What the registry says of the bytes on their way does not change them.
func TestCompressedOnTheWayIsNotUnpacked(t *testing.T) {
	b := newBench(t)
	s := serve(ociManifest, imageOf(descriptor("blob", 4)), nil)
	blob := digest.FromString("blob").String()
	s.served[blob] = served{answer: func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		_, _ = w.Write([]byte("blob"))
	}}
	if result := b.copy(t, s); result.State != mirror.Copied {
		t.Error(result.Err)
	}
}

func TestAbsurdHeadersOfABlobAreForGood(t *testing.T) {
	b := newBench(t)
	s := serve(ociManifest, imageOf(descriptor("blob", 4)), nil)
	s.served[digest.FromString("blob").String()] = served{answer: func(w http.ResponseWriter, _ *http.Request) {
		for i := range 5000 {
			w.Header().Set(fmt.Sprintf("X-%d", i), strings.Repeat("x", 100))
		}
	}}
	if result := b.copy(t, s); result.State != mirror.Failed || result.Transient {
		t.Error(result.Err)
	}
}

func TestBlobsAtPlacesThatOnlyWeCanReach(t *testing.T) {
	b := newBench(t)
	s := serve(ociManifest, imageOf(descriptor("blob", 4)), nil)
	s.served[digest.FromString("blob").String()] = served{answer: func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "http://169.254.169.254/latest/meta-data/iam/security-credentials/", http.StatusFound)
	}}
	result := b.copy(t, s)
	if result.State != mirror.Failed || result.Transient || !strings.Contains(result.Err.Error(),
		"credentials for this machine") {
		t.Error(result.Err)
	}
}
