package images

import (
	"context"

	"go.podman.io/image/v5/pkg/docker/config"
	"go.podman.io/image/v5/types"

	"ecrmirror/internal/credentials"
	"ecrmirror/internal/imagename"
	"ecrmirror/internal/registryclient"
)

// resolveLogin returns the login for a repository, or for a namespace by its path: what was given, or else what the
// user's auth files and credential helpers say. Where those can't be read the login is anonymous, for which most images
// are there, and says why.
func (r *Client) resolveLogin(ctx context.Context, name imagename.Name) (registryclient.Login, error) {
	if login, known := r.givenLogin(ctx, name); known {
		return login, nil
	}
	key := name.Host
	if name.Repository != "" { // without one it is all of the registry
		key += "/" + name.Repository
	}
	login, err := config.GetCredentials(nil, key)
	if err == nil && login != (types.DockerAuthConfig{}) {
		return registryclient.Login{DockerAuthConfig: login, Place: r.placeOf(name, login)}, nil
	}
	// What that passes over may be a login all the same, as in a secret: Kubernetes' have no "auth".
	read, _ := credentials.FromFiles(r.opts.LoginFiles).Login(name.Host, name.Repository)
	if err != nil && read.Place == "" {
		read.Place = "in the user's auth files: " + err.Error()
	}
	return registryclient.Login{DockerAuthConfig: read.DockerAuthConfig, Place: read.Place}, nil
}

// placeOf returns where a login of the user is kept.
func (r *Client) placeOf(name imagename.Name, login types.DockerAuthConfig) string {
	read, ok := credentials.FromFiles(r.opts.LoginFiles).Login(name.Host, name.Repository)
	if ok && read.DockerAuthConfig == login {
		return read.Place
	}
	return "the user's credential helper or auth files"
}
