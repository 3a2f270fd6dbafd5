package credentials

import (
	"encoding/json"
	"maps"
	"strconv"
	"strings"
	"testing"
)

// checkError fails the test if an error of this package might show a terminal, or a log, what it read.
func checkError(t *testing.T, err error, secrets ...string) {
	t.Helper()
	if len(err.Error()) > 400 || strings.ContainsFunc(err.Error(), func(r rune) bool { return !strconv.IsPrint(r) }) {
		t.Errorf("error %q", err)
	}
	for _, secret := range secrets {
		if len(secret) > 6 && strings.Contains(err.Error(), secret) {
			t.Errorf("the error quotes %q: %v", secret, err)
		}
	}
}

// FuzzParse reads documents: what it takes, it takes as a secret, too, and every login has a place
// at which it is found.
func FuzzParse(f *testing.F) {
	f.Add(doc("registry.example.com/team", "user:password", "https://index.docker.io/v1/", "hub:p"))
	for _, seed := range []string{
		`{"auths":{"a":{}}}`, `{"auths":{"a.io":{"identitytoken":"t"}}}`, `{"auths":{"":{"username":"u"}}}`,
		`{"auths":null}`,
		`{"auths":{"a.io/x/":{"auth":"dTpwAAA="}},"AUTHS":{}}`,
		`{"auths":{"http:///":{"password":"x"}},"registry":"x"}`, `[]`, `null`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		store, err := Parse(raw, "here")
		if err != nil {
			checkError(t, err)
			return
		}
		for key, login := range store.logins {
			if !registryName.MatchString(key) {
				continue // no image has such a name
			}
			host, repository, _ := strings.Cut(key, "/")
			// A repository below the key, unless another key is nearer to it.
			if got, ok := store.Login(host, strings.TrimPrefix(repository+"/~", "/")); !ok || got != login {
				if _, nearer := store.logins[strings.TrimSuffix(key, "/")+"/~"]; !nearer {
					t.Errorf("the login for %q is not found", key)
				}
			}
		}
		same, err := parseSecret(raw, "", "here")
		if err != nil || !maps.Equal(same.logins, store.logins) {
			t.Errorf("as a secret: %v, %v", same, err)
		}
	})
}

// FuzzSecret makes secrets of each form from their parts, none of which gets into an error.
func FuzzSecret(f *testing.F) {
	f.Add("ghcr.io", "user", "password", "", "ghcr.io", "")
	f.Add("", "user", "", "", "docker.io/library", "access-token")
	f.Add("a.io", "", "", "identity", "", "")
	f.Add("", "u", "p", "", "not a registry", "")
	f.Add("", "u", "p", "", "https://GHCR.IO/v1/", "")
	f.Fuzz(func(t *testing.T, given, user, password, identity, registry, access string) {
		if given != "" && !registryName.MatchString(normalize(given)) || len(given) > 200 {
			return // it is an ID then, or somebody's own fault
		}
		raw, err := json.Marshal(map[string]string{
			"username": user, "password": password, "identitytoken": identity, "registry": registry,
			"accessToken": access,
		})
		if err != nil {
			t.Fatal(err)
		}
		store, err := parseSecret(raw, given, "here")
		if err != nil {
			if !strings.Contains(given, password) && !strings.Contains(given, access) &&
				!strings.Contains(given, identity) {
				checkError(t, err, password, access, identity)
			}
			return
		}
		if len(store.logins) != 1 {
			t.Fatalf("%d logins", len(store.logins))
		}
		for key := range store.logins {
			if !registryName.MatchString(key) {
				t.Errorf("a login for %q", key)
			}
		}
	})
}

// FuzzSecretID checks that nothing gets lost between REGISTRY=ID's parts.
func FuzzSecretID(f *testing.F) {
	for _, seed := range []string{
		"ghcr.io=x", "a=b", "arn:aws:secretsmanager:eu-west-1:1:secret:a=b", "localhost=x=y",
		"https://a.io/=x",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, given string) {
		registry, id := splitID(given)
		if registry != "" && registry+"="+id != given || registry == "" && id != given {
			t.Errorf("%q: %q, %q", given, registry, id)
		}
	})
}
