package artifactcorpus

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/opencontainers/go-digest"
)

// suffixes are those of digest tags.
var suffixes = []string{".sig", ".att", ".sbom"}

// List returns what belongs to manifests, and to that in turn, as go-containerregistry finds it in a repository: by the
// referrers API or in the list under a tag, and by digest tags. Each follows its subject.
func List(
	ctx context.Context, repository name.Repository, manifests []digest.Digest, opts ...remote.Option,
) ([]Artifact, error) {
	opts = append(opts, remote.WithContext(ctx))
	tags, err := remote.List(repository, opts...)
	if err != nil {
		return nil, err
	}
	var all []Artifact
	subjects := slices.Clone(manifests)
	for i := 0; i < len(subjects); i++ { // it grows
		of, err := listOne(repository, tags, subjects[i], opts)
		if err != nil {
			return nil, fmt.Errorf("listing what belongs to %s: %w", subjects[i], err)
		}
		for _, a := range of {
			subjects = append(subjects, a.Digest)
		}
		all = append(all, of...)
	}
	return all, nil
}

func listOne(
	repository name.Repository, tags []string, subject digest.Digest, opts []remote.Option,
) ([]Artifact, error) {
	var list []Artifact
	index, err := remote.Referrers(repository.Digest(subject.String()), opts...)
	if err != nil {
		return nil, err
	}
	manifest, err := index.IndexManifest()
	if err != nil {
		return nil, err
	}
	for _, desc := range manifest.Manifests {
		list = append(list, Artifact{Subject: subject, Digest: digest.Digest(desc.Digest.String())})
	}
	for _, suffix := range suffixes {
		tag := strings.Replace(subject.String(), ":", "-", 1) + suffix
		if !slices.Contains(tags, tag) {
			continue
		}
		desc, err := remote.Head(repository.Tag(tag), opts...)
		if err != nil {
			return nil, err
		}
		list = append(list, Artifact{Subject: subject, Digest: digest.Digest(desc.Digest.String()), Tag: tag})
	}
	return list, nil
}

// referrer returns the only referrer of a manifest.
func (m *maker) referrer(subject digest.Digest) digest.Digest {
	if m.err != nil {
		return ""
	}
	list, err := List(m.ctx, m.repository, []digest.Digest{subject})
	if err != nil {
		m.err = err
		return ""
	}
	list = slices.DeleteFunc(list, func(a Artifact) bool { return a.Tag != "" || a.Subject != subject })
	if len(list) != 1 {
		m.err = fmt.Errorf("%d referrers of %s", len(list), subject)
		return ""
	}
	return list[0].Digest
}
