package wanted

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/opencontainers/go-digest"
	imgspecv1 "github.com/opencontainers/image-spec/specs-go/v1"
	"go.podman.io/image/v5/manifest"

	"ecrmirror/internal/chunked"
	"ecrmirror/internal/mirror/content"
	"ecrmirror/internal/mirror/port"
	"ecrmirror/internal/platforms"
)

// blobs is a source of blobs by their digests.
type blobs map[digest.Digest]string

var errNotThere = errors.New("not there")

func (b blobs) Blob(ctx context.Context, blob content.Blob) (chunked.Blob, error) {
	text, there := b[blob.Digest]
	if !there {
		return nil, errNotThere
	}
	return chunked.OpenSequential(ctx, chunked.Stall{}, func(context.Context) (io.ReadCloser, int64, error) {
		return io.NopCloser(strings.NewReader(text)), int64(len(text)), nil
	})
}

func root(mediaType, text string) port.Manifest {
	return port.Manifest{Digest: digest.FromString(text), MediaType: mediaType, Content: []byte(text)}
}

func filterOf(t *testing.T, texts ...string) platforms.Filter {
	t.Helper()
	f, err := platforms.Parse(texts...)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

const (
	amd64 = `{"architecture":"amd64","os":"linux","rootfs":{"type":"layers"}}`
	arm64 = `{"architecture":"arm64","os":"linux"}`
)

// imageOf returns an image with a configuration of so many bytes, more members of whose descriptor may be given.
func imageOf(mediaType, config string, size int, more string) string {
	return fmt.Sprintf(`{"schemaVersion":2,"config":{"mediaType":%q,"digest":%q,"size":%d%s},"layers":[]}`, mediaType,
		digest.FromString(config), size, more)
}

func TestAnImageThatIsNoIndex(t *testing.T) {
	schema1 := `{"schemaVersion":1,"fsLayers":[{"blobSum":"` + string(digest.FromString("")) + `"}],"history":[{"v1Compatibility":"{\"id\":\"` + strings.Repeat("a", 64) + `\",\"architecture\":\"arm64\",\"os\":\"linux\"}"}]}`
	long := `{"architecture":"amd64","os":"linux","x":"` + strings.Repeat("x", 5000) + `"}`
	inline := `,"data":"` + base64.StdEncoding.EncodeToString([]byte(arm64)) + `"`
	for name, c := range map[string]struct {
		mediaType, manifest, config, want string // the configuration that the source has; "" = it is there
	}{
		"of the platform": {imgspecv1.MediaTypeImageManifest, imageOf(imgspecv1.MediaTypeImageConfig, amd64, len(amd64), ""), amd64, ""},
		"of another": {
			imgspecv1.MediaTypeImageManifest, imageOf(imgspecv1.MediaTypeImageConfig, arm64, len(arm64), ""),
			arm64, "no instance for linux/amd64: there is linux/arm64",
		},
		"Docker's": {
			manifest.DockerV2Schema2MediaType, imageOf(manifest.DockerV2Schema2ConfigMediaType, arm64, len(arm64), ""),
			arm64, "no instance for linux/amd64: there is linux/arm64",
		},
		"in the manifest": {
			imgspecv1.MediaTypeImageManifest, imageOf(imgspecv1.MediaTypeImageConfig, arm64, len(arm64), inline), "",
			"no instance for linux/amd64: there is linux/arm64",
		},
		"schema 1":    {manifest.DockerV2Schema1MediaType, schema1, "", "no instance for linux/amd64: there is linux/arm64"},
		"an artifact": {imgspecv1.MediaTypeImageManifest, imageOf("application/vnd.cncf.helm.config.v1+json", arm64, len(arm64), ""), "", ""},
		"a signature": {imgspecv1.MediaTypeImageManifest, imageOf(imgspecv1.MediaTypeImageConfig, `{"os":""}`, 9, ""), `{"os":""}`, ""},
		"says it twice": {
			imgspecv1.MediaTypeImageManifest, imageOf(imgspecv1.MediaTypeImageConfig, `{"os":"a","os":"b"}`, 19, ""),
			`{"os":"a","os":"b"}`, `it is ambiguous: "os" comes twice`,
		},
		"not there": {
			imgspecv1.MediaTypeImageManifest, imageOf(imgspecv1.MediaTypeImageConfig, amd64, len(amd64), ""), "", "not there",
		},
		"other bytes": {
			imgspecv1.MediaTypeImageManifest, imageOf(imgspecv1.MediaTypeImageConfig, amd64, len(amd64), ""),
			strings.Replace(amd64, "linux", "Linux", 1), "digest is",
		},
		"more bytes": {
			imgspecv1.MediaTypeImageManifest, imageOf(imgspecv1.MediaTypeImageConfig, amd64, len(amd64)-1, ""), amd64,
			"more than the 63 bytes of its descriptor",
		},
		"fewer bytes": {
			imgspecv1.MediaTypeImageManifest, imageOf(imgspecv1.MediaTypeImageConfig, amd64, len(amd64)+1, ""), amd64,
			"ends after 64 of 65 bytes",
		},
		"too large": {
			imgspecv1.MediaTypeImageManifest, imageOf(imgspecv1.MediaTypeImageConfig, long, len(long), ""), long,
			"configuration: 5044 bytes, and it may have 4000",
		},
		"both an image and an index": {
			imgspecv1.MediaTypeImageManifest, strings.Replace(imageOf(imgspecv1.MediaTypeImageConfig, amd64, 1, ""),
				`"layers"`, `"manifests":[],"layers"`, 1), amd64, "it is ambiguous",
		},
	} {
		m, src := root(c.mediaType, c.manifest), blobs{}
		if c.config != "" {
			for _, named := range []string{amd64, arm64, c.config} { // by the digest that the manifest has
				if strings.Contains(c.manifest, digest.FromString(named).String()) {
					src[digest.FromString(named)] = c.config
				}
			}
		}
		got, err := Of(t.Context(), m, filterOf(t, "linux/amd64"), 4000, src)
		if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %s", name, err, c.want)
		}
		if large := name == "too large"; errors.Is(err, ErrLarge) != large {
			t.Errorf("%s: %v", name, err)
		}
		if err == nil && (got.Root.Digest != m.Digest || got.Source != m.Digest || len(got.Trimmed.Kept) > 0) {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

func TestAnIndex(t *testing.T) {
	const index = `{"schemaVersion":2,"manifests":[{"digest":"sha256:5861314d7fccb39c2192173240eab44fa35ca66426201ca2acd0630a6258dd51",` +
		`"platform":{"os":"linux","architecture":"amd64"}},` +
		`{"digest":"sha256:f69162950f235e3cdbbad33f1f912d1a504be90d8a37d002c735d6f3e3882265",` +
		`"platform":{"os":"linux","architecture":"arm64"}}]}`
	m := root(imgspecv1.MediaTypeImageIndex, index)
	m.Digest = digest.SHA512.FromString(index) // whatever algorithm the source names it by
	for _, c := range []struct {
		filter  []string
		dropped int
	}{{[]string{"linux/amd64", "linux/arm64"}, 0}, {[]string{"linux/arm64"}, 1}} {
		f := filterOf(t, c.filter...)
		got, err := Of(t.Context(), m, f, 0, nil)
		trimmed, trimErr := f.Trim(m.Content)
		if err != nil || trimErr != nil || len(got.Trimmed.Dropped) != c.dropped || got.Source != m.Digest ||
			string(got.Root.Content) != string(trimmed.Bytes) || got.Root.MediaType != m.MediaType {
			t.Errorf("%s: %+v, %v", f, got, err)
		}
		want := map[bool]digest.Digest{true: m.Digest, false: trimmed.Digest}[c.dropped == 0]
		if got.Root.Digest != want {
			t.Errorf("%s: %s, want %s", f, got.Root.Digest, want)
		}
	}
	var none *platforms.NoneError
	if _, err := Of(t.Context(), m, filterOf(t, "linux/s390x"), 0, nil); !errors.As(err, &none) {
		t.Errorf("%v", err)
	}
	if _, err := Of(t.Context(), m, filterOf(t, "linux/arm64"), 100, nil); !errors.Is(err, ErrLarge) {
		t.Errorf("%v", err)
	}
	if got, err := Of(t.Context(), m, platforms.Filter{}, 100, nil); err != nil || got.Root.Digest != m.Digest {
		t.Errorf("all platforms: %+v, %v", got, err)
	}
}
