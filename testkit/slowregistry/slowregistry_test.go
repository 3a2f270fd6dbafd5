package slowregistry_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/opencontainers/go-digest"
	imgspecv1 "github.com/opencontainers/image-spec/specs-go/v1"

	"ecrmirror/testkit/slowregistry"
)

func TestEverythingHasTheDigestThatItIsNamedBy(t *testing.T) {
	w := start(t, slowregistry.Options{})
	_, body := w.do(http.MethodGet, "/v2/lib/app/manifests/1")
	if digest.FromBytes(body) != w.contents.Root {
		t.Fatalf("root is %s, not %s", digest.FromBytes(body), w.contents.Root)
	}
	var index imgspecv1.Index
	if err := json.Unmarshal(body, &index); err != nil || len(index.Manifests) != 2 {
		t.Fatal(index, err)
	}
	blobs := map[digest.Digest]int64{}
	for _, d := range index.Manifests {
		response, body := w.do(http.MethodGet, "/v2/lib/app/manifests/"+d.Digest.String())
		if digest.FromBytes(body) != d.Digest || int64(len(body)) != d.Size ||
			response.Header.Get("Content-Type") != d.MediaType {
			t.Fatalf("instance %s: %d bytes, %v", d.Digest, len(body), response.Header)
		}
		var m imgspecv1.Manifest
		if err := json.Unmarshal(body, &m); err != nil {
			t.Fatal(err)
		}
		for _, b := range append(m.Layers, m.Config) {
			response, body := w.do(http.MethodGet, w.location(b.Digest))
			if response.StatusCode != http.StatusOK || digest.FromBytes(body) != b.Digest {
				t.Errorf("blob %s: %s, digest %s", b.Digest, response.Status, digest.FromBytes(body))
			}
			blobs[b.Digest] = int64(len(body))
		}
	}
	if d := cmp.Diff(w.contents.Blobs, blobs); d != "" {
		t.Errorf("blobs (-want +got):\n%s", d)
	}
	if len(blobs) != 1+2*2+2 { // shared, own, configs
		t.Errorf("%d blobs", len(blobs))
	}
}

func TestTheSameSpecIsTheSameImage(t *testing.T) {
	spec := slowregistry.Spec{Layers: 2, LayerSize: 300_000, Seed: 7}
	a, err := slowregistry.NewImages().Put("a", "1", spec)
	if err != nil {
		t.Fatal(err)
	}
	b, err := slowregistry.NewImages().Put("b", "2", spec)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(a, b); d != "" {
		t.Error(d)
	}
	spec.Seed++
	other, err := slowregistry.NewImages().Put("a", "1", spec)
	if err != nil {
		t.Fatal(err)
	}
	for d := range other.Blobs {
		if _, ok := a.Blobs[d]; ok {
			t.Errorf("%s is in images of two seeds", d)
		}
	}
}

func TestPiecesThatChangePlacesChangeTheDigest(t *testing.T) {
	w := start(t, slowregistry.Options{})
	d := w.layer()
	_, body := w.do(http.MethodGet, w.location(d))
	const chunk = 64 << 10
	seen := map[string]bool{}
	for piece := range slices.Chunk(body, chunk) {
		seen[string(piece)] = true
	}
	if want := (layerSize + chunk - 1) / chunk; len(seen) != want {
		t.Errorf("%d different pieces of %d", len(seen), want)
	}
}

