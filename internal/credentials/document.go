package credentials

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"go.podman.io/image/v5/types"
)

// A document is what of a containers-auth.json, or of Docker's config.json, is read here. Credential
// helpers are programs, which are not here.
type document struct {
	Auths       map[string]json.RawMessage `json:"auths"`
	CredHelpers json.RawMessage            `json:"credHelpers"`
	CredsStore  json.RawMessage            `json:"credsStore"`
}

// isEmpty reports whether there is nothing that makes it a document.
func (d document) isEmpty() bool {
	return d.Auths == nil && d.CredHelpers == nil && d.CredsStore == nil
}

// auth is a login in a document. Kubernetes writes user and password beside auth, or
// instead of it.
type auth struct {
	Auth          string `json:"auth"`
	Username      string `json:"username"`
	Password      string `json:"password"`
	IdentityToken string `json:"identitytoken"`
}

// Parse parses a document, which is kept at a place that errors about its logins name.
// `{"auths": {}}` is the document that holds no login.
func Parse(doc []byte, place string) (*Store, error) {
	var d document
	if err := json.Unmarshal(doc, &d); err != nil {
		// The decoder's message may quote what it read.
		return nil, errors.New(`not a containers-auth.json document: invalid JSON`)
	}
	if d.isEmpty() {
		return nil, errors.New(`not a containers-auth.json document: it has no "auths"`)
	}
	return d.store(place), nil
}

// store returns the document's logins. Where several keys mean the same registry, the
// one in its plain form counts, or else the first of them.
func (d document) store(place string) *Store {
	s := newStore()
	for _, key := range slices.Sorted(maps.Keys(d.Auths)) {
		canonical := normalize(key)
		login, err := parseEntry(d.Auths[key])
		if err != nil {
			s.unusable[canonical] = fmt.Sprintf("the entry for %s in %s %v", printable(key), place, err)
			continue
		}
		if _, taken := s.logins[canonical]; !taken || key == canonical {
			s.logins[canonical] = Login{login, place}
		}
	}
	return s
}

func parseEntry(entry json.RawMessage) (types.DockerAuthConfig, error) {
	var a auth
	if json.Unmarshal(entry, &a) != nil {
		return types.DockerAuthConfig{}, errors.New("is not an object of strings")
	}
	return a.login()
}

// login's error goes on after the name of the login.
func (a auth) login() (types.DockerAuthConfig, error) {
	login := types.DockerAuthConfig{Username: a.Username, Password: a.Password, IdentityToken: a.IdentityToken}
	if a.Auth != "" {
		decoded, err := base64.StdEncoding.DecodeString(a.Auth)
		user, password, ok := strings.Cut(strings.TrimRight(string(decoded), "\x00"), ":")
		switch {
		case err == nil && ok:
			login.Username, login.Password = user, password
		case login == types.DockerAuthConfig{}:
			return login, errors.New("is not base64 of USER:PASSWORD")
		}
	}
	if login == (types.DockerAuthConfig{}) {
		// Docker writes {} where a credential helper keeps the login.
		return login, errors.New("has neither user and password nor an identity token")
	}
	return login, nil
}

// normalize turns the key of a document into HOST[/NAMESPACE...]. Docker has written
// URLs, which are the whole host's whatever follows, and has three names for Docker Hub. Hosts and
// schemes are the same in capitals.
func normalize(key string) string {
	name, isURL := cutScheme(key)
	host, rest, namespace := strings.Cut(name, "/")
	if isURL || rest == "" || rest == "v1/" || rest == "v2/" {
		namespace = false
	}
	if !namespace {
		return canonicalHost(host)
	}
	return canonicalHost(host) + "/" + strings.TrimSuffix(rest, "/")
}

func cutScheme(key string) (name string, isURL bool) {
	for _, scheme := range []string{"https://", "http://"} {
		if len(key) >= len(scheme) && strings.EqualFold(key[:len(scheme)], scheme) {
			return key[len(scheme):], true
		}
	}
	return key, false
}

func canonicalHost(host string) string {
	switch host = strings.ToLower(host); host {
	case "index.docker.io", "registry-1.docker.io":
		return "docker.io"
	}
	return host
}

// registryName is HOST[/NAMESPACE...] whose host can't be taken for something else, a
// token say: it has a dot or a port, or is localhost.
var registryName = regexp.MustCompile(`^(localhost|[a-z0-9-]+(\.[a-z0-9-]+)+|[a-z0-9.-]+:[0-9]{1,5})(/[a-z0-9._-]+)*$`)

// printable returns a key for an error, if it is plainly no secret.
func printable(key string) string {
	if name := normalize(key); registryName.MatchString(name) {
		return fmt.Sprintf("%q", name)
	}
	return "a key that is not HOST[/NAMESPACE...]"
}
