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

type document struct {
	Auths map[string]auth `json:"auths"`
}

// auth is a login in a document. Kubernetes writes user and password beside auth, or
// instead of it.
type auth struct {
	Auth          string `json:"auth"`
	Username      string `json:"username"`
	Password      string `json:"password"`
	IdentityToken string `json:"identitytoken"`
}

// Parse parses a document. `{"auths": {}}` is the document that holds no login.
func Parse(doc []byte) (*Store, error) {
	var d document
	if err := json.Unmarshal(doc, &d); err != nil {
		// The decoder's message may quote what it read.
		return nil, errors.New(`not a containers-auth.json document: invalid JSON`)
	}
	if d.Auths == nil {
		return nil, errors.New(`not a containers-auth.json document: it has no "auths"`)
	}
	return d.store()
}

// store returns the document's logins. Where several keys mean the same registry, the
// one in its plain form counts, or else the first of them.
func (d document) store() (*Store, error) {
	logins := map[string]types.DockerAuthConfig{}
	for _, key := range slices.Sorted(maps.Keys(d.Auths)) {
		login, err := d.Auths[key].login()
		if err != nil {
			return nil, fmt.Errorf("the login for %s %w", printable(key), err)
		}
		canonical := normalize(key)
		if _, taken := logins[canonical]; !taken || key == canonical {
			logins[canonical] = login
		}
	}
	return &Store{logins: logins}, nil
}

// login's error goes on after the name of the login.
func (a auth) login() (types.DockerAuthConfig, error) {
	login := types.DockerAuthConfig{Username: a.Username, Password: a.Password, IdentityToken: a.IdentityToken}
	if a.Auth != "" {
		decoded, err := base64.StdEncoding.DecodeString(a.Auth)
		user, password, ok := strings.Cut(strings.TrimRight(string(decoded), "\x00"), ":")
		if err != nil || !ok {
			return types.DockerAuthConfig{}, errors.New("is not base64 of USER:PASSWORD")
		}
		login.Username, login.Password = user, password
	}
	if login == (types.DockerAuthConfig{}) {
		// Docker writes {} where a credential helper keeps the login.
		return types.DockerAuthConfig{}, errors.New("has neither user and password nor an identity token")
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
