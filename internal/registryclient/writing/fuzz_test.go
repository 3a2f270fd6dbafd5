package writing

import (
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/opencontainers/go-digest"
)

func responseWith(status int, name, value string) *http.Response {
	return &http.Response{
		StatusCode: status, Header: http.Header{name: {value}}, Body: io.NopCloser(strings.NewReader("")),
	}
}

func checkText(t *testing.T, err error) {
	t.Helper()
	if text := err.Error(); len(text) > 4*200+len("registry.example")*4 || strings.ContainsFunc(text,
		func(r rune) bool { return !strconv.IsPrint(r) }) {
		t.Errorf("error %q", text)
	}
}

// FuzzToldDigest reads what registries say that they stored.
func FuzzToldDigest(f *testing.F) {
	for _, seed := range []string{
		"", digest.FromString("x").String(), digest.FromString("y").String(),
		"sha256:\x1b[2J", "md5:x",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, told string) {
		want := digest.FromString("x")
		same, err := tells(responseWith(http.StatusCreated, "Docker-Content-Digest", told), want)
		if err != nil {
			checkText(t, err)
		}
		if same && told != want.String() {
			t.Errorf("%q is taken for %s", told, want)
		}
	})
}
