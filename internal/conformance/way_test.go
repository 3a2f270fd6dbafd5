package conformance

import (
	"context"
	"strings"
	"testing"

	"go.podman.io/image/v5/copy"
	"go.podman.io/image/v5/docker"
	"go.podman.io/image/v5/oci/layout"
	"go.podman.io/image/v5/signature"
	"go.podman.io/image/v5/types"

	"ecrmirror/internal/ecr"
	"ecrmirror/internal/ecrtransport"
	"ecrmirror/internal/imagename"
	"ecrmirror/internal/images"
	"ecrmirror/internal/mirror"
	"ecrmirror/internal/transient"
)

// A way is a way to copy an image from one name to another.
type way struct {
	name string
	copy func(ctx context.Context, from, to string) error
}

// ways returns the ways to copy in this place.
func (p *place) ways(t *testing.T) []way {
	library := &library{
		ecr:   ecrtransport.New(ecr.New(ecr.Options{API: ecr.NewAPIs(p.aws)})),
		cache: t.TempDir(),
	}
	return []way{p.engine(), {"library", library.copy}}
}

// engine copies as the mirror program does.
func (p *place) engine() way {
	copier := mirror.New(images.New(images.Options{AWS: p.aws}), mirror.Options{Transient: transient.Is})
	return way{"engine", func(ctx context.Context, from, to string) error {
		source, err := imagename.ParseImage(from)
		if err != nil {
			return err
		}
		destination, err := imagename.ParseImage(to)
		if err != nil {
			return err
		}
		return copier.CopyImage(ctx, source, destination).Err()
	}}
}

// A library copies by copy.Image, all instances and with their digests.
type library struct {
	ecr   *ecrtransport.Transport
	cache string // a directory
}

func (l *library) copy(ctx context.Context, from, to string) error {
	source, err := l.reference(from)
	if err != nil {
		return err
	}
	destination, err := l.reference(to)
	if err != nil {
		return err
	}
	policy, err := signature.NewPolicyContext(&signature.Policy{
		Default: []signature.PolicyRequirement{signature.NewPRInsecureAcceptAnything()},
	})
	if err != nil {
		return err
	}
	defer func() { _ = policy.Destroy() }()
	sys := &types.SystemContext{
		DockerInsecureSkipTLSVerify: types.OptionalBoolTrue, OCIAcceptUncompressedLayers: true,
		BlobInfoCacheDir: l.cache,
	}
	_, err = copy.Image(ctx, policy, destination, source, &copy.Options{
		PreserveDigests: true, ImageListSelection: copy.CopyAllImages, SourceCtx: sys, DestinationCtx: sys,
	})
	return err
}

func (l *library) reference(image string) (types.ImageReference, error) {
	if path, ok := strings.CutPrefix(image, "oci:"); ok {
		return layout.ParseReference(path)
	}
	name, err := imagename.ParseImage(image)
	if err != nil {
		return nil, err
	}
	if name.Kind == imagename.ECR {
		return l.ecr.NewReference(name)
	}
	return docker.ParseReference("//" + image)
}
