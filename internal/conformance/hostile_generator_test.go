package conformance

import (
	"fmt"
	"math/rand/v2"
	"strings"

	v1 "github.com/opencontainers/image-spec/specs-go/v1"
	"go.podman.io/image/v5/manifest"
)

// The generator makes a forgery for each place of a manifest where many pieces may be, and each piece: 4 MiB of it.
var (
	// places are manifests; ELEMENTS is where a list goes on, MEMBERS where an object does.
	places = []struct{ name, mediaType, manifest string }{
		{"members", v1.MediaTypeImageManifest, imageWith("MEMBERS", "")},
		{"annotations", v1.MediaTypeImageManifest, imageWith(`,"annotations":{"a":""MEMBERS}`, "")},
		{
			"layers", v1.MediaTypeImageManifest,
			`{"schemaVersion":2,"config":` + blobOf("") + `,"layers":[` + blobOf("") + `ELEMENTS]}`,
		},
		{"config", v1.MediaTypeImageManifest, `{"schemaVersion":2,"config":` + blobOf("MEMBERS") + `}`},
		{"annotations of a layer", v1.MediaTypeImageManifest, imageWith("", `,"annotations":{"a":""MEMBERS}`)},
		{"URLs", v1.MediaTypeImageManifest, imageWith("", `,"urls":["https://example.com/"ELEMENTS]`)},
		{"subject", v1.MediaTypeImageManifest, imageWith(`,"subject":[0ELEMENTS]`, "")},
		{"signatures of an image", v1.MediaTypeImageManifest, imageWith(`,"signatures":[0ELEMENTS]`, "")},
		{"layers of schema 1 of an image", v1.MediaTypeImageManifest, imageWith(`,"fsLayers":[{}ELEMENTS]`, "")},
		{"instances of an image", v1.MediaTypeImageManifest, imageWith(`,"manifests":[`+blobOf("")+`ELEMENTS]`, "")},
		{"instances", v1.MediaTypeImageIndex, `{"schemaVersion":2,"manifests":[` + blobOf("") + `ELEMENTS]}`},
		{
			"instances of a list", manifest.DockerV2ListMediaType,
			`{"schemaVersion":2,"manifests":[` + blobOf("") + `ELEMENTS]}`,
		},
		{
			"features of a platform", v1.MediaTypeImageIndex,
			`{"schemaVersion":2,"manifests":[` + blobOf(`,"platform":{"os.features":[""ELEMENTS]}`) + `]}`,
		},
		{"instances without a type", "", `{"schemaVersion":2,"manifests":[` + blobOf("") + `ELEMENTS]}`},
		{"signatures without a type", "", `{"schemaVersion":1,"signatures":[{}ELEMENTS]}`},
		{
			"layers of schema 1", manifest.DockerV2Schema1MediaType,
			`{"schemaVersion":1,"fsLayers":[{}ELEMENTS],"history":[{"v1Compatibility":"{}"}]}`,
		},
		{
			"history", manifest.DockerV2Schema1MediaType,
			`{"schemaVersion":1,"fsLayers":[{}],"history":[{"v1Compatibility":"{}"}ELEMENTS]}`,
		},
		{
			"signatures", manifest.DockerV2Schema1SignedMediaType,
			`{"schemaVersion":1,"fsLayers":[{}],"signatures":[{}ELEMENTS]}`,
		},
		{"a list", v1.MediaTypeImageManifest, `[0ELEMENTS]`},
	}
	pieces = []struct {
		name  string
		piece func(i int) string
	}{
		{"empty objects", always(`{}`)},
		{"empty lists", always(`[]`)},
		{"nulls", always(`null`)},
		{"numbers", always(`0`)},
		{"empty texts", always(`""`)},
		{"objects", always(`{"a":0}`)},
		{"lists of lists", always(`[[[[]]]]`)},
		{"escapes", always(`"\u0000\ud800"`)},
		{"large numbers", always(`-123456789e-987654321`)},
		{"descriptors", func(i int) string { return fmt.Sprintf(`{"digest":%q,"size":1}`, numbered(i)) }},
		{"descriptors of one blob", always(blobOf(""))},
		{"types", func(i int) string { return fmt.Sprintf(`{"mediaType":"x/%d"}`, i) }},
		{"sums", func(i int) string { return fmt.Sprintf(`{"blobSum":%q}`, numbered(i)) }},
		{"configurations", func(i int) string { return fmt.Sprintf(`{"v1Compatibility":"{\"id\":\"%064x\"}"}`, i) }},
	}
	// names are those of members.
	names = []func(i int) string{
		always(`""`), func(i int) string { return fmt.Sprintf(`"%x"`, i) }, always(`"\u006c\u0061yers"`),
		always(`"Layers"`),
	}
)

func always(s string) func(int) string { return func(int) string { return s } }

// generated are the forgeries of the generator, in a random order, with random names of members.
func generated(random *rand.Rand) (list []forgery) {
	for _, place := range places {
		for _, piece := range pieces {
			name := names[random.IntN(len(names))]
			root := func() string {
				if before, after, ok := strings.Cut(place.manifest, "ELEMENTS"); ok {
					return before + full(func(i int) string { return "," + piece.piece(i) }) + after
				}
				before, after, _ := strings.Cut(place.manifest, "MEMBERS")
				return before + full(func(i int) string { return "," + name(i) + ":" + piece.piece(i) }) + after
			}
			list = append(list, forgery{
				name: place.name + "/" + piece.name, mediaType: place.mediaType, root: root, more: hasOneBlob,
			})
		}
	}
	random.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
	return list
}
