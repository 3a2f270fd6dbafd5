package ecr

import (
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"slices"
	"time"

	"github.com/opencontainers/go-digest"

	"ecrmirror/localstack/store"
)

// A registryID names a registry: every account has one in every region, and one in
// ECR Public, as if that were the region publicRegion.
type registryID struct{ Account, Region string }

// A repositoryID names a repository in all of ECR.
type repositoryID struct {
	registryID
	Name string
}

// String returns ACCOUNT/REGION/NAME, or public/ALIAS/NAME in ECR Public.
func (id repositoryID) String() string {
	if id.public() {
		return publicPath + "/" + PublicAlias(id.Account) + "/" + id.Name
	}
	return id.Account + "/" + id.Region + "/" + id.Name
}

// storage is the repository's name in the store: the same, unless ECR allows a
// name that is too long for it, as it does in private registries only.
func (id repositoryID) storage() string {
	if name := id.String(); len(name) <= store.MaxName {
		return name
	}
	sum := sha256.Sum256([]byte(id.Name))
	return id.Account + "/" + id.Region + "/" + hex.EncodeToString(sum[:])
}

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

// find returns a repository, or RepositoryNotFoundException. Callers hold r.mu.
func (r *Registry) find(id repositoryID) (*repository, error) {
	repo, ok := r.repositories[id]
	if !ok {
		return nil, repositoryNotFound(id)
	}
	return repo, nil
}

// exists returns RepositoryNotFoundException for a repository that does not exist.
func (r *Registry) exists(id repositoryID) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	_, err := r.find(id)
	return err
}

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
