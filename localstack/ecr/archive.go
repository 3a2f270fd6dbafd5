package ecr

import (
	"context"
	"slices"
	"time"

	"github.com/opencontainers/go-digest"
)

type storageClassInput struct {
	target
	ID     *imageID `json:"imageId"`
	Target *string  `json:"targetStorageClass"`
}

type storageClassOutput struct {
	RegistryID     string  `json:"registryId"`
	RepositoryName string  `json:"repositoryName"`
	ID             imageID `json:"imageId"`
	Status         string  `json:"imageStatus"`
}

// updateImageStorageClass archives an image, or restores it.
//
// Of an image of an index ECR's model says nothing. Here it goes with its index, which makes
// clients look after both, and not by itself.
func (r *Registry) updateImageStorageClass(
	_ context.Context, c call, in storageClassInput,
) (out storageClassOutput, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	repo, err := in.find(r, c, in.check())
	if err != nil {
		return out, err
	}
	img, id, err := repo.one(*in.ID)
	if err != nil {
		return out, err
	}
	class, now := *in.Target, r.opts.Now()
	if err := repo.mayChange(img, class, now); err != nil {
		return out, err
	}
	for _, part := range repo.whole(img) {
		if class == "ARCHIVE" {
			repo.archive(part, now)
		} else {
			part.storage.restore(now, now.Add(r.opts.RestoreTime))
		}
	}
	return storageClassOutput{
		RegistryID: repo.id.Account, RepositoryName: repo.id.Name, ID: id, Status: img.storage.status(now),
	}, nil
}

func (in storageClassInput) check() error {
	if _, err := required("imageId", in.ID); err != nil {
		return err
	}
	class, err := required("targetStorageClass", in.Target)
	if err != nil {
		return err
	}
	return oneOf("targetStorageClass", class, "STANDARD", "ARCHIVE")
}

// mayChange refuses to archive what is not active, and to restore what is not archived.
func (repo *repository) mayChange(img *image, class string, now time.Time) error {
	from, status := map[string]string{"ARCHIVE": active, "STANDARD": archived}[class], img.storage.status(now)
	switch parents := repo.parents(img.digest); {
	case status != from:
		return refuse("ImageStorageClassUpdateNotSupportedException",
			"The image with digest '%s' in %s is %s and cannot be transitioned to %s", img.digest,
			where(repo.id), status, class)
	case len(parents) > 0:
		return refuse("ImageStorageClassUpdateNotSupportedException",
			"The image with digest '%s' in %s is referenced by manifest list: %v", img.digest, where(repo.id), parents)
	}
	return nil
}

// archive archives an image. Layers that were uploaded since an earlier time are as old as the others now.
func (repo *repository) archive(img *image, now time.Time) {
	img.storage = storage{archivedAt: now}
	repo.archives = true
	for _, b := range img.blobs {
		delete(repo.uploaded, b.Digest)
	}
}

// whole returns an image, and those of an index that belong to no other one.
func (repo *repository) whole(img *image) []*image {
	all := []*image{img}
	for _, d := range img.children {
		child := repo.images[d]
		if child == nil || slices.Contains(all, child) {
			continue
		}
		others := slices.DeleteFunc(repo.parents(d), func(parent digest.Digest) bool { return parent == img.digest })
		if len(others) == 0 {
			all = append(all, child)
		}
	}
	return all
}

// kept reports whether a layer is in the archive: all images that refer to it are, and
// nobody has uploaded it again since.
func (repo *repository) kept(d digest.Digest, now time.Time) bool {
	if !repo.archives || repo.layers[d] == nil || repo.uploaded[d] {
		return false
	}
	for _, img := range repo.images {
		refers := slices.ContainsFunc(img.blobs, func(b descriptor) bool { return b.Digest == d })
		if refers && img.storage.status(now) == active {
			return false
		}
	}
	return true
}

// inArchive reports whether a layer of a repository is in the archive.
func (r *Registry) inArchive(id repositoryID, d digest.Digest) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	repo := r.repositories[id]
	return repo != nil && repo.kept(d, r.opts.Now())
}

// uploadedAgain notes that a layer came that may be in the archive: it can be pushed with now.
func (r *Registry) uploadedAgain(id repositoryID, d digest.Digest) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if repo := r.repositories[id]; repo != nil && repo.kept(d, r.opts.Now()) {
		repo.uploaded[d] = true
	}
}

// inaccessible reports whether an image is not active, so that it cannot be pulled.
func (r *Registry) inaccessible(img *image) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return img.storage.status(r.opts.Now()) != active
}
