package references

import (
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"

	"ecrmirror/internal/mirror/content"

	"github.com/opencontainers/go-digest"
	imgspecv1 "github.com/opencontainers/image-spec/specs-go/v1"
	"go.podman.io/image/v5/manifest"
)

// someDescriptor is one as they come.
func someDescriptor(random *rand.Rand, mediaType string) imgspecv1.Descriptor {
	content := fmt.Sprint(random.Uint64())
	d := imgspecv1.Descriptor{MediaType: mediaType, Digest: digest.FromString(content), Size: int64(len(content))}
	if random.IntN(4) == 0 {
		d.Annotations = map[string]string{"org.opencontainers.image.title": `"}],\` + content, "x": "layers"}
	}
	if random.IntN(4) == 0 {
		d.Platform = &imgspecv1.Platform{OS: "linux", Architecture: "arm64", OSFeatures: []string{"a", "b"}}
	}
	if random.IntN(8) == 0 {
		d.Data = []byte(content)
	}
	if random.IntN(8) == 0 {
		d.MediaType, d.URLs = imgspecv1.MediaTypeImageLayerNonDistributable, []string{"https://example.com/layer"} //nolint:staticcheck // Windows has them
	}
	return d
}

// What is read of a manifest as they come is what encoding/json reads in it.
func TestManifestsAreReadAsEncodingJSONReadsThem(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for range 200 {
		var m struct {
			SchemaVersion int                    `json:"schemaVersion"`
			Config        *imgspecv1.Descriptor  `json:"config,omitempty"`
			Layers        []imgspecv1.Descriptor `json:"layers,omitempty"`
			Manifests     []imgspecv1.Descriptor `json:"manifests,omitempty"`
			Annotations   map[string]string      `json:"annotations,omitempty"`
		}
		m.SchemaVersion, m.Annotations = 2, map[string]string{"layers": "[{}]"}
		mediaType := imgspecv1.MediaTypeImageManifest
		want := References{}
		if random.IntN(2) == 0 {
			mediaType = imgspecv1.MediaTypeImageIndex
			for range random.IntN(20) {
				d := someDescriptor(random, imgspecv1.MediaTypeImageManifest)
				d.MediaType, d.URLs = imgspecv1.MediaTypeImageManifest, nil
				m.Manifests = append(m.Manifests, d)
				want.Instances = append(want.Instances, d.Digest)
			}
		} else {
			for range random.IntN(20) {
				d := someDescriptor(random, imgspecv1.MediaTypeImageLayerGzip)
				if m.Layers = append(m.Layers, d); len(d.URLs) == 0 {
					want.Blobs = append(want.Blobs, content.Blob{Digest: d.Digest, Size: d.Size})
				}
			}
			config := someDescriptor(random, imgspecv1.MediaTypeImageConfig)
			m.Config = &config
			want.Blobs = append(want.Blobs, content.Blob{Digest: config.Digest, Size: config.Size})
		}
		raw := encode(t, m)
		got, err := Parse(raw, mediaType)
		if err != nil {
			t.Fatalf("%s: %v", raw, err)
		}
		if !reflect.DeepEqual(got.Blobs, want.Blobs) || !reflect.DeepEqual(got.Instances, want.Instances) ||
			got.Doubtful != nil {
			t.Errorf("%s:\n%+v, want\n%+v", raw, got, want)
		}
		for _, d := range append(m.Manifests, m.Layers...) {
			inline, kept := got.Inline[d.Digest]
			if kept != (len(d.Data) > 0 && len(d.URLs) == 0) {
				t.Errorf("%s: content of %s is kept: %v", raw, d.Digest, kept)
			}
			if !kept {
				continue
			}
			if read, err := io.ReadAll(inline.Open()); err != nil || string(read) != string(d.Data) {
				t.Errorf("%s: %q, %v", raw, read, err)
			}
		}
	}
}

const layerDescriptor = `{"mediaType":"application/vnd.oci.image.layer.v1.tar",` +
	`"digest":"sha256:2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae","size":3}`

// of is a descriptor like others with more members.
func of(more string) string { return strings.TrimSuffix(layerDescriptor, "}") + "," + more + "}" }

// What is wrong with a manifest is told by the descriptor that it is in, in few words, whatever that has.
func TestAWrongDescriptorIsNamed(t *testing.T) {
	long := strings.Repeat("x", 1<<20)
	for _, c := range []struct{ member, err string }{
		{`"layers":[` + layerDescriptor + `,` + layerDescriptor + `,{}]`, `layers[2]: digest ""`},
		{`"layers":[null]`, `layers[0]: digest ""`},
		{`"layers":[1]`, `layers[0]: no object where one should be`},
		{`"layers":{}`, `layers: no list where one should be`},
		{
			`"layers":[` + strings.Replace(layerDescriptor, `"size":3`, `"size":-3`, 1) + `]`,
			`layers[0]: blob "sha256:2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae" has a size of ` +
				`-3 bytes`,
		},
		{`"layers":[{"digest":"` + long + `"}]`, `layers[0]: digest "xxx`},
		{`"layers":[` + of(`"size":4`) + `]`, `layers[0]: it is ambiguous: "size"`},
		{`"layers":[` + of(`"Size":4`) + `]`, `layers[0]: it is ambiguous: "size"`},
		{`"layers":[` + of(`"s\u0069ze":4`) + `]`, `layers[0]: it is ambiguous: "size"`},
		{`"layers":[` + of(`"urls":["https://a"`+strings.Repeat(`,""`, 1000)+`]`) + `]`, `layers[0]: 1006 values`},
		{`"layers":[` + of(`"annotations":{"a":1}`) + `]`, `layers[0]: json: cannot unmarshal number`},
		{`"layers":[` + of(`"data":"?"`) + `]`, `layers[0]: its data is no text in base64`},
		{`"layers":[` + of(`"data":[1,2]`) + `]`, `layers[0]: its data is no text in base64`},
		{`"layers":[{"size":` + strings.Repeat("9", 1<<20) + `}]`, `layers[0]: json: cannot unmarshal number 99`},
		{`"layers":[{"mediaType":"` + long + `"}]`, `layers[0]: its mediaType has more than 1024 bytes`},
		{`"mediaType":"` + long + `"`, `mediaType: no text`},
		{`"x":[` + strings.Repeat("0,", 10_000) + `0]`, `more than 10000 values beside its descriptors`},
		{`"a":0` + strings.Repeat(`,"":0`, 10_000), `more than 10000 values beside its descriptors`},
		{`"fsLayers":[` + strings.Repeat("{},", 1_000) + `{}]`, `fsLayers: more than 1000`},
		{`"history":[` + strings.Repeat("{},", 1_000) + `{}]`, `history: more than 1000`},
		{
			`"history":[{"v1Compatibility":"[` + strings.Repeat("0,", 100_000) + `0]"}]`,
			`history[0]: more than 100000 values`,
		},
		{`"history":[{"v1Compatibility":"{}","x":[` + strings.Repeat("0,", 100) + `0]}]`, `history[0]: 104 values`},
	} {
		raw := `{"schemaVersion":2,` + c.member + `,"config":` + layerDescriptor + `}`
		_, err := Parse([]byte(raw), imgspecv1.MediaTypeImageManifest)
		if err == nil || !strings.HasPrefix(err.Error(), c.err) || len(err.Error()) > 400 {
			t.Errorf("%.100s: %.500v, want %s", c.member, err, c.err)
		}
	}
	for _, mediaType := range []string{"", imgspecv1.MediaTypeImageManifest, "x/y"} {
		raw := fmt.Sprintf(`{"manifests":[%s,{"mediaType":%q,"digest":"sha256:2c26"}]}`, layerDescriptor, mediaType)
		if _, err := Parse([]byte(raw), imgspecv1.MediaTypeImageIndex); err == nil || !strings.HasPrefix(err.Error(),
			"manifests[1]: digest") {
			t.Errorf("an instance of type %q: %v", mediaType, err)
		}
	}
}

// An escaped slash is one, and the content stays where it is.
func TestInlineContentMayBeEscaped(t *testing.T) {
	content := []byte{0xff, 0xff, 0xff}
	d := digest.FromBytes(content)
	for _, written := range []string{`"////"`, `"\/\/\/\/"`, `"\u002f\u002F//"`, `"//\n//"`} {
		raw := fmt.Sprintf(`{"config":{"digest":%q,"size":3,"data":%s}}`, d, written)
		refs, err := Parse([]byte(raw), imgspecv1.MediaTypeImageManifest)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := io.ReadAll(refs.Inline[d].Open()); err != nil || string(got) != string(content) {
			t.Errorf("%s: %q, %v", written, got, err)
		}
	}
}

// However many descriptors are wrong, few are made: the first ends it.
func TestLittleIsMadeOfAHostileManifest(t *testing.T) {
	many := func(s string) string { return strings.TrimSuffix(strings.Repeat(s+",", 300_000), ",") }
	for name, c := range map[string]struct{ mediaType, raw string }{
		"layers": {
			imgspecv1.MediaTypeImageManifest, `{"config":` + layerDescriptor + `,"layers":[` + many("{}") + `]}`,
		},
		"nulls": {
			imgspecv1.MediaTypeImageManifest, `{"config":` + layerDescriptor + `,"layers":[` + many("null") + `]}`,
		},
		"instances": {imgspecv1.MediaTypeImageIndex, `{"manifests":[` + many("{}") + `]}`},
		"schema 1": {
			manifest.DockerV2Schema1MediaType,
			`{"schemaVersion":1,"fsLayers":[` + many("{}") + `],"history":[` + many("{}") + `]}`,
		},
		"members":     {imgspecv1.MediaTypeImageManifest, `{"config":` + layerDescriptor + `,` + many(`"":0`) + `}`},
		"annotations": {imgspecv1.MediaTypeImageManifest, `{"config":` + of(`"annotations":{`+many(`"":""`)+`}`) + `}`},
		"URLs":        {imgspecv1.MediaTypeImageManifest, `{"config":` + of(`"urls":[`+many(`""`)+`]`) + `}`},
	} {
		if !json.Valid([]byte(c.raw)) {
			t.Fatal(name)
		}
		var err error
		allocations := testing.AllocsPerRun(1, func() { _, err = Parse([]byte(c.raw), c.mediaType) })
		if err == nil || allocations > 100 {
			t.Errorf("%s: %v allocations, %v", name, allocations, err)
		}
	}
}

func encode(t *testing.T, v any) []byte {
	t.Helper()
	raw, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}
