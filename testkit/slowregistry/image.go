package slowregistry

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/opencontainers/go-digest"
	"github.com/opencontainers/image-spec/specs-go"
	imgspecv1 "github.com/opencontainers/image-spec/specs-go/v1"
)

// A Spec says what an image is made of. Images of the same Spec are the same to the digest.
type Spec struct {
	Layers    int    // of each platform's image
	LayerSize int64  // bytes
	Platforms int    // of an index; 0 = one image without an index
	Shared    int    // how many of the Layers all platforms have in common
	Seed      uint64 // images of different seeds share no layer
	// Signed says that artifacts belong to the image: signatures of the root and of an instance, an SBOM with a
	// signature of its own, and a signature by a digest tag.
	Signed bool
	// First is the number of the first layer: images of one seed share the layers whose numbers both have.
	First int
}

// Contents are what an image consists of.
type Contents struct {
	Root      digest.Digest
	Manifests []digest.Digest         // the root, the instances of an index, and the artifacts
	Blobs     map[digest.Digest]int64 // sizes in bytes
	Size      int64                   // bytes of all blobs together
}

// Images are generated images by name. They are safe for concurrent use, and may be
// served by several servers. Digests are computed once.
type Images struct {
	block []byte

	mu        sync.Mutex
	digests   map[layerKey]digest.Digest
	manifests map[string]manifest               // by REPOSITORY:TAG and REPOSITORY@DIGEST
	blobs     map[string]blob                   // by REPOSITORY@DIGEST
	referrers map[string][]imgspecv1.Descriptor // by REPOSITORY@DIGEST of their subject
}

type layerKey struct {
	seed uint64
	size int64
}

type manifest struct {
	mediaType string
	digest    digest.Digest
	body      []byte
}

// NewImages returns no images.
func NewImages() *Images {
	return &Images{
		block: newBlock(), digests: map[layerKey]digest.Digest{},
		manifests: map[string]manifest{}, blobs: map[string]blob{}, referrers: map[string][]imgspecv1.Descriptor{},
	}
}

// Put generates an image under repository:tag. Hashing takes a second for each 1.5 GB or so.
func (i *Images) Put(repository, tag string, spec Spec) (Contents, error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	p := &putting{images: i, repository: repository, contents: Contents{Blobs: map[digest.Digest]int64{}}}
	root, err := p.root(spec)
	if err != nil {
		return Contents{}, fmt.Errorf("generating %s:%s: %w", repository, tag, err)
	}
	if spec.Signed {
		if err := p.sign(root); err != nil {
			return Contents{}, fmt.Errorf("signing %s:%s: %w", repository, tag, err)
		}
	}
	i.manifests[repository+":"+tag] = root
	p.contents.Root = root.digest
	for size := range maps.Values(p.contents.Blobs) {
		p.contents.Size += size
	}
	return p.contents, nil
}

// putting is one Put under way.
type putting struct {
	images     *Images
	repository string
	contents   Contents
}

func (p *putting) root(spec Spec) (manifest, error) {
	if spec.Platforms == 0 {
		return p.instance(spec, 0)
	}
	index := imgspecv1.Index{Versioned: specs.Versioned{SchemaVersion: 2}, MediaType: imgspecv1.MediaTypeImageIndex}
	for n := range spec.Platforms {
		m, err := p.instance(spec, n)
		if err != nil {
			return manifest{}, err
		}
		index.Manifests = append(index.Manifests, imgspecv1.Descriptor{
			MediaType: m.mediaType, Digest: m.digest, Size: int64(len(m.body)), Platform: platform(n),
		})
	}
	return p.manifest(index.MediaType, index)
}

// platform returns the nth of some platforms: real ones first.
func platform(n int) *imgspecv1.Platform {
	architectures := []string{"amd64", "arm64", "s390x", "ppc64le", "riscv64", "386"}
	p := &imgspecv1.Platform{OS: "linux", Architecture: architectures[n%len(architectures)]}
	if n >= len(architectures) {
		p.Variant = fmt.Sprintf("v%d", n)
	}
	return p
}

// instance makes the image of the nth platform.
func (p *putting) instance(spec Spec, n int) (manifest, error) {
	image := imgspecv1.Manifest{
		Versioned: specs.Versioned{SchemaVersion: 2}, MediaType: imgspecv1.MediaTypeImageManifest,
	}
	config := imgspecv1.Image{Platform: *platform(n), RootFS: imgspecv1.RootFS{Type: "layers"}}
	for k := range spec.Layers {
		owner := n + 1
		if k < spec.Shared {
			owner = 0
		}
		seed := mix(spec.Seed) + uint64(owner)<<32 + uint64(spec.First+k)<<8
		d, err := p.layer(layer{block: p.images.block, seed: seed, size: spec.LayerSize})
		if err != nil {
			return manifest{}, err
		}
		config.RootFS.DiffIDs = append(config.RootFS.DiffIDs, d)
		image.Layers = append(image.Layers, imgspecv1.Descriptor{
			MediaType: imgspecv1.MediaTypeImageLayerGzip, Digest: d, Size: spec.LayerSize,
		})
	}
	body, err := json.Marshal(config)
	if err != nil {
		return manifest{}, err
	}
	image.Config = imgspecv1.Descriptor{
		MediaType: imgspecv1.MediaTypeImageConfig, Digest: digest.FromBytes(body), Size: int64(len(body)),
	}
	p.blob(image.Config.Digest, small(body))
	return p.manifest(image.MediaType, image)
}

func (p *putting) layer(l layer) (digest.Digest, error) {
	key := layerKey{l.seed, l.size}
	d, ok := p.images.digests[key]
	if !ok {
		hash := sha256.New()
		if _, err := io.Copy(hash, l.reader()); err != nil {
			return "", err
		}
		d = digest.NewDigest(digest.SHA256, hash)
		p.images.digests[key] = d
	}
	p.blob(d, l)
	return d, nil
}

func (p *putting) blob(d digest.Digest, b blob) {
	p.images.blobs[p.repository+"@"+d.String()] = b
	p.contents.Blobs[d] = b.length()
}

func (p *putting) manifest(mediaType string, content any) (manifest, error) {
	body, err := json.Marshal(content)
	if err != nil {
		return manifest{}, err
	}
	m := manifest{mediaType: mediaType, digest: digest.FromBytes(body), body: body}
	p.images.manifests[p.repository+"@"+m.digest.String()] = m
	p.contents.Manifests = append(p.contents.Manifests, m.digest)
	return m, nil
}

// tags returns the tags of a repository in order.
func (i *Images) tags(repository string) []string {
	i.mu.Lock()
	defer i.mu.Unlock()
	var tags []string
	for name := range i.manifests {
		if of, tag, ok := strings.Cut(name, ":"); ok && of == repository {
			tags = append(tags, tag)
		}
	}
	slices.Sort(tags)
	return tags
}

// Manifest returns the media type and the bytes of a manifest that a repository has.
func (i *Images) Manifest(repository string, d digest.Digest) (mediaType string, body []byte) {
	m, _ := i.manifest(repository, d.String())
	return m.mediaType, m.body
}

// manifest returns a manifest by its tag or digest.
func (i *Images) manifest(repository, reference string) (manifest, bool) {
	separator := ":"
	if _, err := digest.Parse(reference); err == nil {
		separator = "@"
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	m, ok := i.manifests[repository+separator+reference]
	return m, ok
}

func (i *Images) blob(repository, d string) (blob, bool) {
	i.mu.Lock()
	defer i.mu.Unlock()
	b, ok := i.blobs[repository+"@"+d]
	return b, ok
}
