package registryclient_test

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"ecrmirror/internal/registryclient/answer"

	"github.com/opencontainers/go-digest"
)

const manifestType = "application/vnd.oci.image.manifest.v1+json"

// scoped answers only those whose token allows what they do.
func (s *tokenServer) scoped(h http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		scope := "repository:team/app:pull"
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			scope += ",push"
		}
		s.wants(scope, h)(w, r)
	}
}

func TestTokensForReadingAndWritingAreKeptApart(t *testing.T) {
	tokens := startTokens(t)
	registry := start(t, tokens.scoped(keeping()))
	r := open(t, registry, robot)
	blob, d := content(10)
	if _, err := r.Repository(repository).Digest(t.Context(), "1"); !isNotFound(err) {
		t.Error(err)
	}
	repo := r.WritableRepository(repository)
	if has(t, repo, d) {
		t.Error("is there")
	}
	if err := repo.PutBlob(t.Context(), lend(bytes.NewReader(blob)), d, 10); err != nil {
		t.Error(err)
	}
	if err := repo.PutManifest(t.Context(), "1", blob, manifestType, d); err != nil {
		t.Error(err)
	}
	if got := tokens.scopesSeen(); !slices.Equal(got,
		[]string{"repository:team/app:pull", "repository:team/app:pull,push"}) {
		t.Errorf("tokens for %q", got)
	}
	// the first was a 401, and 404 is believed to a GET
	checkText(t, "requests", registry.methods(), "HEAD HEAD GET HEAD POST PUT PUT")
}

func TestTokenIsRenewedBeforeAnUploadThatItMayNotOutlast(t *testing.T) {
	for life, want := range map[int]int{3600: 1, 61: 1, 60: 1} {
		tokens := startTokens(t)
		tokens.fields["expires_in"] = life
		registry := start(t, tokens.scoped(keeping()))
		repo := writable(t, registry, robot)
		for n := range 3 {
			blob, d := content(n + 1)
			if err := repo.PutBlob(t.Context(), lend(bytes.NewReader(blob)), d, int64(len(blob))); err != nil {
				t.Error(err)
			}
		}
		check(t, fmt.Sprintf("tokens of %d seconds", life), int(tokens.given.Load()), want)
	}
}

func TestRefusedTokenIsReplacedBeforeTheStreamIsRead(t *testing.T) {
	tokens := startTokens(t)
	registry := start(t, tokens.scoped(keeping()))
	repo := writable(t, registry, robot)
	for n := range 2 {
		blob, d := content(n + 10)
		if err := repo.PutBlob(t.Context(), lend(bytes.NewReader(blob)), d, int64(len(blob))); err != nil {
			t.Error(err)
		}
		checkText(t, "requests", registry.methods(), "POST POST PUT")
		tokens.given.Add(1) // that given out is not good any more
	}
}

func TestFailuresBeforeTheStreamAreRepeated(t *testing.T) {
	blob, d := content(10)
	for _, c := range []struct {
		status int
		header string
		times  int
		want   string // requests
	}{
		{429, "0", 1, "HEAD HEAD POST POST PUT"},
		{503, "", 2, "HEAD HEAD HEAD POST POST POST PUT"},
		{0, "", 1, "HEAD HEAD POST POST PUT"},
		{429, "3600", 1, "HEAD POST"},
		{403, "", 1, "HEAD GET POST"}, // it may not know HEAD
	} {
		keep := keeping()
		var mu sync.Mutex
		failures := map[string]int{}
		fails := func(method string) bool {
			mu.Lock()
			defer mu.Unlock()
			failures[method]++
			return failures[method] <= c.times && method != http.MethodPut
		}
		registry := start(t, func(w http.ResponseWriter, r *http.Request) {
			if !fails(r.Method) {
				keep(w, r)
				return
			}
			if c.status == 0 {
				panic(http.ErrAbortHandler)
			}
			w.Header().Set("Retry-After", c.header)
			w.WriteHeader(c.status)
			fmt.Fprint(w, `{"errors":[{"code":"SORRY","message":"not\nnow"}]}`)
		})
		r := open(t, registry)
		_, _ = r.Repository(repository).Digest(t.Context(), "1") // finds out the scheme
		mu.Lock()
		clear(failures)
		mu.Unlock()
		registry.take()
		repo := r.WritableRepository(repository)
		_, _, err := repo.HasBlob(t.Context(), d)
		put := repo.PutBlob(t.Context(), lend(bytes.NewReader(blob)), d, 10)
		gives := !strings.HasSuffix(c.want, "PUT")
		if (err != nil) != gives || (put != nil) != gives {
			t.Errorf("%d: %v, %v", c.status, err, put)
		}
		if gives && !strings.HasSuffix(put.Error(), "(SORRY: not now)") {
			t.Errorf("%d: %v", c.status, put)
		}
		checkText(t, fmt.Sprint(c.status), registry.methods(), c.want)
	}
}

func TestWrongBlobIsRefusedByTheRegistry(t *testing.T) {
	registry := start(t, keeping())
	repo := writable(t, registry)
	blob, _ := content(10)
	err := repo.PutBlob(t.Context(), lend(bytes.NewReader(blob)), someDigest, 10)
	if err == nil || !strings.Contains(err.Error(), "400 Bad Request (DIGEST_INVALID") || answer.Soon(err) {
		t.Error(err)
	}
	for _, d := range []digest.Digest{"", "sha256:x"} {
		if err := repo.PutBlob(t.Context(), lend(bytes.NewReader(blob)), d, 10); err == nil {
			t.Errorf("%q is taken", d)
		}
		if _, _, err := repo.HasBlob(t.Context(), d); err == nil {
			t.Errorf("%q is looked for", d)
		}
	}
}

