package credentials

import (
	"encoding/base64"
	"errors"
	"os"
	"path/filepath"
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
	), "here")
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
		{"no auths", `{"token":"hunter2"}`},
		{"auths of another kind", `{"auths":["hunter2"]}`},
	} {
		_, err := Parse([]byte(c.doc), "here")
		if err == nil {
			t.Errorf("%s: no error", c.name)
		} else if strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: the error quotes the document: %v", c.name, err)
		}
	}
	if _, err := Parse([]byte(`{"auths":{}}`), "here"); err != nil {
		t.Errorf("the empty document: %v", err)
	}
}

// One entry that can't be used stops nobody who does not need it, and says why it is none to who does.
func TestAnEntryThatCannotBeUsedIsPassedOver(t *testing.T) {
	good := `"good.io":{"auth":"` + base64.StdEncoding.EncodeToString([]byte("robot:p")) + `"}`
	for _, c := range []struct{ name, entry, want string }{
		{
			"Docker's, beside a helper", `"bad.io":{}`,
			`the entry for "bad.io" in here has neither user and password nor an identity token`,
		},
		{"empty", `"bad.io":{"auth":""}`, "has neither"},
		{"null", `"bad.io":null`, "has neither"},
		{"not base64", `"bad.io":{"auth":"hunter2!"}`, "is not base64 of USER:PASSWORD"},
		{
			"no colon", `"bad.io":{"auth":"` + base64.StdEncoding.EncodeToString([]byte("hunter2")) + `"}`,
			"is not base64 of USER:PASSWORD",
		},
		{"a text", `"bad.io":"hunter2"`, "is not an object of strings"},
		{"a number in it", `"bad.io":{"username":"hunter2","password":5}`, "is not an object of strings"},
		{"a secret for a key", `"hunter2":{}`, ""},
		{"only helpers", `"x.io":{}},"credHelpers":{"bad.io":"hunter2"},"more":{`, ""},
		{"a list of helpers", `"x.io":{}},"credHelpers":["hunter2"],"more":{`, ""},
	} {
		store, err := Parse([]byte(`{"auths":{`+good+`,`+c.entry+`}}`), "here")
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if login, ok := store.Login("good.io", "app"); !ok || login.Username != "robot" || login.Place != "here" {
			t.Errorf("%s: %v, %v", c.name, login, ok)
		}
		login, ok := store.Login("bad.io", "app")
		if ok || !strings.Contains(login.Place, c.want) || strings.Contains(login.Place, "hunter2") {
			t.Errorf("%s: %v, %q", c.name, ok, login.Place)
		}
	}
}

func TestAnEntryBelowOneThatCannotBeUsedCounts(t *testing.T) {
	store, err := Parse([]byte(`{"auths":{"a.io/team":{},"a.io":{"username":"host","password":"p"},`+
		`"b.io":{"auth":"!","username":"k8s","password":"p"}}}`), "here")
	if err != nil {
		t.Fatal(err)
	}
	for _, host := range []string{"a.io", "b.io"} {
		if login, ok := store.Login(host, "team/app"); !ok || login.Password != "p" {
			t.Errorf("%s: %v, %v", host, login, ok)
		}
	}
}

// The same document gives the same logins wherever it is.
func TestAFileIsReadAsASecretIs(t *testing.T) {
	home := t.TempDir()
	getenv := func(name string) string {
		return map[string]string{"HOME": home, "DOCKER_CONFIG": filepath.Join(home, "docker")}[name]
	}
	files := Files(getenv)
	for i, text := range map[int]string{
		1: `{"auths":{"a.io":{},"b.io":{"username":"k8s","password":"p"}}}`,
		2: `{"auths":{"a.io":{"identitytoken":"t"},"b.io":{"auth":"eDp5"}},"credsStore":"desktop"}`,
	} {
		if err := errors.Join(os.MkdirAll(filepath.Dir(files[i]), 0o700),
			os.WriteFile(files[i], []byte(text), 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	store := FromFiles(append(files, home))
	if login, ok := store.Login("a.io", "x"); !ok || login.IdentityToken != "t" || login.Place != files[2] {
		t.Errorf("%v, %v", login, ok)
	}
	if login, ok := store.Login("b.io", "x"); !ok || login.Username != "k8s" || login.Place != files[1] {
		t.Errorf("%v, %v", login, ok)
	}
}

func TestKeysThatMeanTheSame(t *testing.T) {
	for range 20 { // the order of a map must not matter
		store, err := Parse(doc(
			"https://index.docker.io/v1/", "legacy:p", "docker.io", "plain:p", "index.docker.io", "alias:p",
			"https://ghcr.io/v2/", "second:p", "http://ghcr.io", "first:p",
			"https://quay.io/org/app", "url:p", "registry.example.com/v1", "namespace:p",
			"registry.example.com/v2/", "api:p",
		), "here")
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
		store, err := Parse(doc(entries...), "here")
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
