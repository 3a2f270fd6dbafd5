// Package credentials holds logins to container registries, in memory only.
//
// A document is a containers-auth.json, as podman, skopeo and docker keep it:
// {"auths": {"HOST[/NAMESPACE...]": {"auth": base64("USER:PASSWORD")}}}. The entry
// with the longest matching key wins. No error of this package quotes a document.
package credentials

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"go.podman.io/image/v5/types"
)

// ParameterAPI is the call to AWS Systems Manager that this package makes.
type ParameterAPI interface {
	GetParameter(context.Context, *ssm.GetParameterInput, ...func(*ssm.Options)) (*ssm.GetParameterOutput, error)
}

// A Store holds logins. The nil Store and the zero Store hold none.
type Store struct {
	logins map[string]types.DockerAuthConfig // by HOST[/NAMESPACE...]
}

// FromParameter reads a document from the SSM parameter with the given name or ARN,
// decrypting it if it is a SecureString.
func FromParameter(ctx context.Context, api ParameterAPI, name string) (*Store, error) {
	out, err := api.GetParameter(ctx, &ssm.GetParameterInput{Name: aws.String(name), WithDecryption: aws.Bool(true)})
	if err != nil {
		return nil, fmt.Errorf("reading registry logins from SSM parameter %q: %w", name, err)
	}
	if out.Parameter == nil {
		return nil, fmt.Errorf("reading registry logins from SSM parameter %q: empty answer", name)
	}
	store, err := Parse([]byte(aws.ToString(out.Parameter.Value)))
	if err != nil {
		return nil, fmt.Errorf("registry logins in SSM parameter %q: %w", name, err)
	}
	return store, nil
}

type document struct {
	Auths map[string]struct {
		Auth          string `json:"auth"`
		IdentityToken string `json:"identitytoken"`
	} `json:"auths"`
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
	store := &Store{logins: map[string]types.DockerAuthConfig{}}
	for key, entry := range d.Auths {
		decoded, err := base64.StdEncoding.DecodeString(entry.Auth)
		user, password, ok := strings.Cut(strings.TrimRight(string(decoded), "\x00"), ":")
		if err != nil || (!ok && entry.IdentityToken == "") {
			return nil, fmt.Errorf("the auth of %q is not base64 of USER:PASSWORD", key)
		}
		store.logins[normalize(key)] = types.DockerAuthConfig{
			Username: user, Password: password, IdentityToken: entry.IdentityToken,
		}
	}
	return store, nil
}

// normalize turns the key of a document into HOST[/NAMESPACE...]: docker writes
// URLs, and has three names for Docker Hub.
func normalize(key string) string {
	key = strings.TrimPrefix(strings.TrimPrefix(key, "https://"), "http://")
	key = strings.TrimSuffix(key, "/")
	host, rest, _ := strings.Cut(key, "/")
	if rest == "v1" || rest == "v2" {
		key = host
	}
	switch host {
	case "index.docker.io", "registry-1.docker.io":
		return "docker.io" + strings.TrimPrefix(key, host)
	}
	return key
}

// Login returns the login for a repository: that of the longest key which is the
// repository, a namespace above it, or its host.
func (s *Store) Login(host, repository string) (login types.DockerAuthConfig, ok bool) {
	if s == nil {
		return types.DockerAuthConfig{}, false
	}
	for key := host + "/" + repository; ; {
		if login, ok = s.logins[key]; ok {
			return login, true
		}
		cut := strings.LastIndexByte(key, '/')
		if cut < 0 {
			return types.DockerAuthConfig{}, false
		}
		key = key[:cut]
	}
}