func TestRangesAreExact(t *testing.T) {
	w := start(t, slowregistry.Options{})
	d := w.layer()
	location := w.location(d)
	_, whole := w.do(http.MethodGet, location)
	tests := []struct {
		header   string
		status   int
		off, end int
	}{
		{"bytes=0-0", 206, 0, 1},
		{"bytes=0-65535", 206, 0, 65536},
		{"bytes=5-15", 206, 5, 16},
		{"bytes=65530-65545", 206, 65530, 65546},
		{"bytes=100000-700000", 206, 100000, 700001},
		{fmt.Sprintf("bytes=%d-%d", layerSize-1, layerSize-1), 206, layerSize - 1, layerSize},
		{fmt.Sprintf("bytes=1000-%d", layerSize+5), 206, 1000, layerSize},
		{"bytes=1000000-", 206, 1000000, layerSize},
		{"bytes=-7", 206, layerSize - 7, layerSize},
		{fmt.Sprintf("bytes=%d-", layerSize), 416, 0, 0},
		{"bytes=9-5", 200, 0, layerSize},
		{"bytes=0-1,5-6", 200, 0, layerSize},
		{"lines=1-2", 200, 0, layerSize},
	}
	for _, test := range tests {
		response, body := w.do(http.MethodGet, location, "Range", test.header)
		if response.StatusCode != test.status {
			t.Errorf("%s: %s", test.header, response.Status)
			continue
		}
		contentRange := ""
		switch test.status {
		case 416:
			if got := response.Header.Get("Content-Range"); got != fmt.Sprintf("bytes */%d", layerSize) {
				t.Errorf("%s: Content-Range %q", test.header, got)
			}
			continue
		case 206:
			contentRange = fmt.Sprintf("bytes %d-%d/%d", test.off, test.end-1, layerSize)
		}
		if got := response.Header.Get("Content-Range"); got != contentRange {
			t.Errorf("%s: Content-Range %q, want %q", test.header, got, contentRange)
		}
		if !bytes.Equal(body, whole[test.off:test.end]) {
			t.Errorf("%s: %d bytes that are not those", test.header, len(body))
		}
	}
}

func TestRangesCanBeOff(t *testing.T) {
	w := start(t, slowregistry.Options{NoRanges: true})
	d := w.layer()
	response, body := w.do(http.MethodGet, w.location(d), "Range", "bytes=5-9")
	if response.StatusCode != http.StatusOK || digest.FromBytes(body) != d ||
		response.Header.Get("Accept-Ranges") != "" {
		t.Errorf("%s, %v", response.Status, response.Header)
	}
}

func TestTheObjectStoreRefuses(t *testing.T) {
	w := start(t, slowregistry.Options{})
	location := w.location(w.layer())
	tests := []struct {
		name, method, url string
		header            []string
		status            int
		code              string
	}{
		{"HEAD", http.MethodHead, location, nil, 403, ""},
		{"another method", http.MethodPost, location, nil, 403, "SignatureDoesNotMatch"},
		{"another signature", http.MethodGet, location[:len(location)-1] + "x", nil, 403, "SignatureDoesNotMatch"},
		{
			"another expiry", http.MethodGet, strings.Replace(location, "Expires=1200", "Expires=1201", 1), nil, 403,
			"SignatureDoesNotMatch",
		},
		{
			"another blob", http.MethodGet, strings.Replace(location, "sha256:", "sha256:0", 1), nil, 403,
			"SignatureDoesNotMatch",
		},
		{"no query", http.MethodGet, location[:strings.Index(location, "?")], nil, 403, "AccessDenied"},
		{"credentials", http.MethodGet, location, []string{"Authorization", "Bearer x"}, 400, "InvalidArgument"},
	}
	for _, test := range tests {
		response, body := w.do(test.method, test.url, test.header...)
		if response.StatusCode != test.status || !strings.Contains(string(body), test.code) {
			t.Errorf("%s: %s %s", test.name, response.Status, body)
		}
	}
}

func TestURLsExpire(t *testing.T) {
	w := start(t, slowregistry.Options{URLExpiry: time.Nanosecond}) // 0 s
	location := w.location(w.layer())
	deadline := time.After(2 * time.Minute)
	for {
		response, body := w.do(http.MethodGet, location, "Range", "bytes=0-0")
		if response.StatusCode == http.StatusForbidden && strings.Contains(string(body), "Request has expired") {
			return
		}
		select {
		case <-deadline:
			t.Fatalf("still %s", response.Status)
		default:
		}
	}
}

