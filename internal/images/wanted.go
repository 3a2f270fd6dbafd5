package images

import (
	"context"
	"errors"
	"time"

	"github.com/opencontainers/go-digest"

	"ecrmirror/internal/ecr"
	"ecrmirror/internal/imagename"
	"ecrmirror/internal/images/visit"
	"ecrmirror/internal/platforms"
	"ecrmirror/internal/registryclient"
	"ecrmirror/internal/wanted"
)

// Wanted returns what a destination should hold of an image of which some platforms are asked for. It reads the root
// manifest, which some registries count as a pull, and of an image that is no index the configuration. Where the name
// has both a tag and a digest, the digest counts, and is verified. Errors are those of the registry, and as of
// [wanted.Of].
func (r *Client) Wanted(
	ctx context.Context, name imagename.Name, filter platforms.Filter,
) (image wanted.Image, err error) {
	source, err := r.Source(ctx, name)
	if err != nil {
		return wanted.Image{}, err
	}
	defer func() { err = errors.Join(err, source.Close()) }()
	raw, given, err := source.Manifest(ctx, "")
	if err != nil {
		return wanted.Image{}, err
	}
	return wantedOf(ctx, name, filter, raw, given, source)
}

func wantedOf(
	ctx context.Context, name imagename.Name, filter platforms.Filter, raw []byte, given string, from wanted.Blobs,
) (wanted.Image, error) {
	root, err := wanted.Root(raw, given, name.Digest)
	if err != nil {
		return wanted.Image{}, err
	}
	return wanted.Of(ctx, root, filter, 0, from)
}

const (
	// wantedAtOnce is how many indexes are looked at at a time, each of up to 4 MiB and with some times as much about
	// its instances; perWanted how many of these are in one registry.
	wantedAtOnce = 8
	perWanted    = 4
	// wantedTimeout is how long one may take.
	wantedTimeout = time.Minute
)

// LookUpWanted looks up what destinations should hold of many images, each named by its digest, of which these
// platforms are asked for, and calls ask and found as [Client.LookUp] does. What found gets is the digest; "" if the
// image does not exist. Errors are as of [Client.Wanted] and [Client.LookUp].
//
// Registries are asked at the rate that their answers allow, 8 at a time, each for 4 images.
func (r *Client) LookUpWanted(
	ctx context.Context, names []imagename.Name, filters []platforms.Filter,
	ask func(i int) bool, found func(i int, d digest.Digest, err error),
) {
	all := func(imagename.Name) bool { return true }
	visit.Serve(wantedAtOnce, r.visits(names, all, perWanted, func(
		host *registryclient.Registry, err error,
	) func(visit.Task) *visit.Task {
		return func(t visit.Task) *visit.Task {
			i := t.Images[0]
			switch {
			case !ask(i):
			case err != nil:
				found(i, "", err)
			default:
				d, err := r.lookUpWanted(ctx, host, names[i], filters[i])
				found(i, d, err)
			}
			return nil
		}
	}))
}

// lookUpWanted looks up what a destination should hold of one image, in its registry, or by its name where that is nil.
func (r *Client) lookUpWanted(
	ctx context.Context, host *registryclient.Registry, name imagename.Name, filter platforms.Filter,
) (_ digest.Digest, err error) {
	ctx, cancel := context.WithTimeout(ctx, wantedTimeout)
	defer cancel()
	var raw []byte
	var given string
	var from wanted.Blobs
	if host != nil {
		repository := host.Repository(name.Repository)
		from = registrySource{name, repository}
		raw, given, err = repository.ManifestInTurn(ctx, name.Digest.String())
	} else {
		source, openErr := r.Source(ctx, name)
		if openErr != nil {
			return "", openErr
		}
		defer func() { err = errors.Join(err, source.Close()) }()
		from = source
		raw, given, err = source.Manifest(ctx, "")
	}
	switch {
	case errors.Is(err, ecr.ErrImageNotFound), errors.Is(err, registryclient.ErrNotFound):
		return "", nil
	case err != nil:
		return "", err
	}
	image, err := wantedOf(ctx, name, filter, raw, given, from)
	return image.Root.Digest, err
}
