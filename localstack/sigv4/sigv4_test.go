package sigv4_test

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"

	"ecrmirror/localstack/sigv4"
)

var now = time.Date(2030, 1, 2, 3, 4, 5, 0, time.UTC)

// signed returns a request as a server gets it.
func signed(t *testing.T, body, token string, at time.Time) *http.Request {
	t.Helper()
	r := httptest.NewRequest(http.MethodPost, "http://localhost/a%20b?x=%2F&a=1", strings.NewReader(body))
	r.Header.Set("Content-Type", "application/x-amz-json-1.1")
	r.Header.Set("X-Amz-Target", "Service.Operation")
	hash := sha256.Sum256([]byte(body))
	credentials := aws.Credentials{AccessKeyID: "ASIAEXAMPLE", SecretAccessKey: "secret", SessionToken: token}
	if err := v4.NewSigner().SignHTTP(t.Context(), credentials, r, hex.EncodeToString(hash[:]), "ecr", "eu-west-1",
		at); err != nil {
		t.Fatal(err)
	}
	r.Header.Set("User-Agent", "not signed")
	r.Header.Set("Accept-Encoding", "gzip")
	return r
}

func TestVerify(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*http.Request)
		body   string
		secret string
		at     time.Time
		want   error
	}{
		{"right", func(*http.Request) {}, "{}", "secret", now, nil},
		{"14 minutes ago", func(*http.Request) {}, "{}", "secret", now.Add(-14 * time.Minute), nil},
		{"another secret", func(*http.Request) {}, "{}", "other", now, sigv4.ErrMismatch},
		{"another body", func(*http.Request) {}, "{ }", "secret", now, sigv4.ErrMismatch},
		{
			"another body than its header says", func(r *http.Request) { r.Header.Set("X-Amz-Content-Sha256", "00") },
			"{}", "secret", now, sigv4.ErrMismatch,
		},
		{
			"another path", func(r *http.Request) { r.URL.Path, r.URL.RawPath = "/ab", "" }, "{}", "secret", now,
			sigv4.ErrMismatch,
		},
		{"another query", func(r *http.Request) { r.URL.RawQuery = "a=1" }, "{}", "secret", now, sigv4.ErrMismatch},
		{
			"another operation", func(r *http.Request) { r.Header.Set("X-Amz-Target", "Service.Other") }, "{}", "secret",
			now, sigv4.ErrMismatch,
		},
		{"another host", func(r *http.Request) { r.Host = "example.com" }, "{}", "secret", now, sigv4.ErrMismatch},
		{
			"another date", func(r *http.Request) { r.Header.Set("X-Amz-Date", "20300102T030406Z") }, "{}", "secret", now,
			sigv4.ErrMismatch,
		},
		{
			"another token", func(r *http.Request) { r.Header.Set("X-Amz-Security-Token", "other") }, "{}", "secret", now,
			sigv4.ErrMismatch,
		},
		{"no date", func(r *http.Request) { r.Header.Del("X-Amz-Date") }, "{}", "secret", now, sigv4.ErrIncomplete},
		{
			"no signature", func(r *http.Request) { r.Header.Del("Authorization") }, "{}", "secret", now,
			sigv4.ErrMissing,
		},
		{
			"half a signature", func(r *http.Request) { r.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=a") },
			"{}", "secret", now, sigv4.ErrIncomplete,
		},
		{
			"16 minutes ago", func(*http.Request) {}, "{}", "secret", now.Add(-16 * time.Minute),
			sigv4.SkewedError("Signature expired: 20300102T024805Z is now earlier than 20300102T024905Z " +
				"(20300102T030405Z - 15 min.)"),
		},
		{
			"in 16 minutes", func(*http.Request) {}, "{}", "secret", now.Add(16 * time.Minute),
			sigv4.SkewedError("Signature not yet current: 20300102T032005Z is still later than 20300102T031905Z " +
				"(20300102T030405Z + 15 min.)"),
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := signed(t, "{}", "token", c.at)
			c.change(r)
			s, err := sigv4.Parse(r)
			if err == nil {
				err = s.Verify(r, []byte(c.body), c.secret, r.Header.Get("X-Amz-Security-Token"), now)
			}
			if !errors.Is(err, c.want) {
				t.Errorf("%v, want %v", err, c.want)
			}
		})
	}
}
