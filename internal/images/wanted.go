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
	look := func(of reading) func(visit.Task) *visit.Task {
		return func(t visit.Task) *visit.Task {
			if i := t.Images[0]; ask(i) {
				d, err := r.lookUpWanted(ctx, names[i], filters[i], of)
				found(i, d, err)
			}
			return nil
		}
	}
	at := map[string]*visit.Visit{}
	var visits []*visit.Visit
	for i, name := range names {
		v := at[name.Host]
		if v == nil {
			v = &visit.Visit{Most: perWanted, Enter: func() (func(visit.Task) *visit.Task, func()) {
				of, leave := r.reading(name)
				return look(of), leave
			}}
			at[name.Host], visits = v, append(visits, v)
		}
		v.Tasks = append(v.Tasks, visit.Task{Images: []int{i}})
	}
	visit.Serve(wantedAtOnce, visits)
}

// lookUpWanted looks up what a destination should hold of one image.
func (r *Client) lookUpWanted(
	ctx context.Context, name imagename.Name, filter platforms.Filter, of reading,
) (digest.Digest, error) {
	ctx, cancel := context.WithTimeout(ctx, wantedTimeout)
	defer cancel()
	raw, given, from, err := of(ctx, name)
	switch {
	case errors.Is(err, ecr.ErrImageNotFound), errors.Is(err, registryclient.ErrNotFound):
		return "", nil
	case err != nil:
		return "", err
	}
	image, err := wantedOf(ctx, name, filter, raw, given, from)
	return image.Root.Digest, err
}

// A reading reads the root manifest of an image that is named by its digest, and tells where its blobs are.
type reading func(ctx context.Context, name imagename.Name) (raw []byte, given string, from wanted.Blobs, err error)

// reading returns how images are read in the registry of one of them, and what ends that.
func (r *Client) reading(name imagename.Name) (_ reading, leave func()) {
	if name.Kind != imagename.Registry && name.Kind != imagename.ECRPublic {
		return func(ctx context.Context, name imagename.Name) ([]byte, string, wanted.Blobs, error) {
			source, err := r.Source(ctx, name)
			if err != nil {
				return nil, "", nil, err
			}
			raw, given, err := source.Manifest(ctx, "")
			return raw, given, source, err
		}, func() {}
	}
	host, leave, err := r.hosts.Use(name.Host, r.newHost(name))
	if err != nil {
		leave = func() {}
	}
	return func(ctx context.Context, name imagename.Name) ([]byte, string, wanted.Blobs, error) {
		if err != nil {
			return nil, "", nil, err
		}
		repository := host.Repository(name.Repository)
		raw, given, err := repository.ManifestInTurn(ctx, name.Digest.String())
		return raw, given, registrySource{name, repository}, err
	}, leave
}
