package wire

import (
	"net/url"
	"strings"
	"testing"
)

func TestDockerHubIsNotWhereItsNameSays(t *testing.T) {
	for name, want := range map[string]string{
		"docker.io": "registry-1.docker.io", "quay.io": "quay.io",
		"r.io:5000": "r.io:5000",
	} {
		w, err := New(Options{Host: name})
		if err != nil || w.Place("/v2/").URL.Host != want {
			t.Errorf("%s: %v, %v", name, w.Host(), err)
		}
	}
}

func TestOriginIsSchemeHostAndPort(t *testing.T) {
	for _, c := range []struct {
		a, b string
		same bool
	}{
		{"https://r.io/x", "https://R.io:443/y?z", true},
		{"http://r.io", "http://r.io:80", true},
		{"https://r.io", "http://r.io", false},
		{"https://r.io", "http://r.io:443", false},
		{"https://r.io", "https://r.io:8443", false},
		{"https://r.io", "https://r.io.evil.example", false},
		{"https://r.io", "https://r.io@evil.example", false},
		{"https://[::1]:443", "https://[::1]", true},
	} {
		a, errA := url.Parse(c.a)
		b, errB := url.Parse(c.b)
		if errA != nil || errB != nil || (Origin(a) == Origin(b)) != c.same {
			t.Errorf("%s and %s: %v, %v", c.a, c.b, errA, errB)
		}
	}
}

func TestHostsThatAreTold(t *testing.T) {
	for host, want := range map[string]bool{
		"r.io": true, "r.io:443": true, "my_host": true, "127.0.0.1:5000": true, "[::1]": true, "[::1]:443": true,
		"xn--bcher-kva.example": true,
		"":                      false, ":443": false, "::1": false, "[::1": false, "[r.io]": false,
		"a]b": false, "a b": false,
		"[fe80::1%eth0]":      false,
		"b\u00fccher.example": false, "a\x1b[2J": false, strings.Repeat("a", 300): false, "a@b": false, "a/b": false,
	} {
		if IsPlain(host) != want {
			t.Errorf("%q: %v", host, !want)
		}
	}
}
