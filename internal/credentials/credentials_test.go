package credentials

import (
	"encoding/base64"
	"strings"
	"testing"
)

func doc(entries ...string) []byte {
	var b strings.Builder
	b.WriteString(`{"auths":{`)
	for i := 0; i < len(entries); i += 2 {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(`"` + entries[i] + `":{"auth":"` + base64.StdEncoding.EncodeToString([]byte(entries[i+1])) + `"}`)
	}
	b.WriteString(`}}`)
	return []byte(b.String())
}

func TestLoginPicksTheMostSpecificKey(t *testing.T) {
	store, err := Parse(doc(
		"registry.example.com", "host:p",
		"registry.example.com/team", "team:p",
		"registry.example.com/team/app", "app:p:with:colons",
		"https://index.docker.io/v1/", "hub:p",
		"localhost:5000", "local:p",
	))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ host, repository, user string }{
		{"registry.example.com", "other/app", "host"},
		{"registry.example.com", "team/other", "team"},
		{"registry.example.com", "team/app", "app"},
		{"registry.example.com", "team/app/sub", "app"},
		{"registry.example.com", "teamwork", "host"}, // a namespace ends at a slash
		{"docker.io", "library/alpine", "hub"},       // docker's legacy key
		{"localhost:5000", "x", "local"},             // a port belongs to the host
		{"localhost", "x", ""},
		{"ghcr.io", "x/y", ""},
	} {
		login, ok := store.Login(c.host, c.repository)
		if ok != (c.user != "") || login.Username != c.user {
			t.Errorf("Login(%q, %q) = %q, %v, want %q", c.host, c.repository, login.Username, ok, c.user)
		}
	}
	if login, _ := store.Login("registry.example.com", "team/app"); login.Password != "p:with:colons" {
		t.Errorf("password = %q", login.Password)
	}
}

func TestNoStoreHasNoLogin(t *testing.T) {
	if _, ok := (*Store)(nil).Login("docker.io", "library/alpine"); ok {
		t.Error("nil store has a login")
	}
}

func TestParseRefusesWithoutQuoting(t *testing.T) {
	for _, c := range []struct{ name, doc string }{
		{"not JSON", `hunter2`},
		{"broken JSON", `{"auths":{"a":{"auth":hunter2}}}`},
		{"no auths", `{"credsStore":"hunter2"}`},
		{"not base64", `{"auths":{"a":{"auth":"hunter2!"}}}`},
		{"no colon", `{"auths":{"a":{"auth":"` + base64.StdEncoding.EncodeToString([]byte("hunter2")) + `"}}}`},
	} {
		_, err := Parse([]byte(c.doc))
		if err == nil {
			t.Errorf("%s: no error", c.name)
		} else if strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: the error quotes the document: %v", c.name, err)
		}
	}
	if _, err := Parse([]byte(`{"auths":{}}`)); err != nil {
		t.Errorf("the empty document: %v", err)
	}
}

func TestKeysThatMeanTheSame(t *testing.T) {
	for range 20 { // the order of a map must not matter
		store, err := Parse(doc(
			"https://index.docker.io/v1/", "legacy:p", "docker.io", "plain:p", "index.docker.io", "alias:p",
			"https://ghcr.io/v2/", "second:p", "http://ghcr.io", "first:p",
			"https://quay.io/org/app", "url:p", "registry.example.com/v1", "namespace:p", "registry.example.com/v2/", "api:p",
		))
		if err != nil {
			t.Fatal(err)
		}
		for place, user := range map[string]string{
			"docker.io library/alpine": "plain", // as c/image prefers it
			"ghcr.io org/app":          "first",
			"quay.io other/app":        "url", // a URL is the whole host's
			"registry.example.com x":   "api", "registry.example.com v1/x": "namespace",
		} {
			host, repository, _ := strings.Cut(place, " ")
			if login, _ := store.Login(host, repository); login.Username != user {
				t.Errorf("%s: %q, want %q", place, login.Username, user)
			}
		}
	}
}

func TestMergePrefersTheFirst(t *testing.T) {
	parse := func(entries ...string) *Store {
		store, err := Parse(doc(entries...))
		if err != nil {
			t.Fatal(err)
		}
		return store
	}
	merged := Merge(nil, parse("a.io", "first:p"), parse("a.io", "second:p", "a.io/x", "more:p"))
	for repository, user := range map[string]string{"app": "first", "x/app": "more"} {
		if login, _ := merged.Login("a.io", repository); login.Username != user {
			t.Errorf("%s: %q, want %q", repository, login.Username, user)
		}
	}
	if _, ok := Merge().Login("a.io", "app"); ok {
		t.Error("nothing merged has a login")
	}
}
