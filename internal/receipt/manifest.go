package receipt

import (
	"errors"
	"fmt"
	"time"

	"github.com/opencontainers/go-digest"
	imgspecv1 "github.com/opencontainers/image-spec/specs-go/v1"

	"ecrmirror/internal/jsonscan"
)

// ManifestType is the media type of the manifest that a receipt is in.
const ManifestType = imgspecv1.MediaTypeImageManifest

// Annotations of the manifest, as cosign has them on attestations. Source:
// https://github.com/sigstore/cosign/blob/v3.1.3/pkg/oci/remote/write.go
const (
	annotationContent   = "dev.sigstore.bundle.content"
	annotationPredicate = "dev.sigstore.bundle.predicateType"
)

// A Descriptor names a manifest or a blob.
type Descriptor struct {
	MediaType string
	Digest    digest.Digest
	Size      int64 // bytes
}

// The forms of the manifest.
type (
	manifest struct {
		SchemaVersion int               `json:"schemaVersion"`
		MediaType     string            `json:"mediaType"`
		ArtifactType  string            `json:"artifactType"`
		Config        descriptor        `json:"config"`
		Layers        []descriptor      `json:"layers"`
		Subject       descriptor        `json:"subject"`
		Annotations   map[string]string `json:"annotations"`
	}
	descriptor struct {
		MediaType string        `json:"mediaType"`
		Digest    digest.Digest `json:"digest"`
		Size      int64         `json:"size"`
	}
)

// Config returns the config that the manifest of a receipt has: an empty object.
func Config() []byte { return []byte("{}") }

// Manifest returns the manifest by which a bundle is a referrer of an image. It is the same for the same bundle,
// image and time.
func Manifest(image Descriptor, bundle []byte, at time.Time) ([]byte, error) {
	return encode(manifest{
		SchemaVersion: 2, MediaType: ManifestType, ArtifactType: BundleType,
		Config:  descriptor{imgspecv1.MediaTypeEmptyJSON, digest.FromBytes(Config()), int64(len(Config()))},
		Layers:  []descriptor{{BundleType, digest.FromBytes(bundle), int64(len(bundle))}},
		Subject: descriptor(image),
		Annotations: map[string]string{
			imgspecv1.AnnotationCreated: timeText(at), annotationContent: "dsse-envelope",
			annotationPredicate: PredicateType,
		},
	})
}

// ReadManifest returns which image a manifest belongs to, and where its bundle is. It is [ErrOther] for a manifest of
// something else, and [ErrMalformed] for what can't be read, or says that it is a receipt and can't be one.
func ReadManifest(document []byte) (image digest.Digest, bundle Descriptor, err error) {
	root, err := checked(document, MaxManifest)
	if err != nil {
		return "", Descriptor{}, err
	}
	var mediaType, artifactType, predicateType string
	layers := 0
	err = eachMember(root, members{
		"mediaType": into(&mediaType), "artifactType": into(&artifactType), "manifests": notHere, "config": passed,
		"layers": func(v jsonscan.Value) (err error) { bundle, layers, err = readLayers(v); return err },
		"subject": func(v jsonscan.Value) error {
			subject, err := readDescriptor(v)
			image = subject.Digest
			return err
		},
		"annotations": func(v jsonscan.Value) error {
			return eachMember(v, members{annotationPredicate: into(&predicateType)})
		},
	})
	switch {
	case err != nil:
		return "", Descriptor{}, malformed(err)
	case artifactType != BundleType || predicateType != PredicateType:
		return "", Descriptor{}, ErrOther
	case mediaType != ManifestType:
		return "", Descriptor{}, malformed(fmt.Errorf("mediaType: %s", quoted(mediaType)))
	case image == "":
		return "", Descriptor{}, malformed(fmt.Errorf("subject: %w", errMissing))
	case layers != 1 || bundle.MediaType != BundleType:
		return "", Descriptor{}, malformed(fmt.Errorf("layers: %w, of %s", errNotOne, BundleType))
	case bundle.Size < 1 || bundle.Size > MaxBundle:
		return "", Descriptor{}, malformed(fmt.Errorf("its bundle has %d bytes; the most are %d", bundle.Size, MaxBundle))
	}
	return image, bundle, nil
}

// notHere refuses a member.
func notHere(jsonscan.Value) error { return errors.New("it is ambiguous: an index, too") } // CVE-2021-41190

// readLayers returns the first layer, and how many there are.
func readLayers(list jsonscan.Value) (first Descriptor, n int, err error) {
	if !list.IsArray() {
		return Descriptor{}, 0, errNoList
	}
	for element := range list.Elements() {
		if n++; n > 1 {
			continue
		}
		if first, err = readDescriptor(element); err != nil {
			return Descriptor{}, 0, err
		}
	}
	return first, n, nil
}

func readDescriptor(value jsonscan.Value) (d Descriptor, err error) {
	var text string
	err = eachMember(value, members{
		"mediaType": into(&d.MediaType), "digest": into(&text),
		"size": func(v jsonscan.Value) error {
			n, err := numberOf(v)
			if err == nil {
				d.Size = *n
			}
			return err
		},
	})
	if err != nil {
		return Descriptor{}, err
	}
	if d.Digest = digest.Digest(text); d.Digest.Validate() != nil {
		return Descriptor{}, fmt.Errorf("%s is no digest", quoted(text))
	}
	return d, nil
}
