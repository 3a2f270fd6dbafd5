package auth

import (
	"net/http"
	"strings"
	"testing"
)

func TestChallengesAreFoundHoweverTheyAreWritten(t *testing.T) {
	const realm = "https://auth.example/token"
	for _, c := range []struct {
		name    string
		headers []string
		scheme  string // "" for none that can be met
		service string
	}{
		{"plain", []string{`Bearer realm="https://auth.example/token",service="r"`}, "bearer", "r"},
		{"in capitals", []string{`BEARER REALM="https://auth.example/token",Service="r"`}, "bearer", "r"},
		{"with blanks", []string{"bearer  realm = \"https://auth.example/token\" ,\t service= \"r\""}, "bearer", "r"},
		{"without quotes", []string{`Bearer realm=https://auth.example/token,service=r`}, "bearer", "r"},
		{"with an escape", []string{`Bearer realm="https://auth.example/token",service="\r"`}, "bearer", "r"},
		{
			"with a comma in a value",
			[]string{`Bearer realm="https://auth.example/token",scope="repository:a:pull,push",service="r"`},
			"bearer",
			"r",
		},
		{
			"several in one header",
			[]string{`Basic realm="x", Bearer realm="https://auth.example/token",service="r"`},
			"bearer", "r",
		},
		{
			"several in one header, the other way",
			[]string{`Bearer realm="https://auth.example/token",service="r", Basic realm="x"`},
			"bearer", "r",
		},
		{
			"several headers",
			[]string{`Basic realm="x"`, `Bearer realm="https://auth.example/token",service="r"`},
			"bearer", "r",
		},
		{
			"after one with credentials",
			[]string{`Negotiate YWJj==, Bearer realm="https://auth.example/token",service="r"`},
			"bearer", "r",
		},
		{"after one of no kind we know", []string{`Digest realm="x",nonce="y", basic realm="z"`}, "basic", ""},
		{
			"a parameter twice",
			[]string{`Bearer realm="https://auth.example/token",realm="https://evil.example",service="r"`},
			"bearer",
			"r",
		},
		{"a bearer of nothing", []string{`Bearer service="r"`, `Basic realm="x"`}, "basic", ""},
		{"an open quote", []string{`Bearer realm="https://auth.example/token`}, "bearer", ""},
		{"unknown", []string{`Negotiate`, `NTLM`}, "", ""},
		{"nonsense", []string{`"`, `=`, `,,,`, "\x00", ``}, "", ""},
		{"none", nil, "", ""},
	} {
		got := challengeIn(&http.Response{
			StatusCode: http.StatusUnauthorized, Header: http.Header{"Www-Authenticate": c.headers},
		})
		switch {
		case got == nil:
			if c.scheme != "" {
				t.Errorf("%s: none", c.name)
			}
		case got.scheme != c.scheme || got.parameters["service"] != c.service || c.scheme == "bearer" &&
			got.parameters["realm"] != realm:
			t.Errorf("%s: %+v", c.name, *got)
		}
	}
}

func TestLittleIsKeptOfAChallenge(t *testing.T) {
	headers := []string{
		`Bearer realm="https://a.example/",padding="` + strings.Repeat("x", 48<<10) + `"`,
		strings.Repeat(`a, `, 1<<20),
	}
	all := challengesIn(headers)
	size := 0
	for _, c := range all {
		size += len(c.scheme)
		for name, value := range c.parameters {
			size += len(name) + len(value)
		}
	}
	if len(all) > maxChallenges || size > 2*maxChallenge || all[0].parameters["realm"] != "https://a.example/" {
		t.Errorf("%d challenges of %d bytes: %q", len(all), size, all[0].parameters["realm"])
	}
}
