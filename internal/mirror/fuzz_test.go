package mirror_test

import (
	"strings"
	"testing"

	"github.com/opencontainers/go-digest"
	"go.podman.io/image/v5/manifest"
)

// FuzzCopy lets the engine copy whatever a registry serves as root and as instance, by whatever types:
// it ends, in all of exactly that or in an error and no tag. CHILD and BLOB mean the digests of
// the instance and of a blob that is there.
func FuzzCopy(f *testing.F) {
	const (
		image = `{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json",` +
			`"config":{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"BLOB","size":4},` +
			`"layers":[{"mediaType":"application/vnd.oci.image.layer.v1.tar+gzip","digest":"BLOB","size":4}]}`
		index = `{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json",` +
			`"manifests":[{"mediaType":"application/vnd.oci.image.manifest.v1+json","digest":"CHILD","size":1}]}`
		schema1 = `{"schemaVersion":1,"name":"a","tag":"1","architecture":"amd64","fsLayers":[{"blobSum":"BLOB"}],` +
			`"history":[{"v1Compatibility":"{\"id\":\"a\"}"}],"signatures":[]}`
	)
	kinds := append([]string{
		"", "text/html", "application/json; charset=utf-8",
	}, manifest.DefaultRequestedManifestMIMETypes...)
	f.Add([]byte(image), byte(3), []byte(image), byte(3), []byte("blob"))
	f.Add([]byte(index), byte(8), []byte(image), byte(3), []byte("blob"))
	f.Add([]byte(index), byte(8), []byte(index), byte(8), []byte("blob"))
	f.Add([]byte(schema1), byte(6), []byte(``), byte(0), []byte("blob"))
	f.Add([]byte(schema1), byte(5), []byte(``), byte(0), []byte("blob"))
	// of -1 bytes
	f.Add([]byte(strings.Replace(schema1, `[]}`,
		`[{"protected":"eyJmb3JtYXRMZW5ndGgiOi0xLCJmb3JtYXRUYWlsIjoiZlEifQ"}]}`, 1)), byte(5), []byte(``),
		byte(0), []byte("blob"))
	f.Add([]byte(`{"manifests":[],"layers":null,"Layers":[{"digest":"BLOB"}],"config":{"digest":"BLOB","size":4}}`),
		byte(3), []byte(image), byte(3), []byte("blob"))
	f.Add([]byte(`{"config":{"digest":"BLOB","size":-1},"layers":[{"digest":"md5:x","size":9223372036854775807}]}`),
		byte(4), []byte(image), byte(3), []byte("blob"))
	f.Add([]byte(strings.ReplaceAll(image, `"size":4`, `"size":9223372036854775807`)), byte(4), []byte(image),
		byte(3), []byte("blob"))
	f.Add([]byte(strings.Repeat(`[`, 9999)), byte(4), []byte(`null`), byte(3), []byte(""))
	b := newBench(f)
	f.Fuzz(func(t *testing.T, root []byte, rootKind byte, child []byte, childKind byte, blob []byte) {
		there := map[string]served{}
		place := func(content []byte, kind byte, under ...string) string {
			d := digest.FromBytes(content).String()
			for _, name := range append(under, d) {
				there[name] = served{mediaType: kinds[int(kind)%len(kinds)], content: content}
			}
			return d
		}
		ofBlob := place(blob, 0)
		child = []byte(strings.ReplaceAll(string(child), "BLOB", ofBlob))
		ofChild := place(child, childKind)
		root = []byte(strings.NewReplacer("BLOB", ofBlob, "CHILD", ofChild).Replace(string(root)))
		place(root, rootKind, "1")
		result := b.copy(t, &stranger{served: there})
		if result.Transient {
			t.Errorf("%v is said to be worth another try", result.Err)
		}
	})
}
