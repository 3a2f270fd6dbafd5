package registryclient_test

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"ecrmirror/internal/registryclient/answer"

	"github.com/opencontainers/go-digest"
)

// Of a token server's answer the token counts, whatever is odd beside it.
func TestTokenAnswersMayBeOdd(t *testing.T) {
	for name, c := range map[string]struct {
		answer string
		token  string // "" if there is none
	}{
		"a text for a number":    {`{"token":"T","expires_in":"300"}`, "T"},
		"a fraction":             {`{"token":"T","expires_in":300.5}`, "T"},
		"a fraction in a text":   {`{"token":"T","expires_in":"300.5"}`, "T"},
		"less than nothing":      {`{"token":"T","expires_in":-1}`, "T"},
		"for ever":               {`{"token":"T","expires_in":1e300}`, "T"},
		"no number":              {`{"token":"T","expires_in":"soon"}`, "T"},
		"NaN":                    {`{"token":"T","expires_in":"NaN"}`, "T"},
		"null":                   {`{"token":"T","expires_in":null,"issued_at":null}`, "T"},
		"an object":              {`{"token":"T","expires_in":{"seconds":300}}`, "T"},
		"a number for a time":    {`{"token":"T","issued_at":1700000000}`, "T"},
		"a list to refresh with": {`{"token":"T","refresh_token":[]}`, "T"},
		"by its other name":      {`{"access_token":"T"}`, "T"},
		"null by its first name": {`{"token":null,"access_token":"T"}`, "T"},
		"empty by its first":     {`{"token":"","access_token":"T"}`, "T"},
		"a number for a token":   {`{"token":1,"access_token":"T"}`, "T"},
		"both":                   {`{"token":"T","access_token":"U"}`, "T"},
		"none":                   {`{"expires_in":300}`, ""},
		"a token of two lines":   {`{"token":"T\r\nX-Injected: 1"}`, ""},
		"a list":                 {`["T"]`, ""},
		"HTML":                   {`<html>sign in</html>`, ""},
		"nothing":                {``, ""},
	} {
		registry := start(t, nil)
		registry.become(func(w http.ResponseWriter, r *http.Request) {
			switch {
			case r.URL.Path == "/token":
				fmt.Fprint(w, c.answer)
			case r.Header.Get("Authorization") == "Bearer T":
				hasImage(w, r)
			default:
				w.Header().Set("WWW-Authenticate", `Bearer realm="`+registry.URL+`/token"`)
				w.WriteHeader(http.StatusUnauthorized)
			}
		})
		repo := open(t, registry).Repository(repository)
		for range 2 {
			_, err := repo.Digest(t.Context(), "1")
			if (err == nil) != (c.token != "") || err != nil &&
				(!strings.HasSuffix(err.Error(), "the answer holds no token") || answer.Soon(err)) {
				t.Errorf("%s: %v", name, err)
			}
		}
		if c.token != "" {
			check(t, name+": tokens", registry.count("/token"), 1)
		}
	}
}

// What a token server answers says nothing about whether an image exists.
func TestTokenServersKnowNoImages(t *testing.T) {
	for _, c := range []struct {
		status    int
		body      string
		temporary bool
	}{
		{404, `<html>default backend - 404</html>`, false},
		{404, `{"errors":[{"code":"NAME_UNKNOWN"}]}`, false},
		{400, `{"errors":[{"code":"MANIFEST_UNKNOWN"}]}`, false},
		{403, ``, false},
		{410, ``, false},
		{500, `{"errors":[{"code":"NAME_UNKNOWN"}]}`, true},
		{503, ``, true},
	} {
		registry := start(t, nil)
		registry.become(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/token" {
				w.WriteHeader(c.status)
				fmt.Fprint(w, c.body)
				return
			}
			w.Header().Set("WWW-Authenticate", `Bearer realm="`+registry.URL+`/token"`)
			w.WriteHeader(http.StatusUnauthorized)
		})
		r := open(t, registry)
		_, digestErr := r.Repository(repository).Digest(t.Context(), "1")
		_, _, manifestErr := r.Repository(repository).Manifest(t.Context(), "1")
		has, _, blobErr := r.WritableRepository(repository).HasBlob(t.Context(), someDigest)
		for _, err := range []error{digestErr, manifestErr, blobErr} {
			if err == nil || has || isNotFound(err) || answer.Soon(err) != c.temporary ||
				!strings.Contains(err.Error(), "token for "+registry.addr()+" from "+registry.addr()+": ") ||
				!strings.Contains(err.Error(), strconv.Itoa(c.status)) {
				t.Errorf("%d %s: %v", c.status, c.body, err)
			}
		}
	}
}

