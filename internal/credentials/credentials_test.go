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
