package images

import (
	"context"

	"ecrmirror/internal/imagename"
	"ecrmirror/internal/registryclient"
)

// repository returns the repository of a name of kind Registry or ECRPublic.
func (r *Client) repository(name imagename.Name) (*registryclient.Repository, error) {
	host, err := r.host(name)
	if err != nil {
		return nil, err
	}
	return host.Repository(name.Repository), nil
}

// host returns the one client for a registry, which stays.
func (r *Client) host(name imagename.Name) (*registryclient.Registry, error) {
	return r.hosts.Keep(name.Host, r.newHost(name))
}

// newHost returns what makes a client for a registry.
func (r *Client) newHost(name imagename.Name) func() (*registryclient.Registry, error) {
	return func() (*registryclient.Registry, error) {
		return registryclient.New(registryclient.Options{
			Host: name.Host, Insecure: r.isInsecure(name.Host), Network: r.opts.Network, UserAgent: r.opts.UserAgent,
			Login: func(ctx context.Context, repository string) (registryclient.Login, error) {
				return r.resolveLogin(ctx, imagename.Name{Kind: name.Kind, Host: name.Host, Repository: repository})
			},
			Shared: r.shared, Budget: r.opts.Budget, Chunks: r.opts.Chunks,
		})
	}
}

// tagOrDigest returns what the image is called within its repository; the digest decides.
func tagOrDigest(name imagename.Name) string {
	switch {
	case name.Digest != "":
		return name.Digest.String()
	case name.Tag == "":
		return "latest"
	}
	return name.Tag
}
