package images

import (
	"context"
	"fmt"
	"net/url"

	"github.com/opencontainers/go-digest"
	"go.podman.io/image/v5/docker"
	"go.podman.io/image/v5/types"

	"ecrmirror/internal/imagename"
	"ecrmirror/internal/images/disk"
	"ecrmirror/internal/images/signatures"
	"ecrmirror/internal/registryclient"
)

// Identity returns the reference by which a signature policy knows a source: one of the transport
// "docker" for an image in any registry, with the canonical name, whichever way the image is
// reached, and that of its own transport for files. It has the name's tag, or, where the name has
// a digest, that alone.
func Identity(name imagename.Name) (types.ImageReference, error) {
	if name.Digest != "" {
		name.Tag = ""
	}
	if name = name.Canonical(); name.IsOnDisk() {
		return disk.Reference(name)
	}
	named, err := name.Reference()
	if err != nil {
		return nil, err
	}
	return docker.NewReference(named)
}

// Signed opens an image whose root manifest has that digest for its signatures to be read, by the client
// that reads the image itself. Those of an image in a registry are where the files in dir say, see
// containers-registries.d(5), for "" those in the usual places; where there are none, as
// sigstore's tools attach them. The caller closes it.
func (r *Client) Signed(
	ctx context.Context, name imagename.Name, root digest.Digest, dir string,
) (*signatures.Image, error) {
	if name.IsOnDisk() {
		src, err := disk.Open(ctx, name)
		if err != nil {
			return nil, err
		}
		return signatures.OnDisk(src, root), nil
	}
	name.Tag, name.Digest = "", root
	from := signatures.Repository{Name: name, Dir: dir, Source: r.Source, Lookaside: r.lookaside}
	if name.Kind != imagename.ECR {
		host, err := r.host(name)
		if err != nil {
			return nil, err
		}
		from.Registry = host
	}
	return from.Open(ctx)
}

// lookaside returns the client for a host that keeps signatures, which the user's files name: with a login
// only where the URL has one.
func (r *Client) lookaside(at *url.URL) (*registryclient.Registry, error) {
	insecure := r.isInsecure(at.Host)
	if at.Scheme == "http" && !insecure {
		return nil, fmt.Errorf("signatures: %s is to be reached by plain HTTP, and is not an insecure registry",
			at.Host)
	}
	opts := registryclient.Options{
		Host: at.Host, Insecure: insecure, Network: r.opts.Network, UserAgent: r.opts.UserAgent,
		Shared: r.shared, Budget: r.opts.Budget, Chunks: r.opts.Chunks,
	}
	if at.User != nil {
		password, _ := at.User.Password()
		login := registryclient.Login{
			DockerAuthConfig: types.DockerAuthConfig{Username: at.User.Username(), Password: password},
			Place:            "registries.d",
		}
		opts.Login = func(context.Context, string) (registryclient.Login, error) { return login, nil }
	}
	return registryclient.New(opts)
}