// A blob is read in full where a range of it is refused, by whatever status.
func TestRangesThatAreRefused(t *testing.T) {
	checkLeaks(t)
	blob, d := content(20*chunk + 7)
	for _, code := range []int{400, 403, 405, 406, 416, 501} {
		refusing := func(w http.ResponseWriter, r *http.Request) {
			if r.Header.Get("Range") != "" {
				w.WriteHeader(code)
				return
			}
			whole(blob)(w, r)
		}
		store := start(t, refusing)
		for name, answer := range map[string]http.HandlerFunc{
			"itself":    refusing,
			"elsewhere": redirect(func() string { return store.URL }),
		} {
			registry := start(t, answer)
			r := open(t, registry)
			for _, size := range []int64{int64(len(blob)), -1} {
				if err := read(t, r, blob, size); err != nil {
					t.Errorf("%d, %s: %v", code, name, err)
				}
			}
			// requests at a time, each of which renews a signed URL before it gives that up
			if n := registry.count(blobPath(d)); n > 60 {
				t.Errorf("%d, %s: %d requests", code, name, n)
			}
		}
	}
}

func TestAnyAnswerWithTheBytesIsOne(t *testing.T) {
	blob, _ := content(3 * chunk)
	for name, c := range map[string]struct {
		answer http.HandlerFunc
		err    string
	}{
		"203": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", strconv.Itoa(len(blob)))
			w.WriteHeader(http.StatusNonAuthoritativeInfo)
			w.Write(blob)
		}, ""},
		"another size": {whole(blob[:100]), "the blob has 100 bytes there, and not the 3072 of its descriptor"},
		"204":          {status(204), "204 No Content, which is not how a registry answers that"},
	} {
		registry := start(t, c.answer)
		err := read(t, open(t, registry), blob, int64(len(blob)))
		if (err == nil) != (c.err == "") || err != nil && !strings.Contains(err.Error(), c.err) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Whether a blob is there is asked by GET where HEAD is refused, and never believed of any web server.
func TestBlobsAreLookedForWithoutHead(t *testing.T) {
	blob, d := content(1000)
	type answer = http.HandlerFunc
	sized := func(n string, said digest.Digest) answer {
		return func(w http.ResponseWriter, _ *http.Request) {
			if n != "" {
				w.Header().Set("Content-Length", n)
			}
			if said != "" {
				w.Header().Set("Docker-Content-Digest", said.String())
			}
			w.WriteHeader(http.StatusOK)
		}
	}
	for name, c := range map[string]struct {
		head answer
		has  bool
		size int64
	}{
		"405":            {status(405), true, 1000},
		"501":            {status(501), true, 1000},
		"400":            {status(400), true, 1000},
		"403":            {status(403), true, 1000},
		"404":            {status(404), false, 0},
		"its size":       {sized("1000", ""), true, 1000},
		"no bytes":       {sized("0", ""), true, 0}, // for the caller to hold against the descriptor
		"its digest":     {sized("", d), true, -1},
		"another digest": {sized("1000", someDigest), false, 1000},
		"any web server": {sized("", ""), false, -1},
	} {
		registry := start(t, func(w http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodHead {
				c.head(w, r)
				return
			}
			whole(blob)(w, r)
		})
		got, size, err := writable(t, registry).HasBlob(t.Context(), d)
		if got != c.has || err != nil || got && size != c.size {
			t.Errorf("%s: %v, %d bytes, %v", name, got, size, err)
		}
	}
}
