package ecr

import (
	"context"
	"errors"

	"github.com/opencontainers/go-digest"

	"ecrmirror/localstack/store"
)

type availabilityInput struct {
	target
	Digests []string `json:"layerDigests"`
}

type availabilityOutput struct {
	Layers   []layerOutput  `json:"layers"`
	Failures []layerFailure `json:"failures"`
}

type layerOutput struct {
	Digest       digest.Digest `json:"layerDigest"`
	Availability string        `json:"layerAvailability"`
	Size         int64         `json:"layerSize"`
	MediaType    string        `json:"mediaType,omitempty"` // unknown until an image refers to the layer
}

type layerFailure struct {
	Digest string `json:"layerDigest"`
	Code   string `json:"failureCode"`
	Reason string `json:"failureReason"`
}

func (r *Registry) batchCheckLayerAvailability(
	ctx context.Context, c call, in availabilityInput,
) (out availabilityOutput, err error) {
	id, err := in.resolve(c)
	if err != nil {
		return out, err
	}
	if err := length("layerDigests", len(in.Digests), 1, maxBatch); err != nil {
		return out, err
	}
	if err := r.exists(id); err != nil {
		return out, err
	}
	out = availabilityOutput{Layers: []layerOutput{}, Failures: []layerFailure{}}
	for _, d := range in.Digests {
		switch {
		case d == "":
			out.Failures = append(out.Failures, layerFailure{
				Code: "MissingLayerDigest", Reason: "Layer digest is missing",
			})
			continue
		case !contentDigest.MatchString(d):
			out.Failures = append(out.Failures, layerFailure{
				Digest: d, Code: "InvalidLayerDigest", Reason: "Layer digest is invalid",
			})
			continue
		}
		layer, err := r.availability(ctx, id, digest.Digest(d))
		if err != nil {
			return out, err
		}
		out.Layers = append(out.Layers, layer)
	}
	return out, nil
}

func (r *Registry) availability(ctx context.Context, id repositoryID, d digest.Digest) (layerOutput, error) {
	blob, err := r.store.Stat(ctx, id.storage(), d)
	if errors.Is(err, store.ErrNotFound) {
		return layerOutput{Digest: d, Availability: "UNAVAILABLE"}, nil
	}
	mediaType, _ := r.use(id, d)
	availability := "AVAILABLE"
	if r.inArchive(id, d) {
		availability = archived
	}
	return layerOutput{Digest: d, Availability: availability, Size: blob.Size, MediaType: mediaType}, err
}

// use returns the type as which images of the repository refer to a layer, and
// whether any does.
func (r *Registry) use(id repositoryID, d digest.Digest) (mediaType string, used bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	repo := r.repositories[id]
	if repo == nil || repo.layers[d] == nil {
		return "", false
	}
	return repo.layers[d].mediaType, true
}

type downloadURLInput struct {
	target
	Digest *string `json:"layerDigest"`
}

type downloadURLOutput struct {
	URL    string        `json:"downloadUrl"`
	Digest digest.Digest `json:"layerDigest"`
}

// getDownloadURLForLayer gives URLs for layers and configs of pushed images only.
func (r *Registry) getDownloadURLForLayer(
	ctx context.Context, c call, in downloadURLInput,
) (out downloadURLOutput, err error) {
	id, err := in.resolve(c)
	if err != nil {
		return out, err
	}
	d, err := layerDigest("layerDigest", in.Digest)
	if err != nil {
		return out, err
	}
	if err := r.exists(id); err != nil {
		return out, err
	}
	_, err = r.store.Stat(ctx, id.storage(), d)
	if errors.Is(err, store.ErrNotFound) {
		return out, refuse("LayersNotFoundException", "The layer with digest '%s' was not found in %s", d, where(id))
	}
	if err != nil {
		return out, err
	}
	if _, used := r.use(id, d); !used {
		return out, refuse("LayerInaccessibleException", "The layer with digest '%s' is not part of an image in %s", d,
			where(id))
	}
	if r.inArchive(id, d) {
		return out, refuse("LayerInaccessibleException", "The layer with digest '%s' is archived in %s", d, where(id))
	}
	return downloadURLOutput{URL: r.presign(c, blobID(id, d)), Digest: d}, nil
}
