package ecr

import (
	"context"
	"errors"
	"time"

	"github.com/opencontainers/go-digest"

	"ecrmirror/localstack/store"
)

type putImageInput struct {
	target
	Manifest  *string `json:"imageManifest"`
	MediaType string  `json:"imageManifestMediaType"`
	Tag       *string `json:"imageTag"`
	Digest    *string `json:"imageDigest"`
}

type putImageOutput struct {
	Image imageOutput `json:"image"`
}

func (r *Registry) putImage(ctx context.Context, c call, in putImageInput) (out putImageOutput, err error) {
	if err := r.puts.take(registryID{Account: c.Account, Region: c.Region}, r.opts.Now()); err != nil {
		return out, err
	}
	id, err := in.resolve(c)
	if err != nil {
		return out, err
	}
	content, err := required("imageManifest", in.Manifest)
	if err != nil {
		return out, err
	}
	p := pushed{content: []byte(content), mediaType: in.MediaType}
	if in.Tag != nil {
		if err := checkTag(*in.Tag); err != nil {
			return out, err
		}
		p.tag = *in.Tag
	}
	if in.Digest != nil {
		if err := matches("imageDigest", *in.Digest, contentDigest); err != nil {
			return out, err
		}
		p.digest = digest.Digest(*in.Digest)
	}
	m, err := r.put(ctx, id, p)
	if err != nil {
		return out, err
	}
	return putImageOutput{output(id, m, imageID{Digest: m.digest.String(), Tag: p.tag})}, nil
}

func checkTag(tag string) error {
	if err := length("imageTag", len(tag), 1, 300); err != nil {
		return err
	}
	return matches("imageTag", tag, imageTag)
}

// pushed is a manifest that someone pushes, by the API or through /v2/.
type pushed struct {
	content   []byte
	mediaType string        // "" if the pusher did not say
	tag       string        // "" for none
	digest    digest.Digest // "" if the pusher did not say
}

// put is the one way for a manifest into a repository.
func (r *Registry) put(ctx context.Context, id repositoryID, p pushed) (manifest, error) {
	m, err := parseManifest(p.content, p.mediaType)
	if err != nil {
		return m, err
	}
	if p.digest != "" && p.digest != m.digest {
		return m, refuse("ImageDigestDoesNotMatchException",
			"The specified image digest '%s' does not match the digest '%s' that Amazon ECR calculated for the image",
			p.digest, m.digest)
	}
	if err := r.accept(ctx, id, m, p.tag); err != nil {
		return m, err
	}
	if r.opts.OnPush != nil && !id.public() {
		r.opts.OnPush(Push{
			Account: id.Account, Region: id.Region, Repository: id.Name, Tag: p.tag, Digest: m.digest,
			MediaType: m.mediaType,
		})
	}
	return m, nil
}

// accept checks the manifest against the repository and files it under the tag, if any.
func (r *Registry) accept(ctx context.Context, id repositoryID, m manifest, tag string) error {
	ctx = context.WithoutCancel(ctx) // a push is done or not, whoever hangs up
	r.mu.Lock()
	defer r.mu.Unlock()
	repo, err := r.find(id)
	if err != nil {
		return err
	}
	size, err := r.references(ctx, repo, m)
	if err != nil {
		return err
	}
	if err := r.mayTag(repo, m.digest, tag); err != nil {
		return err
	}
	if err := r.keep(ctx, id, m, tag); err != nil {
		return err
	}
	img, now := repo.images[m.digest], r.opts.Now()
	if img != nil {
		img.storage.restore(now, now)
	} else {
		img = &image{manifest: m, size: size, tags: map[string]time.Time{}, pushedAt: now}
		repo.add(img)
		if repo.scanOnPush && img.scannable() {
			img.scannedAt = now
		}
	}
	if tag != "" {
		repo.point(tag, img, now)
	}
	return nil
}

// references looks for what the manifest refers to, in this repository only, and
// returns the image's size. What is in the archive is not there: whether ECR takes an image of archived
// layers is not documented, and whoever uploads them is right both ways. Callers hold r.mu.
func (r *Registry) references(ctx context.Context, repo *repository, m manifest) (size int64, err error) {
	var absent []digest.Digest
	for _, b := range m.blobs {
		blob, err := r.store.Stat(ctx, repo.id.storage(), b.Digest)
		switch {
		case errors.Is(err, store.ErrNotFound), err == nil && repo.kept(b.Digest, r.opts.Now()):
			absent = append(absent, b.Digest)
		case err != nil:
			return 0, err
		}
		size += blob.Size
	}
	if len(absent) > 0 {
		return 0, refuse("LayersNotFoundException", "%s", missing("Layers", absent, repo.id))
	}
	for _, d := range m.children {
		child := repo.images[d]
		if child == nil || child.storage.status(r.opts.Now()) != active {
			absent = append(absent, d)
			continue
		}
		size = max(size, child.size)
	}
	if len(absent) > 0 {
		return 0, refuse("ReferencedImagesNotFoundException", "%s", missing("Images", absent, repo.id))
	}
	return size, nil
}

// mayTag refuses what the repository's tags do not allow, and what would change
// nothing. Reports disagree about the second push of the same manifest to an
// immutable tag: here it is ImageTagAlreadyExistsException, the answer that asks more
// of the client, which must look whether the tag is what it wanted. The push of an archived image
// restores it, also under the tags that it has. Callers hold r.mu.
func (r *Registry) mayTag(repo *repository, d digest.Digest, tag string) error {
	img, present, limits := repo.images[d], repo.tags[tag], r.limitsOf(repo.id.registryID)
	if img != nil && img.storage.status(r.opts.Now()) != active && (tag == "" || present == img) {
		return nil
	}
	switch {
	case present != nil && repo.mutability.fixed(tag):
		return refuse("ImageTagAlreadyExistsException",
			"The image tag '%s' already exists in the '%s' repository and cannot be overwritten because the "+
				"repository is immutable.", tag, repo.id.Name)
	case img != nil && tag == "":
		return refuse("ImageAlreadyExistsException", "Image with digest '%s' already exists in %s", d, where(repo.id))
	case img != nil && present == img:
		return refuse("ImageAlreadyExistsException", "Image with digest '%s' and tag '%s' already exists in %s", d,
			tag, where(repo.id))
	case img == nil && len(repo.images) >= limits.images:
		return limitExceeded("The limit of %d images is reached in %s", limits.images, where(repo.id))
	case img != nil && len(img.tags) >= limits.tags:
		return limitExceeded("The limit of %d tags is reached for the image with digest '%s' in %s", limits.tags,
			d, where(repo.id))
	}
	return nil
}

// keep files the manifest and its tag in the store, so that /v2/ serves them.
// Docker's first schema is not known there, so a tag that comes to point to such a
// manifest leaves the store. Callers hold r.mu.
func (r *Registry) keep(ctx context.Context, id repositoryID, m manifest, tag string) error {
	if !store.Keeps(m.mediaType) {
		if tag == "" {
			return nil
		}
		return r.store.Untag(ctx, id.storage(), tag)
	}
	_, err := r.store.PutManifest(ctx, id.storage(), m.mediaType, m.raw)
	if errors.Is(err, store.ErrManifest) {
		return invalidJSON()
	}
	if err != nil || tag == "" {
		return err
	}
	return r.store.Tag(ctx, id.storage(), tag, m.digest)
}
