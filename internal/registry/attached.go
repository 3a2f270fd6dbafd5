package registry

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/opencontainers/go-digest"
	imgspecv1 "github.com/opencontainers/image-spec/specs-go/v1"
	"go.podman.io/image/v5/pkg/blobinfocache/none"
	"go.podman.io/image/v5/types"

	"ecrmirror/internal/distribution"
	"ecrmirror/internal/ecrtransport"
)

// sigstoreType is the media type of a signature among what sigstore's tools attach
// (https://github.com/sigstore/cosign/blob/main/specs/SIGNATURE_SPEC.md).
const sigstoreType = "application/vnd.dev.cosign.simplesigning.v1+json"

// attached returns what sigstore's tools have attached to a manifest: the layers of an image in the
// same repository, whose tag is made of the digest.
func (s *signatures) attached(ctx context.Context, d digest.Digest) ([]signature, error) {
	if err := d.Validate(); err != nil {
		return nil, err
	}
	name := s.name
	name.Tag, name.Digest = d.Algorithm().String()+"-"+d.Encoded()+".sig", ""
	src, err := s.registries.Source(ctx, name)
	if err != nil {
		return nil, err
	}
	defer src.Close()
	content, mediaType, err := src.GetManifest(ctx, nil)
	switch {
	case errors.Is(err, distribution.ErrNotFound), errors.Is(err, ecrtransport.ErrImageNotFound):
		return nil, nil
	case err != nil:
		return nil, fmt.Errorf("signatures at tag %s: %w", name.Tag, err)
	case mediaType != imgspecv1.MediaTypeImageManifest:
		return nil, fmt.Errorf("signatures at tag %s: media type %q instead of %s", name.Tag, mediaType, imgspecv1.MediaTypeImageManifest)
	}
	if len(content) > maxSignatureBytes { // of signatures and certificates, which are in its annotations
		return nil, fmt.Errorf("signatures at tag %s: a manifest of %d bytes, more than %d", name.Tag, len(content), maxSignatureBytes)
	}
	list, err := readAttachments(ctx, src, content)
	if err != nil {
		return nil, fmt.Errorf("signatures at tag %s: %w", name.Tag, err)
	}
	return list, nil
}

func readAttachments(ctx context.Context, src types.ImageSource, content []byte) (list []signature, err error) {
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
func (a attachment) read(ctx context.Context, src types.ImageSource, limit int64) ([]byte, error) {
	if err := a.Digest.Validate(); err != nil {
		return nil, err
	}
	if a.Size > limit {
		return nil, fmt.Errorf("%d bytes of signatures, more than %d", a.Size, limit)
	}
	body, _, err := src.GetBlob(ctx, types.BlobInfo{Digest: a.Digest, Size: a.Size}, none.NoCache)
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

// attachments are so many at most. What strangers wrote is counted before there is memory for it.
type attachments []attachment

// UnmarshalJSON implements [json.Unmarshaler].
func (list *attachments) UnmarshalJSON(text []byte) error {
	*list = nil
	return eachOf(text, '[', func(d *json.Decoder) error {
		if len(*list) == maxSignatures {
			return fmt.Errorf("more than %d signatures", maxSignatures)
		}
		var a attachment
		err := d.Decode(&a)
		*list = append(*list, a)
		return err
	})
}

// annotations are those of sigstore, in which signatures and certificates are.
type annotations map[string]string

// maxAnnotations is how many a signature may have. cosign writes six.
const maxAnnotations = 32

// UnmarshalJSON implements [json.Unmarshaler].
func (m *annotations) UnmarshalJSON(text []byte) error {
	*m = annotations{}
	return eachOf(text, '{', func(d *json.Decoder) error {
		key, err := d.Token()
		if err != nil {
			return err
		}
		var value string
		if err := d.Decode(&value); err != nil {
			return err
		}
		name, _ := key.(string)
		if !strings.HasPrefix(name, "dev.cosignproject.") && !strings.HasPrefix(name, "dev.sigstore.") {
			return nil
		}
		(*m)[name] = value
		if len(*m) > maxAnnotations {
			return fmt.Errorf("more than %d annotations of a signature", maxAnnotations)
		}
		return nil
	})
}

// eachOf calls do for each member of an array or object in JSON, which begins with open. Null has none.
func eachOf(text []byte, open json.Delim, do func(*json.Decoder) error) error {
	d := json.NewDecoder(bytes.NewReader(text))
	first, err := d.Token()
	if err != nil || first == nil {
		return err
	}
	if first != open {
		return fmt.Errorf("%v instead of %v", first, open)
	}
	for d.More() {
		if err := do(d); err != nil {
			return err
		}
	}
	return nil
}
