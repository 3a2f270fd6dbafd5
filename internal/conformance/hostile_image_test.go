package conformance

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/opencontainers/go-digest"
	v1 "github.com/opencontainers/image-spec/specs-go/v1"
	"go.podman.io/image/v5/manifest"
)

// A forgery is an image that no tool makes.
type forgery struct {
	name      string
	mediaType string // of the root, as the registry says
	root      func() string
	more      func(digest.Digest) (mediaType, content string) // the other manifests and the blobs; nil = there are none
	header    http.Header                                     // of every answer, too
	copied    bool                                            // it is an image, in spite of all, and arrives
	slow      bool                                            // that takes a while
}

// serve serves the image as HOST/image:v1.
func (f forgery) serve(t *testing.T) (host string) {
	t.Helper()
	root := f.root()
	ofRoot := digest.FromString(root)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for name, values := range f.header {
			w.Header()[name] = values
		}
		mediaType, content := f.mediaType, root
		reference := r.URL.Path[strings.LastIndexByte(r.URL.Path, '/')+1:]
		if reference != "v1" && reference != ofRoot.String() {
			if mediaType, content = "", ""; f.more != nil {
				mediaType, content = f.more(digest.Digest(reference))
			}
		}
		if content == "" {
			w.WriteHeader(http.StatusNotFound)
			return
		}
		w.Header().Set("Content-Type", mediaType)
		w.Header().Set("Docker-Content-Digest", digest.FromString(content).String())
		w.Header().Set("Content-Length", fmt.Sprint(len(content)))
		if r.Method != http.MethodHead {
			_, _ = w.Write([]byte(content))
		}
	}))
	t.Cleanup(server.Close)
	return server.Listener.Addr().String()
}

// oneBlob is the only blob of most forgeries, and blobOf a descriptor of it with more members.
const oneBlob = `{"architecture":"arm64","os":"linux"}`

func blobOf(more string) string {
	return fmt.Sprintf(`{"mediaType":"application/vnd.oci.image.config.v1+json","digest":%q,"size":%d%s}`,
		digest.FromString(oneBlob), len(oneBlob), more)
}

func hasOneBlob(d digest.Digest) (mediaType, content string) {
	if d == digest.FromString(oneBlob) {
		return "application/octet-stream", oneBlob
	}
	return "", ""
}

// imageWith is an image of one layer, with more members in its manifest and in its layer.
func imageWith(members, ofLayer string) string {
	return `{"schemaVersion":2,"config":` + blobOf("") + `,"layers":[` + blobOf(ofLayer) + `]` + members + `}`
}

// full repeats what next gives until a manifest is nearly as large as it may be.
func full(next func(i int) string) string {
	var b strings.Builder
	for i := 0; b.Len() < manifestLimit-2_000; i++ {
		b.WriteString(next(i))
	}
	return b.String()
}

func fullOf(s string) string { return full(func(int) string { return s }) }

// numbered is a digest that is unlike all others.
func numbered(i int) string { return fmt.Sprintf("sha256:%064x", i) }

