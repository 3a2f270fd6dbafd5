package mirror_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/random"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	ggcrtypes "github.com/google/go-containerregistry/pkg/v1/types"
	"github.com/opencontainers/go-digest"

	"ecrmirror/internal/mirror"
	"ecrmirror/internal/platforms"
	"ecrmirror/internal/request"
	"ecrmirror/internal/transient"
)

// An element is what an index of a test has, by the platform: what BuildKit attaches has none, and is of the one
// before.
type element struct {
	platform string
	image    v1.Image
}

// of returns the digests of what an image consists of, its own first.
func (e element) of(t *testing.T) (all []string) {
	t.Helper()
	own, err := e.image.Digest()
	if err != nil {
		t.Fatal(err)
	}
	m, err := e.image.Manifest()
	if err != nil {
		t.Fatal(err)
	}
	all = append(all, own.String(), m.Config.Digest.String())
	for _, layer := range m.Layers {
		all = append(all, layer.Digest.String())
	}
	return all
}

// pushPlatforms pushes an index of an image for each platform, "" for an attestation of the one before it, and returns
// its manifest.
func (w *world) pushPlatforms(s string, texts ...string) (raw []byte, elements []element) {
	w.t.Helper()
	idx := mutate.IndexMediaType(empty.Index, ggcrtypes.OCIImageIndex)
	before := ""
	for _, text := range texts {
		image, err := random.Image(2_000, 2)
		if err != nil {
			w.t.Fatal(err)
		}
		image = mutate.ConfigMediaType(mutate.MediaType(image, ggcrtypes.OCIManifestSchema1), ggcrtypes.OCIConfigJSON)
		add := mutate.IndexAddendum{Add: image}
		if text == "" {
			add.Platform = &v1.Platform{OS: "unknown", Architecture: "unknown"}
			add.Annotations = map[string]string{
				"vnd.docker.reference.type": "attestation-manifest", "vnd.docker.reference.digest": before,
			}
		} else if add.Platform, err = v1.ParsePlatform(text); err != nil {
			w.t.Fatal(err)
		}
		own, _ := image.Digest()
		before = own.String()
		idx, elements = mutate.AppendManifests(idx, add), append(elements, element{text, image})
	}
	if err := remote.WriteIndex(w.ref(s).(name.Tag), idx); err != nil {
		w.t.Fatal(err)
	}
	raw, err := idx.RawManifest()
	if err != nil {
		w.t.Fatal(err)
	}
	return raw, elements
}

// asking returns a request for some platforms.
func (w *world) asking(filter, source string, to ...string) request.Request {
	w.t.Helper()
	asked, err := request.Parse(strings.ReplaceAll(source, "HOST", w.host),
		strings.ReplaceAll(strings.Join(to, ","), "HOST", w.host))
	if err == nil && filter != "" {
		asked.Options, err = request.ParseOptions(`{"platforms":["` + strings.ReplaceAll(filter, ",", `","`) + `"]}`)
	}
	if err != nil {
		w.t.Fatal(err)
	}
	return asked
}

// copyPlatforms copies an image, some platforms of it.
func copyPlatforms(t *testing.T, w *world, filter, source string, to ...string) *mirror.Report {
	t.Helper()
	return copyAs(t, w, mirror.Options{Transient: transient.Is, RetryDelay: 1}, w.asking(filter, source, to...))
}

func copyAs(t *testing.T, w *world, opts mirror.Options, asked request.Request) (report *mirror.Report) {
	t.Helper()
	mirror.New(w, opts).Copy(t.Context(), asked, func(_ int, r *mirror.Report) { report = r })
	return report
}

// trim returns what is left of an index.
func trim(t *testing.T, index []byte, filter string) platforms.Trimmed {
	t.Helper()
	f, err := platforms.Parse(strings.Split(filter, ",")...)
	if err != nil {
		t.Fatal(err)
	}
	trimmed, err := f.Trim(index)
	if err != nil {
		t.Fatal(err)
	}
	return trimmed
}

// pushFor pushes an image that is no index, for a platform.
func (w *world) pushFor(s, system, architecture string) v1.Image {
	w.t.Helper()
	image, err := random.Image(1_000, 1)
	if err != nil {
		w.t.Fatal(err)
	}
	config, err := image.ConfigFile()
	if err == nil {
		config = config.DeepCopy()
		config.OS, config.Architecture = system, architecture
		image, err = mutate.ConfigFile(image, config)
	}
	if err == nil {
		err = remote.Write(w.ref(s).(name.Tag), image)
	}
	if err != nil {
		w.t.Fatal(err)
	}
	return image
}

// listing pushes an image, and returns an index of it, for the first platform, and of others that are nowhere.
func (w *world) listing(s string, texts ...string) []byte {
	w.t.Helper()
	own, err := w.pushFor(s, "linux", "amd64").Digest()
	if err != nil {
		w.t.Fatal(err)
	}
	list := make([]string, len(texts))
	for i, text := range texts {
		d, platform := digest.FromString(text), strings.Split(text, "/")
		if i == 0 {
			d = digest.Digest(own.String())
		}
		list[i] = fmt.Sprintf(`{"mediaType":%q,"size":1,"digest":%q,"platform":{"os":%q,"architecture":%q,"variant":%q}}`,
			ggcrtypes.DockerManifestSchema2, d, platform[0], platform[1], strings.Join(platform[2:], ""))
	}
	return []byte(indexOf(list...))
}
