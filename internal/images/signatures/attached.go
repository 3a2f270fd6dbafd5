package signatures

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/opencontainers/go-digest"
	imgspecv1 "github.com/opencontainers/image-spec/specs-go/v1"

	"ecrmirror/internal/ecr"
	"ecrmirror/internal/imagename"
	"ecrmirror/internal/mirror/content"
	"ecrmirror/internal/mirror/port"
	"ecrmirror/internal/registryclient"
)

// sigstoreType is the media type of a signature among what sigstore's tools attach
// (https://github.com/sigstore/cosign/blob/main/specs/SIGNATURE_SPEC.md).
const sigstoreType = "application/vnd.dev.cosign.simplesigning.v1+json"

// attached reads what sigstore's tools attach to the manifests of a repository.
type attached struct {
	source func(context.Context, imagename.Name) (port.Source, error)
	name   imagename.Name
}

// of returns what is attached to a manifest: the layers of an image in the same repository, whose tag is made
// of the digest.
func (a attached) of(ctx context.Context, d digest.Digest) ([]signature, error) {
	if err := d.Validate(); err != nil {
		return nil, err
	}
	name := a.name
	name.Tag, name.Digest = d.Algorithm().String()+"-"+d.Encoded()+".sig", ""
	src, err := a.source(ctx, name)
	if err != nil {
		return nil, err
	}
	defer src.Close()
	content, mediaType, err := src.Manifest(ctx, "")
	switch {
	case errors.Is(err, registryclient.ErrNotFound), errors.Is(err, ecr.ErrImageNotFound):
		return nil, nil
	case err != nil:
		return nil, fmt.Errorf("signatures at tag %s: %w", name.Tag, err)
	case mediaType != imgspecv1.MediaTypeImageManifest:
		return nil, fmt.Errorf(
			"signatures at tag %s: media type %q instead of %s",
			name.Tag,
			mediaType,
			imgspecv1.MediaTypeImageManifest,
		)
	}
	if len(content) > maxSignatureBytes { // of signatures and certificates, which are in its annotations
		return nil, fmt.Errorf(
			"signatures at tag %s: a manifest of %d bytes, more than %d",
			name.Tag,
			len(content),
			maxSignatureBytes,
		)
	}
	list, err := readAttachments(ctx, src, content)
	if err != nil {
		return nil, fmt.Errorf("signatures at tag %s: %w", name.Tag, err)
	}
	return list, nil
}

func readAttachments(ctx context.Context, src port.Source, content []byte) (list []signature, err error) {
	var manifest struct {
		Layers attachments `json:"layers"`
	}
	if err := json.Unmarshal(content, &manifest); err != nil {
		return nil, err
	}
	left := int64(maxSignatureBytes)
	for _, a := range manifest.Layers {
		var payload []byte
		if a.MediaType == sigstoreType { // of others, it only counts that they are there
			if payload, err = a.read(ctx, src, min(left, maxSignature)); err != nil {
				return nil, fmt.Errorf("blob %s: %w", a.Digest, err)
			}
			left -= int64(len(payload))
		}
		blob, err := a.marshal(payload)
		if err != nil {
			return nil, err
		}
		list = append(list, signature{"blob " + a.Digest.String(), blob})
	}
	return list, nil
}

// An attachment is a layer of such an image.
type attachment struct {
	MediaType   string        `json:"mediaType"`
	Digest      digest.Digest `json:"digest"`
	Size        int64         `json:"size"`
	Annotations annotations   `json:"annotations"`
}

// read reads its content, of at most limit bytes.
func (a attachment) read(ctx context.Context, src port.Source, limit int64) ([]byte, error) {
	if err := a.Digest.Validate(); err != nil {
		return nil, err
	}
	if a.Size > limit {
		return nil, fmt.Errorf("%d bytes of signatures, more than %d", a.Size, limit)
	}
	body, err := src.Blob(ctx, content.Blob{Digest: a.Digest, Size: a.Size})
	if err != nil {
		return nil, err
	}
	defer body.Close()
	payload, err := io.ReadAll(io.LimitReader(body, limit+1))
	if err != nil {
		return nil, err
	}
	if got := a.Digest.Algorithm().FromBytes(payload); got != a.Digest {
		return nil, fmt.Errorf("what came is %s", got)
	}
	return payload, nil
}

// marshal returns the form in which go.podman.io/image keeps it: internal/signature/signature.go, Blob.
func (a attachment) marshal(payload []byte) ([]byte, error) {
	text, err := json.Marshal(struct {
		MediaType   string      `json:"mimeType"`
		Payload     []byte      `json:"payload"`
		Annotations annotations `json:"annotations"`
	}{a.MediaType, payload, a.Annotations})
	return append([]byte("\x00sigstore-json\n"), text...), err
}
