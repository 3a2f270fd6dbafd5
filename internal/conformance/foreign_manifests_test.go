package conformance

import (
	"fmt"
	"strings"

	"github.com/opencontainers/go-digest"
)

const (
	ociManifest   = "application/vnd.oci.image.manifest.v1+json"
	ociIndex      = "application/vnd.oci.image.index.v1+json"
	schema1       = "application/vnd.docker.distribution.manifest.v1+json"
	configContent = `{"architecture":"amd64","os":"linux"}`
	layerContent  = "the bytes of a layer"
)

func configDigest() string { return digest.FromString(configContent).String() }

func descriptor(mediaType, content string) string {
	return fmt.Sprintf(`{"mediaType":%q,"digest":%q,"size":%d}`, mediaType, digest.FromString(content), len(content))
}

// goodManifest is that of an image, and goodIndex one of it alone.
func goodManifest() string {
	return `{"schemaVersion":2,"mediaType":"` + ociManifest +
		`","config":` + descriptor("application/vnd.oci.image.config.v1+json", configContent) +
		`,"layers":[` + descriptor("application/vnd.oci.image.layer.v1.tar", layerContent) + `]}`
}

func goodIndex() string {
	return `{"schemaVersion":2,"mediaType":"` + ociIndex + `","manifests":[` + descriptor(ociManifest,
		goodManifest()) + `]}`
}

func goodSchema1() string {
	blob := digest.FromString(layerContent).String()
	return `{"schemaVersion":1,"name":"r","tag":"t","architecture":"amd64","fsLayers":[{"blobSum":"` + blob +
		`"}],"history":[{"v1Compatibility":"{\"id\":\"a\"}"}]}`
}

