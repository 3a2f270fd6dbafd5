package registrytest_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

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