func TestBlobBehindARedirectIsThere(t *testing.T) {
	blob, d := content(10)
	for status, want := range map[int]bool{200: true, 403: false} {
		cdn := start(t, func(w http.ResponseWriter, r *http.Request) {
			if status != http.StatusOK {
				w.WriteHeader(status)
				return
			}
			ranges(blob)(w, r)
		})
		registry := start(t, protected(redirect(func() string { return cdn.URL + "/blob?signed" })))
		if got := has(t, writable(t, registry, robot), d); got != want {
			t.Errorf("%d: %v", status, got)
		}
		check(t, "credentials that the CDN got", len(cdn.sent("Authorization")), 0)
	}
}

func TestManifestIsPut(t *testing.T) {
	checkLeaks(t)
	content := []byte(aManifest)
	d := digest.FromBytes(content)
	const unknown = `{"errors":[{"code":"MANIFEST_BLOB_UNKNOWN","message":"blob unknown to registry"}]}`
	for _, c := range []struct {
		name   string
		status []int // of the answers, one after the other, the last for ever
		digest string
		body   string
		there  any // what HEAD says afterwards: a digest or a status
		puts   int
		want   string // in the error
		soon   bool   // it may work later
	}{
		{"plain", []int{201}, "", "", d, 1, "", false},
		{"with its digest", []int{201}, d.String(), "", 404, 1, "", false},
		{"with its digest, 200", []int{200}, d.String(), "", 404, 1, "", false},
		{"with its digest, 202", []int{202}, d.String(), "", 404, 1, "", false},
		{"with its digest, 204", []int{204}, d.String(), "", 404, 1, "", false},
		{"with a digest of another kind", []int{201}, digest.SHA512.FromBytes(content).String(), "", d, 1, "", false},
		{"202", []int{202}, "", "", d, 1, "", false},
		{"204", []int{204}, "", "", d, 1, "", false},
		{"200, and it is there later", []int{200, 201}, "", "", d, 1, "", false},
		{"200, and another is there", []int{200}, "", "", digest.Digest(someDigest), 5, "there is " + someDigest, true},
		{
			"201, and it is not there",
			[]int{201},
			"", "", 404, 5, "201 Created, and yet the registry does not have",
			true,
		},
		{"201, and nobody says", []int{201}, "", "", 403, 1, "", false},
		{"202, and nobody says", []int{202}, "", "", 403, 5, "202 Accepted, which is not how", true},
		{"throttled", []int{429, 429, 201}, d.String(), "", d, 3, "", false},
		{"unavailable", []int{503, 201}, "", "", d, 2, "", false},
		{"broken", []int{0, 201}, "", "", d, 2, "", false},
		{"no registry", []int{200}, "", "", 404, 5, "200 OK, which is not how a registry answers that", true},
		{"another digest", []int{201}, someDigest, "", d, 1, "stored " + someDigest + ", not " + d.String(), false},
		{"no digest", []int{201}, "sha256:x", "", d, 1, `stored "sha256:x"`, false},
		{"does not see its blobs yet", []int{400, 400, 201}, d.String(), unknown, d, 3, "", false},
		{
			"lacks blobs",
			[]int{400},
			"", unknown, d, 5,
			"400 Bad Request (MANIFEST_BLOB_UNKNOWN: blob unknown to registry)", true,
		},
		{
			"does not see an instance",
			[]int{404, 201},
			d.String(), `{"errors":[{"code":"MANIFEST_UNKNOWN"}]}`,
			d, 2, "", false,
		},
		{
			"does not see its repository",
			[]int{404, 201},
			d.String(), `{"errors":[{"code":"NAME_UNKNOWN"}]}`,
			d, 2, "", false,
		},
		{"refuses it", []int{400}, "", `{"errors":[{"code":"MANIFEST_INVALID"}]}`, d, 1, "MANIFEST_INVALID", false},
	} {
		var tries atomic.Int32
		put := func(w http.ResponseWriter, r *http.Request) {
			if got, _ := io.ReadAll(r.Body); !bytes.Equal(got, content) ||
				r.Header.Get("Content-Type") != manifestType {
				t.Errorf("%s: got %s of type %s", c.name, got, r.Header.Get("Content-Type"))
			}
			status := c.status[min(int(tries.Add(1)), len(c.status))-1]
			if status == 0 {
				panic(http.ErrAbortHandler)
			}
			if c.digest != "" {
				w.Header().Set("Docker-Content-Digest", c.digest)
			}
			w.WriteHeader(status)
			if status != http.StatusNoContent {
				fmt.Fprint(w, c.body)
			}
		}
		registry := start(t, func(w http.ResponseWriter, r *http.Request) {
			there, ok := c.there.(digest.Digest)
			switch {
			case r.Method == http.MethodPut:
				put(w, r)
			case ok:
				w.Header().Set("Docker-Content-Digest", there.String())
			default:
				w.WriteHeader(c.there.(int))
			}
		})
		r := open(t, registry)
		_, _ = r.Repository(repository).Digest(t.Context(), "1") // finds out the scheme
		err := r.WritableRepository(repository).PutManifest(t.Context(), "1", content, manifestType, d)
		if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", c.name, err)
		}
		if err != nil && answer.Soon(err) != c.soon {
			t.Errorf("%s: temporary: %v", c.name, !c.soon)
		}
		check(t, c.name+": requests", registry.count("PUT /v2/team/app/manifests/1"), c.puts)
	}
}