// documentFields are the places in manifests: in each document a part is replaced by a text.
func documentFields() []registryField {
	var fields []registryField
	add := func(kind, mediaType, document string, replacements map[string]string) {
		for old, changed := range inOrder(replacements) {
			fields = append(fields, registryField{
				at: getManifest, name: kind + ", " + changed,
				document: func(text string) (string, string) {
					digits := strings.Repeat("9", len(text))
					with := strings.NewReplacer("%s", quoted(text), "%d", digits).Replace(changed)
					return strings.Replace(document, old, with, 1), mediaType
				},
			})
		}
	}
	for _, r := range []map[string]string{
		{
			`"schemaVersion":2`: `"schemaVersion":%s`, `"mediaType":"` + ociManifest + `"`: `"mediaType":%s`,
			`"config":{`: `"config":{%s:1,`, `"layers":[`: `"layers":[%s,`,
		},
		{
			`"schemaVersion":2`: `"schemaVersion":%d`, `"mediaType":"` + ociManifest + `"`: `"mediaType":%d`,
			`"config":{"mediaType":`: `"config":{"mediaType":%s,"MEDIATYPE":`, `"layers":`: `"layers":%s,"x":`,
		},
		{
			`"schemaVersion":2`:                       `"schemaVersion":2,"artifactType":%s`,
			`"size":` + fmt.Sprint(len(layerContent)): `"size":%d`, `"config":`: `"config":%s,"x":`,
			`"layers":[`: `"layers":[{"mediaType":"m","digest":%s,"size":1},`,
		},
		{
			`"schemaVersion":2`:                       `"schemaVersion":2,"fsLayers":[%s]`,
			`"size":` + fmt.Sprint(len(layerContent)): `"size":%s`,
			`"layers":[`:                              `"layers":[{"mediaType":%s,"digest":"sha256:1","size":1},`,
		},
		{
			`"schemaVersion":2`: `"schemaVersion":2,"annotations":{%s:1}`, `"layers":[{`: `"layers":[{"annotations":%s,`,
			`"config":{`: `"config":{"urls":%s,`,
		},
		{
			`"schemaVersion":2`: `"schemaVersion":2,%s:%s,%s:%s`, `"layers":[{`: `"layers":[{"urls":[%s],`,
			`"config":{`: `"config":{"data":%s,`,
		},
		{
			`"schemaVersion":2`: `"schemaVersion":2,"subject":{"digest":%s,"size":%s}`,
			`"layers":[{`:       `"layers":[{"urls":[1,%s],`, `"config":{`: `"config":{"platform":%s,`,
		},
		{
			`"schemaVersion":2`: `"schemaVersion":2,"history":%s,"manifests":%s`,
			`"layers":[{`:       `"layers":[{"platform":{"os":%s,"architecture":%s},`, `{"`: `{%s{"`,
		},
		{
			`"schemaVersion":2`: `"schemaVersion":2,"manifests":[{"digest":%s}]`, `}]}`: `}]} %s`,
			`"layers"`: `"layers":[],"layer\u017f"`, `{"s`: `%s{"s`,
		},
		{
			`"schemaVersion":2`: `"schemaVersion":2,"signatures":[%s]`, `}]}`: `}],%s}`,
			`"layers":[{"mediaType":"`: `"layers":[{"mediaType":"sha256:`,
			`"digest":"sha256:`:        `"digest":%s,"x":"sha256:`,
		},
	} {
		add("image", ociManifest, goodManifest(), r)
	}
	for _, r := range []map[string]string{
		{
			`"manifests":[`:                  `"manifests":[{"mediaType":%s,"digest":%s,"size":1},`,
			`"mediaType":"` + ociIndex + `"`: `"mediaType":%s`,
		},
		{
			`"manifests":[`:  `"manifests":[%s,`,
			`"manifests":[{`: `"manifests":[{"platform":{"os":%s,"architecture":%d},`,
		},
		{
			`"manifests":[`: `"manifests":[{"mediaType":"` + ociManifest + `","digest":%s,"size":%d},`,
			`"manifests":`:  `"manifests":%s,"x":`,
		},
		{
			`"manifests":[`: `"manifests":[{"mediaType":"` + ociManifest + `","digest":%s,"size":1},`,
			`"digest":`:     `"digest":%s,"x":`, `"manifests":[{`: `"manifests":[{"data":%s,"artifactType":%s,`,
		},
	} {
		add("index", ociIndex, goodIndex(), r)
	}
	for _, r := range []map[string]string{
		{`"name":"r"`: `"name":%s`, `"fsLayers":[`: `"fsLayers":[%s,`, `"history":[`: `"history":[%s,`},
		{
			`"tag":"t"`: `"tag":%s`, `"fsLayers":[`: `"fsLayers":[{"blobSum":%s},`,
			`"history":[`: `"history":[{"v1Compatibility":%s},`,
		},
		{
			`"architecture":"amd64"`: `"architecture":%s`, `"blobSum":"`: `"blobSum":%s,"x":"`,
			`"v1Compatibility":"`: `"v1Compatibility":%s,"x":"`,
		},
		{
			`"schemaVersion":1`: `"schemaVersion":%d`, `"fsLayers":`: `"fsLayers":%s,"x":`,
			`"history":`: `"history":%s,"x":`,
		},
	} {
		add("schema 1", schema1, goodSchema1(), r)
	}
	for name, document := range inOrder(map[string]func(text string) (string, string){
		"all of it":          func(text string) (string, string) { return text, ociManifest },
		"a text":             func(text string) (string, string) { return quoted(text), ociManifest },
		"type of its answer": func(text string) (string, string) { return `{"a":1}`, text },
		"type of a good one": func(text string) (string, string) { return goodManifest(), text },
		"parameter of its type": func(text string) (string, string) {
			return goodManifest(), ociManifest + "; charset=" + text
		},
		"type in it, of an unknown one": func(text string) (string, string) {
			return `{"mediaType":` + quoted(text) + `}`, "text/plain"
		},
	}) {
		fields = append(fields, registryField{at: getManifest, name: "manifest, " + name, document: document})
	}
	return fields
}

func digestOf(content string) string { return digest.FromString(content).String() }