func TestTheRegistryAnswers(t *testing.T) {
	w := start(t, slowregistry.Options{})
	d := w.layer()
	tests := []struct {
		method, path string
		status       int
		length       int64
	}{
		{http.MethodGet, "/v2/", 200, -1},
		{http.MethodHead, "/v2/lib/app/manifests/1", 200, -1},
		{http.MethodHead, "/v2/lib/app/manifests/" + w.contents.Root.String(), 200, -1},
		{http.MethodHead, "/v2/lib/app/blobs/" + d.String(), 200, layerSize},
		{http.MethodGet, "/v2/lib/app/manifests/2", 404, -1},
		{http.MethodGet, "/v2/lib/other/manifests/1", 404, -1},
		{http.MethodGet, "/v2/lib/other/blobs/" + d.String(), 404, -1},
		{http.MethodGet, "/v2/lib/app/blobs/sha256:0", 404, -1},
		{http.MethodGet, "/v2/lib/app/tags/list", 200, -1},
		{http.MethodGet, "/v2/lib/app/referrers/" + d.String(), 404, -1},
		{http.MethodPost, "/v2/lib/app/blobs/uploads/", 405, -1},
		{http.MethodPut, "/v2/lib/app/manifests/1", 405, -1},
		{http.MethodGet, "/elsewhere", 404, -1},
	}
	for _, test := range tests {
		response, _ := w.do(test.method, test.path)
		if response.StatusCode != test.status || test.length >= 0 && response.ContentLength != test.length {
			t.Errorf("%s %s: %s, %d bytes", test.method, test.path, response.Status, response.ContentLength)
		}
	}
}

func TestCounts(t *testing.T) {
	w := start(t, slowregistry.Options{})
	d := w.layer()
	w.do(http.MethodHead, "/v2/lib/app/manifests/1")
	location := w.location(d)
	w.do(http.MethodGet, location, "Range", "bytes=10-19")
	w.do(http.MethodGet, location)
	if err := w.server.Close(); err != nil {
		t.Fatal(err)
	}
	got := w.server.Counts()
	want := map[string]int64{"HEAD manifest": 1, "GET blob": 1, "GET object range": 1, "GET object": 1}
	if d := cmp.Diff(want, got.Calls); d != "" {
		t.Errorf("calls (-want +got):\n%s", d)
	}
	if got.BytesRead["lib/app"] != layerSize+10 || w.server.Sent() != layerSize+10 {
		t.Errorf("%v bytes, %d sent", got.BytesRead, w.server.Sent())
	}
}

// A stalled reply holds up nothing else, and ends with the server.
func TestOneReplyStalls(t *testing.T) {
	w := start(t, slowregistry.Options{Stall: slowregistry.Stall{For: time.Hour, After: 100}})
	d := w.layer()
	location := w.location(d)
	w.do(http.MethodGet, location, "Range", "bytes=0-199") // too short to stall, and then 200 bytes are sent
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, location, nil)
	if err != nil {
		t.Fatal(err)
	}
	stalled, err := w.client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer stalled.Body.Close()
	hash := sha256.New()
	if _, err := io.CopyN(hash, stalled.Body, layerSize/2); err != nil {
		t.Fatal(err)
	}
	for !w.server.Stalled() {
		runtime.Gosched()
	}
	_, body := w.do(http.MethodGet, location) // the stall comes once
	if digest.FromBytes(body) != d {
		t.Errorf("%d bytes", len(body))
	}
	if sent := w.server.Sent(); sent >= 200+2*layerSize {
		t.Errorf("%d bytes sent: nothing stalls", sent)
	}
	if err := w.server.Close(); err != nil {
		t.Fatal(err)
	}
	if n, err := io.Copy(hash, stalled.Body); err == nil {
		t.Errorf("the stalled reply ended well, with %d more bytes and %s", n, hex.EncodeToString(hash.Sum(nil)))
	}
}
