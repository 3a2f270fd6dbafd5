package bearer_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"ecrmirror/testkit/bearer"
)

func ask(t *testing.T, url, token string) *http.Response {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	return resp
}

func TestTokensExpire(t *testing.T) {
	for _, c := range []struct {
		name     string
		lifetime time.Duration
		status   int
		lapsed   int
	}{
		{"good", 0, http.StatusOK, 0},
		{"expired, whatever was said", time.Nanosecond, http.StatusUnauthorized, 1},
	} {
		gate := &bearer.Gate{Lifetime: c.lifetime}
		server := httptest.NewServer(gate.Wrap(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {})))
		defer server.Close()
		url := server.URL + "/v2/lib/app/blobs/uploads/"
		refused := ask(t, url, "")
		refused.Body.Close()
		challenge := refused.Header.Get("WWW-Authenticate")
		if refused.StatusCode != http.StatusUnauthorized || !strings.Contains(challenge,
			`scope="repository:lib/app:pull,push"`) {
			t.Errorf("%s: without a token: %s, %s", c.name, refused.Status, challenge)
		}
		given := ask(t, server.URL+"/token", "")
		var token struct {
			Token     string
			ExpiresIn int `json:"expires_in"`
		}
		err := json.NewDecoder(given.Body).Decode(&token)
		given.Body.Close()
		if err != nil || token.Token == "" || token.ExpiresIn != 300 {
			t.Fatalf("%s: %v, %v", c.name, token, err)
		}
		resp := ask(t, url, token.Token)
		resp.Body.Close()
		if resp.StatusCode != c.status || gate.Lapsed() != c.lapsed {
			t.Errorf("%s: %s, %d lapsed", c.name, resp.Status, gate.Lapsed())
		}
		foreign := ask(t, url, "of another registry")
		foreign.Body.Close()
		if foreign.StatusCode != http.StatusUnauthorized {
			t.Errorf("%s: with a wrong token: %s", c.name, foreign.Status)
		}
	}
}
