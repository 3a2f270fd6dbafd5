package slowregistry

import (
	"encoding/json"
	"net/http"
	"slices"

	"github.com/opencontainers/go-digest"
	"github.com/opencontainers/image-spec/specs-go"
	imgspecv1 "github.com/opencontainers/image-spec/specs-go/v1"
)

// Types of artifacts.
const (
	signatureType = "application/vnd.dev.sigstore.bundle.v0.3+json"
	sbomType      = "application/spdx+json"
)

// sign adds what belongs to an image, whose root is the last of its manifests.
func (p *putting) sign(root manifest) error {
	first := p.images.manifests[p.repository+"@"+p.contents.Manifests[0].String()] // an instance, or the root
	sbom, err := p.artifact(sbomType, &root)
	if err != nil {
		return err
	}
	subjects := []string{sbom.digest.String(), root.digest.String(), first.digest.String()}
	for _, subject := range slices.Compact(subjects) {
		m := p.images.manifests[p.repository+"@"+subject]
		if _, err := p.artifact(signatureType, &m); err != nil {
			return err
		}
	}
	signature, err := p.artifact("text/x."+root.digest.Encoded(), nil)
	if err != nil {
		return err
	}
	p.images.manifests[p.repository+":sha256-"+root.digest.Encoded()+".sig"] = signature
	return nil
}

// artifact makes an artifact of one small blob, and has it listed as a referrer of its subject, if it has one.
func (p *putting) artifact(artifactType string, subject *manifest) (manifest, error) {
	about := artifactType
	m := imgspecv1.Manifest{
		Versioned: specs.Versioned{SchemaVersion: 2}, MediaType: imgspecv1.MediaTypeImageManifest,
		ArtifactType: artifactType, Config: imgspecv1.DescriptorEmptyJSON,
	}
	m.Config.Data = nil
	p.blob(m.Config.Digest, small("{}"))
	if subject != nil {
		about += " of " + subject.digest.String()
		m.Subject = &imgspecv1.Descriptor{
			MediaType: subject.mediaType, Digest: subject.digest, Size: int64(len(subject.body)),
		}
	}
	layer := digest.FromString(about)
	p.blob(layer, small(about))
	m.Layers = []imgspecv1.Descriptor{{MediaType: "text/plain", Digest: layer, Size: int64(len(about))}}
	made, err := p.manifest(m.MediaType, m)
	if err != nil || subject == nil {
		return made, err
	}
	return made, p.refer(subject.digest, imgspecv1.Descriptor{
		MediaType: made.mediaType, ArtifactType: artifactType, Digest: made.digest, Size: int64(len(made.body)),
	})
}

// refer lists a referrer of a subject: for the registry's API, and in the index that stands for it where there is none
// (https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#referrers-tag-schema).
func (p *putting) refer(subject digest.Digest, referrer imgspecv1.Descriptor) error {
	key := p.repository + "@" + subject.String()
	list := p.images.referrers[key]
	if !slices.ContainsFunc(list, func(d imgspecv1.Descriptor) bool { return d.Digest == referrer.Digest }) {
		list = append(list, referrer)
	}
	p.images.referrers[key] = list
	body, err := json.Marshal(indexOf(list))
	p.images.manifests[p.repository+":sha256-"+subject.Encoded()] = manifest{
		mediaType: imgspecv1.MediaTypeImageIndex, digest: digest.FromBytes(body), body: body,
	}
	return err
}

func indexOf(list []imgspecv1.Descriptor) imgspecv1.Index {
	return imgspecv1.Index{
		Versioned: specs.Versioned{SchemaVersion: 2}, MediaType: imgspecv1.MediaTypeImageIndex,
		Manifests: append([]imgspecv1.Descriptor{}, list...),
	}
}

// serveReferrers lists what names a manifest as its subject.
func (s *Server) serveReferrers(w http.ResponseWriter, repository, subject string) {
	s.images.mu.Lock()
	list := s.images.referrers[repository+"@"+subject]
	s.images.mu.Unlock()
	w.Header().Set("Content-Type", imgspecv1.MediaTypeImageIndex)
	_ = json.NewEncoder(w).Encode(indexOf(list))
}
