package ecr

import (
	"context"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/opencontainers/go-digest"

	"ecrmirror/localstack/store"
)

// A repository is what ECR knows of a repository. Registry.mu guards it.
type repository struct {
	id         repositoryID
	createdAt  time.Time
	mutability mutability
	scanOnPush bool
	encryption encryption
	tagged     map[string]string // the repository's own tags
	policy     string            // "" if there is none
	lifecycle  string            // "" if there is none

	images  map[digest.Digest]*image
	tags    map[string]*image
	layers  map[digest.Digest]*layerUse // layers and configs that images refer to
	uploads map[string]*upload

	archives bool                   // an image was archived once
	uploaded map[digest.Digest]bool // layers of the archive that came again since
}

func newRepository(id repositoryID) *repository {
	return &repository{
		id: id, tagged: map[string]string{}, images: map[digest.Digest]*image{}, tags: map[string]*image{},
		layers: map[digest.Digest]*layerUse{}, uploads: map[string]*upload{}, uploaded: map[digest.Digest]bool{},
	}
}

// An image is a manifest in a repository.
type image struct {
	manifest
	size      int64                // bytes of config and layers; of the largest instance for an index
	tags      map[string]time.Time // when each was put
	pushedAt  time.Time
	pulledAt  time.Time // zero if never
	storage   storage
	scannedAt time.Time // when the last scan began; zero if there was none
}

// A layerUse says how many images refer to a layer, and as what.
type layerUse struct {
	images    int
	mediaType string
}

// sortedTags returns the image's tags in order.
func (i *image) sortedTags() []string { return slices.Sorted(maps.Keys(i.tags)) }

// add files a new image.
func (repo *repository) add(img *image) {
	repo.images[img.digest] = img
	for _, b := range img.blobs {
		use := repo.layers[b.Digest]
		if use == nil {
			use = &layerUse{}
			repo.layers[b.Digest] = use
		}
		use.images++
		use.mediaType = b.MediaType
	}
}

// remove drops an image and its tags.
func (repo *repository) remove(img *image) {
	for tag := range img.tags {
		delete(repo.tags, tag)
	}
	delete(repo.images, img.digest)
	for _, b := range img.blobs {
		use := repo.layers[b.Digest]
		if use.images--; use.images == 0 {
			delete(repo.layers, b.Digest)
		}
	}
}

// point moves a tag to an image of the repository.
func (repo *repository) point(tag string, img *image, now time.Time) {
	repo.unpoint(tag)
	repo.tags[tag] = img
	img.tags[tag] = now
}

// unpoint drops a tag, if it is there.
func (repo *repository) unpoint(tag string) {
	if img := repo.tags[tag]; img != nil {
		delete(img.tags, tag)
		delete(repo.tags, tag)
	}
}

// parents returns the indexes that refer to an image, in order.
func (repo *repository) parents(child digest.Digest) []digest.Digest {
	var found []digest.Digest
	for d, img := range repo.images {
		if slices.Contains(img.children, child) {
			found = append(found, d)
		}
	}
	slices.Sort(found)
	return found
}

// An upload is a layer on its way into a repository, part by part.
type upload struct {
	mu    sync.Mutex // held while a part is written
	blob  *store.Upload
	parts int
	last  int  // bytes in the last part
	small bool // a part that is not the last is too small
	ended bool
}

// end drops the upload, if it has not ended. Files that cannot be removed stay
// until the repository goes.
func (u *upload) end(ctx context.Context) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if !u.ended {
		u.ended = true
		_ = u.blob.Cancel(ctx)
	}
}

// over reports whether the upload has ended.
func (u *upload) over() bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.ended
}

type encryption struct {
	Type string `json:"encryptionType"`
	Key  string `json:"kmsKey,omitempty"`
}

// A mutability says which tags of a repository may move: the setting, and the
// filters that except tags from it.
type mutability struct {
	Setting string            `json:"imageTagMutability"`
	Filters []exclusionFilter `json:"imageTagMutabilityExclusionFilters,omitempty"`
}

// An exclusionFilter matches tags; * stands for any characters.
type exclusionFilter struct {
	Type   string `json:"filterType"`
	Filter string `json:"filter"`
}