// named are forgeries of kinds that have no others, those that matter most first.
func named() []forgery {
	image, index := v1.MediaTypeImageManifest, v1.MediaTypeImageIndex
	largeOnes := sync.OnceValue(func() (list []string) {
		for i := range 16 {
			list = append(list, imageWith(fmt.Sprintf(`,"annotations":{"%d":"`, i)+fullOf("x")+`"}`, ""))
		}
		return list
	})
	tiny := blobs{}
	amongLarge := func(d digest.Digest) (string, string) {
		for _, m := range largeOnes() {
			if digest.FromString(m) == d {
				return image, m
			}
		}
		return hasOneBlob(d)
	}
	indexOfLarge := func(mediaType string) func() string {
		return func() string {
			var list []string
			for _, m := range largeOnes() {
				list = append(list, fmt.Sprintf(`{"mediaType":%q,"digest":%q,"size":1}`, mediaType,
					digest.FromString(m)))
			}
			return `{"schemaVersion":2,"manifests":[` + strings.Join(list, ",") + `]}`
		}
	}
	three := sync.OnceValue(func() (list []string) {
		for n := range 3 {
			layers := full(func(i int) string { return fmt.Sprintf(`{"digest":%q,"size":1},`, numbered(n<<20|i)) })
			list = append(list, `{"schemaVersion":2,"config":`+blobOf("")+`,"layers":[`+layers+blobOf("")+`]}`)
		}
		return list
	})
	return []forgery{
		{name: "empty layers", mediaType: image, root: func() string {
			return `{"schemaVersion":2,"config":` + blobOf("") + `,"layers":[` + fullOf("{},") + blobOf("") + `]}`
		}},
		{name: "sixteen instances of 4 MiB", mediaType: index, root: indexOfLarge(image), more: amongLarge},
		{
			name: "sixteen members of no known type of 4 MiB", mediaType: index, root: indexOfLarge("x/y"),
			more: amongLarge,
		},
		{name: "escapes", mediaType: image, root: func() string {
			return imageWith(`,"annotations":{"a":"`+fullOf(`\u0000`)+`"}`, "")
		}, more: hasOneBlob, copied: true},
		{
			name: "escapes in a layer", mediaType: image,
			root: func() string { return imageWith("", `,"annotations":{"a":"`+fullOf(`\u0000`)+`"}`) },
			more: hasOneBlob, copied: true,
		},
		{
			name: "what is no UTF-8", mediaType: image,
			root: func() string { return imageWith("", `,"annotations":{"a":"`+fullOf("\xff")+`"}`) },
			more: hasOneBlob, copied: true,
		},
		{
			name: "content in a layer", mediaType: image,
			root: func() string { return contentInside(func(s string) string { return s }) },
			more: hasOneBlob, copied: true,
		},
		{name: "escaped content in a layer", mediaType: image, root: func() string {
			return contentInside(func(s string) string { return strings.ReplaceAll(s, "A", `\u0041`) })
		}, more: hasOneBlob, copied: true},
		{name: "a size of 4 MiB of digits", mediaType: image, root: func() string {
			return `{"schemaVersion":2,"config":{"digest":"` + numbered(1) + `","size":` + fullOf("9") + `}}`
		}},
		{
			name: "a schema version of 4 MiB of digits", mediaType: "",
			root: func() string { return `{"schemaVersion":` + fullOf("1") + `}` },
		},
		{
			name: "a digest of 4 MiB", mediaType: image,
			root: func() string { return `{"schemaVersion":2,"config":{"digest":"` + fullOf("x") + `"}}` },
		},
		{
			name: "a type of 4 MiB", mediaType: image,
			root: func() string { return imageWith("", `,"mediaType":"`+fullOf("x")+`"`) },
		},
		{
			name: "a type of 4 MiB of an instance", mediaType: index,
			root: func() string { return `{"manifests":[{"mediaType":"` + fullOf("x/") + `"}]}` },
		},
		{
			name: "a manifest that says a type of 4 MiB", mediaType: image,
			root: func() string { return imageWith(`,"mediaType":"`+fullOf("x")+`"`, "") },
		},
		{
			name: "a header that says a type of 60 KiB", mediaType: strings.Repeat("x", 60<<10),
			root: func() string { return `{}` },
		},
		{name: "deep in a layer", mediaType: image, root: func() string {
			return imageWith("", `,"x":`+strings.Repeat("[", 2<<20-1000)+strings.Repeat("]", 2<<20-1000))
		}},
		{name: "often as deep as may be", mediaType: image, root: func() string {
			return imageWith(`,"x":[`+fullOf(strings.Repeat("[", 9_000)+strings.Repeat("]", 9_000)+",")+`0]`, "")
		}},
		{name: "signatures of anything", mediaType: manifest.DockerV2Schema1SignedMediaType, root: func() string {
			return `{"schemaVersion":1,"signatures":[` + fullOf(`{"a":0},`) + `0]}`
		}},
		{
			name: "a signature that protects 3 MiB", mediaType: manifest.DockerV2Schema1SignedMediaType,
			root: func() string {
				return `{"schemaVersion":1,"signatures":[{"protected":"` + fullOf("W10s") + `"}]}`
			},
		},
		{name: "an instance for each 100 bytes", mediaType: index, root: func() string {
			return `{"manifests":[` + full(func(i int) string {
				return fmt.Sprintf(`{"digest":%q,"size":1},`, numbered(i))
			}) + blobOf("") + `]}`
		}},
		{name: "three instances of all the blobs that there may be", mediaType: index, root: func() string {
			var list []string
			for _, m := range three() {
				list = append(list, fmt.Sprintf(`{"mediaType":%q,"digest":%q,"size":%d}`, image,
					digest.FromString(m), len(m)))
			}
			return `{"schemaVersion":2,"manifests":[` + strings.Join(list, ",") + `]}`
		}, more: func(d digest.Digest) (string, string) {
			for _, m := range three() {
				if digest.FromString(m) == d {
					return image, m
				}
			}
			return hasOneBlob(d)
		}},
		{
			name: "an image of all the blobs that there may be", mediaType: image, root: tiny.image(44_000),
			more: tiny.blob, copied: true, slow: true,
		},
		{
			name: "headers by the thousands", mediaType: image, header: manyHeaders(), root: tiny.image(200),
			more: tiny.blob, copied: true,
		},
	}
}

// contentInside is an image with nearly 3 MiB of content in a layer's descriptor, in base64 as that is written.
func contentInside(written func(base64 string) string) string {
	zeros := make([]byte, 6<<9)
	n := 3 << 20 / len(zeros)
	text := strings.Repeat("A", len(zeros)/3*4)
	for n > 1 && n*len(written(text)) > manifestLimit-2_000 {
		n--
	}
	content := make([]byte, n*len(zeros))
	layer := fmt.Sprintf(`{"mediaType":"x/y","digest":%q,"size":%d,"data":"%s"}`, digest.FromBytes(content),
		len(content), strings.Repeat(written(text), n))
	return `{"schemaVersion":2,"config":` + blobOf("") + `,"layers":[` + layer + `]}`
}

// manyHeaders are nearly as many bytes of headers as are taken, in as many headers as those can be.
func manyHeaders() http.Header {
	h := http.Header{}
	for i := range 5_000 {
		h[fmt.Sprintf("X%x", i)] = []string{""}
	}
	return h
}

// blobs are small ones, by their digests.
type blobs map[digest.Digest]string

func (b blobs) blob(d digest.Digest) (mediaType, content string) {
	return "application/octet-stream", b[d]
}

// image returns what makes an image of so many layers.
func (b blobs) image(layers int) func() string {
	return func() string {
		list := make([]string, layers)
		for i := range list {
			content := fmt.Sprint("layer ", i)
			d := digest.FromString(content)
			b[d], list[i] = content, fmt.Sprintf(`{"digest":%q,"size":%d}`, d, len(content))
		}
		return `{"schemaVersion":2,"config":` + list[0] + `,"layers":[` + strings.Join(list, ",") + `]}`
	}
}
