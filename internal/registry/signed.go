package registry

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"os"

	"github.com/opencontainers/go-digest"
	"go.podman.io/image/v5/docker"
	"go.podman.io/image/v5/types"

	"ecrmirror/internal/imagename"
)

// Identity returns the reference by which a signature policy knows a source: one of the transport
// "docker" for an image in any registry, with the canonical name, whichever way the image is
// reached, and that of its own transport for files. It has the name's tag, or, where the name has
// a digest, that alone.
func Identity(name imagename.Name) (types.ImageReference, error) {
	if name.Digest != "" {
		name.Tag = ""
	}
	switch name = name.Canonical(); name.Kind {
	case imagename.OCILayout, imagename.Directory:
		return (*Registries)(nil).reference(name)
	}
	named, err := name.Reference()
	if err != nil {
		return nil, err
	}
	return docker.NewReference(named)
}

// Signed opens an image for its signatures to be read, which the source itself need not be able to.
// An image in a registry is the one of that digest, and is read in go.podman.io/image's own way:
// its signatures are where the files in dir say, see containers-registries.d(5), for "" those in
// the usual places. It is asked with the same logins, in private ECR with one that AWS
// credentials give, and by plain HTTP only where the host may be reached so. The caller closes it.
func (r *Registries) Signed(ctx context.Context, name imagename.Name, d digest.Digest, dir string) (types.ImageSource, error) {
	switch name.Kind {
	case imagename.OCILayout, imagename.Directory:
		ref, err := r.reference(name)
		if err != nil {
			return nil, err
		}
		return ref.NewImageSource(ctx, r.system(ctx, name))
	}
	name.Tag, name.Digest = "", d
	named, err := name.Reference()
	if err != nil {
		return nil, err
	}
	ref, err := docker.NewReference(named)
	if err != nil {
		return nil, err
	}
	sys, err := r.signedSystem(ctx, name, dir)
	if err != nil {
		return nil, err
	}
	return ref.NewImageSource(ctx, sys)
}

// signedSystem returns the library's settings for reading signatures.
func (r *Registries) signedSystem(ctx context.Context, name imagename.Name, dir string) (*types.SystemContext, error) {
	insecure := r.isInsecure(name.Host)
	sys := &types.SystemContext{
		DockerRegistryUserAgent:     r.opts.UserAgent,
		DockerInsecureSkipTLSVerify: types.NewOptionalBool(insecure),
		DockerProxy:                 r.proxy,
		RegistriesDirPath:           dir,
		// The registry is the one that the name says, and no mirror.
		SystemRegistriesConfPath: os.DevNull, SystemRegistriesConfDirPath: os.DevNull + ".d",
	}
	login, err := r.signedLogin(ctx, name)
	sys.DockerAuthConfig = &login
	return sys, err
}

func (r *Registries) signedLogin(ctx context.Context, name imagename.Name) (types.DockerAuthConfig, error) {
	if name.Kind == imagename.ECR {
		login, err := r.ecr.Login(ctx, name.ECR)
		if err != nil {
			return login, fmt.Errorf("login to %s: %w", name.Host, err)
		}
		return login, nil
	}
	login, err := r.resolveLogin(ctx, name)
	return login.DockerAuthConfig, err
}

// proxy returns the proxy of the environment for a request. It is asked before each, and refuses
// those by plain HTTP to hosts that have to be reached by TLS: token servers, places that are
// redirected to.
func (r *Registries) proxy(to *url.URL) (*url.URL, error) {
	if to.Scheme != "https" && !r.isInsecure(to.Host) {
		return nil, fmt.Errorf("%s is to be reached by plain HTTP, and is not an insecure registry", to.Host)
	}
	return http.ProxyFromEnvironment(&http.Request{URL: to})
}
