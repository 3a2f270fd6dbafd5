package artifactcorpus

import (
	"github.com/opencontainers/go-digest"

	"ecrmirror/testkit/artifactclients"
)

// Types of artifacts.
const (
	spdx   = "application/spdx+json"
	intoto = "application/vnd.in-toto+json"
	bundle = "application/vnd.dev.sigstore.bundle.v0.3+json"
)

// digestTags has cosign sign, attest and attach as its second version did, under digest tags. A second signature grows
// the list of the first.
func (m *maker) digestTags() {
	m.sign(artifactclients.Signer, m.image.Root, old()...)
	m.sign(artifactclients.Other, m.image.Root, old()...)
	m.attest(m.image.Root, old()...)
	m.run(artifactclients.Cosign, "attach", "sbom", "--sbom", sbomFile, "--type", "spdx", "--input-format", "json",
		m.at(m.image.Root))
	m.signed(artifactclients.Signer, m.image.Root)
	m.signed(artifactclients.Other, m.image.Root)
	m.attested(m.image.Root)
	m.check(sbom, artifactclients.Cosign, "download", "sbom", at(m.image.Root))
}

// bundles has cosign sign and attest as its third version does, by bundles that are referrers.
func (m *maker) bundles() {
	m.sign(artifactclients.Signer, m.image.Root, current()...)
	m.attest(m.image.Root, current()...)
	m.signed(artifactclients.Signer, m.image.Root)
	m.attested(m.image.Root)
}

// attached has oras attach an SBOM and provenance.
func (m *maker) attached() {
	m.attach(m.image.Root, spdx, sbomFile+":"+spdx)
	m.attach(m.image.Root, intoto, predicateFile+":"+intoto)
	m.holds(m.image.Root, spdx, sbom)
	m.holds(m.image.Root, intoto, predicate)
}

// children leaves it at what BuildKit has put into the index.
func (m *maker) children() {
	for _, d := range m.image.Manifests {
		m.check(d.String(), artifactclients.Regctl, regctl("manifest", "get", "--format", "{{.GetDescriptor.Digest}}", at(d))...)
	}
}

// ofInstances has what belongs to instances, and nothing for the root.
func (m *maker) ofInstances() {
	first, second := m.image.Manifests[0], m.image.Manifests[1]
	m.sign(artifactclients.Signer, first, current()...)
	m.sign(artifactclients.Signer, second, old()...)
	m.attach(second, spdx, sbomFile+":"+spdx)
	m.signed(artifactclients.Signer, first)
	m.signed(artifactclients.Signer, second)
	m.holds(second, spdx, sbom)
}

// ofArtifacts has an SBOM signed in three ways, and one of the signatures signed in turn.
func (m *maker) ofArtifacts() {
	attached := m.attach(m.image.Root, spdx, sbomFile+":"+spdx)
	m.sign(artifactclients.Signer, attached, old()...)
	m.notarize(attached)
	signature := m.referrer(attached)
	m.sign(artifactclients.Signer, signature, current()...)
	m.signed(artifactclients.Signer, attached)
	m.notarized(attached)
	m.signed(artifactclients.Signer, signature)
}

// notation has notation sign the root and an instance, in both its forms.
func (m *maker) notation() {
	m.notarize(m.image.Root)
	m.notarize(m.image.Manifests[0], "--signature-format", "cose")
	m.notarized(m.image.Root)
	m.notarized(m.image.Manifests[0])
}

// old returns the flags by which cosign writes the layout of its second version, and asks no service.
func old() []string {
	return []string{
		"--new-bundle-format=false", "--use-signing-config=false", "--tlog-upload=false", "--trusted-root", noRootFile,
	}
}

// current returns those for the layout of its third.
func current() []string { return []string{"--signing-config", noServicesFile} }

func (m *maker) sign(key string, subject digest.Digest, flags ...string) {
	args := append([]string{"sign", "--yes", "--key", key + ".key"}, flags...)
	m.run(artifactclients.Cosign, append(args, m.at(subject))...)
}

func (m *maker) attest(subject digest.Digest, flags ...string) {
	args := append([]string{
		"attest", "--yes", "--key", artifactclients.Signer + ".key", "--type", provenance, "--predicate", predicateFile,
	}, flags...)
	m.run(artifactclients.Cosign, append(args, m.at(subject))...)
}

// notarize has notation sign. Its own default is to keep a list of referrers under a tag, also where there is the API.
func (m *maker) notarize(subject digest.Digest, flags ...string) {
	args := append([]string{"sign", "--insecure-registry", "--force-referrers-tag=false"}, flags...)
	m.run(artifactclients.Notation, append(args, m.at(subject))...)
}

// attach has oras attach a file, FILE:TYPE, and returns the digest of the artifact.
func (m *maker) attach(subject digest.Digest, artifactType, file string, flags ...string) digest.Digest {
	args := append([]string{
		"attach", "--plain-http", "--artifact-type", artifactType, "--format", "go-template", "--template", "{{.digest}}",
		"--annotation", "org.opencontainers.image.created=2026-01-02T03:04:05Z",
	}, flags...)
	return digest.Digest(m.run(artifactclients.Oras, append(args, m.at(subject), file)...))
}
