package registrytest_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/opencontainers/go-digest"

	"ecrmirror/testkit/leaks"
	"ecrmirror/testkit/registrytest"
)

func TestMain(m *testing.M) { leaks.Main(m) }

func TestPrivate(t *testing.T) {
	private := registrytest.Private(registrytest.New(), "robot", "s3cret")
	for _, c := range []struct {
		user, password string
		want           int
	}{
		{"robot", "s3cret", http.StatusOK},
		{"robot", "other", http.StatusUnauthorized},
		{"", "", http.StatusUnauthorized},
	} {
		r := httptest.NewRequest(http.MethodGet, "/v2/", nil)
		r.SetBasicAuth(c.user, c.password)
		var answer httptest.ResponseRecorder
		private.ServeHTTP(&answer, r)
		if answer.Code != c.want ||
			(answer.Header().Get("WWW-Authenticate") != "") != (c.want == http.StatusUnauthorized) {
			t.Errorf("%s:%s: %d %v", c.user, c.password, answer.Code, answer.Header())
		}
	}
}

// What belongs to an image is listed, however many put it at a time.
func TestAConformingRegistryListsAllReferrers(t *testing.T) {
	at := "http://" + registrytest.StartConforming(t, true) + "/v2/app/"
	ask := func(method, path, mediaType, body string) string {
		r, err := http.NewRequestWithContext(t.Context(), method, at+path, strings.NewReader(body))
		if err != nil {
			t.Error(err)
			return ""
		}
		r.Header.Set("Content-Type", mediaType)
		answer, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Error(err)
			return ""
		}
		defer answer.Body.Close()
		got, err := io.ReadAll(answer.Body)
		if err != nil || answer.StatusCode > http.StatusCreated {
			t.Errorf("%s %s: %s, %s, %v", method, path, answer.Status, got, err)
		}
		return string(got)
	}
	const imageType = "application/vnd.oci.image.manifest.v1+json"
	config, subject := digest.FromString("{}"), digest.FromString("subject")
	ask(http.MethodPost, "blobs/uploads/?digest="+config.String(), "application/octet-stream", "{}")
	var puts sync.WaitGroup
	for n := range 50 {
		puts.Go(func() {
			manifest := fmt.Sprintf(`{"schemaVersion":2,"mediaType":%q,"artifactType":"a/b","config":{"mediaType":"c/d",`+
				`"digest":%q,"size":2},"layers":[],"annotations":{"n":"%d"},"subject":{"mediaType":%q,"digest":%q,"size":1}}`,
				imageType, config, n, imageType, subject)
			ask(http.MethodPut, "manifests/"+digest.FromString(manifest).String(), imageType, manifest)
		})
	}
	puts.Wait()
	if n := strings.Count(ask(http.MethodGet, "referrers/"+subject.String(), "", ""), `"artifactType"`); n != 50 {
		t.Errorf("%d are listed", n)
	}
}
