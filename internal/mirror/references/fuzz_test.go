package references

import (
	"encoding/json"
	"testing"

	"go.podman.io/image/v5/manifest"
)

// FuzzManifest holds what is read from a manifest against what anybody reads who takes names for what
// they are: nothing of it is left out, and nothing that counts is unknown.
func FuzzManifest(f *testing.F) {
	for _, seed := range []string{
		`{"config":{"digest":"sha256:a","size":1},"layers":[{"digest":"b","size":2,"urls":["https://x"]}]}`,
		`{"manifests":[{"digest":"a","size":1,"platform":{"os":"linux","Digest":"x"},"annotations":{"digest":"y",` +
			`"Size":"z"}}]}`,
		`{"config":{},"layers":[{"digest":"b","mediaType":"application/vnd.oci.image.layer.nondistributable.v1.tar",` +
			`"urls":["x"]}]}`,
		`{"config":null,"Config":{}}`, `{"config":{"digest":"a"},"config":{"digest":"b"}}`, `{"layers":[],"layerſ":[]}`,
		`{"config":{"size":-1}}`,
		`{"schemaVersion":1,"fsLayers":[{"blobSum":"sha256:a"}],"history":[{"v1Compatibility":"{}"}]}`, `null`, `[]`,
		`{"config":[]}`,
	} {
		for kind := range manifest.DefaultRequestedManifestMIMETypes {
			f.Add([]byte(seed), byte(kind))
		}
	}
	f.Fuzz(func(t *testing.T, raw []byte, kind byte) {
		types := manifest.DefaultRequestedManifestMIMETypes
		mediaType := types[int(kind)%len(types)]
		refs, err := Parse(raw, mediaType)
		if err != nil || kindOf(mediaType) == "schema 1" {
			return
		}
		var exact map[string]json.RawMessage
		if err := json.Unmarshal(raw, &exact); err != nil {
			t.Fatalf("%q was taken: %v", raw, err)
		}
		want := map[string]int{}
		for _, member := range []string{"config", "layers", "manifests"} {
			var descriptors []map[string]any
			if member == "config" {
				descriptors = make([]map[string]any, 1)
				_ = json.Unmarshal(exact[member], &descriptors[0])
			} else {
				_ = json.Unmarshal(exact[member], &descriptors)
			}
			for _, d := range descriptors {
				urls, _ := d["urls"].([]any)
				mediaType, _ := d["mediaType"].(string)
				digest, _ := d["digest"].(string)
				if digest != "" && (len(urls) == 0 || mediaType == "") {
					want[digest]++
				}
			}
		}
		for _, blob := range refs.Doubtful {
			want[blob.Digest.String()]--
		}
		for _, blob := range refs.Blobs {
			if want[blob.Digest.String()]--; blob.Size < 0 {
				t.Errorf("%d bytes", blob.Size)
			}
		}
		for _, instance := range refs.Instances {
			want[instance.String()]--
		}
		for digest, n := range want {
			if n > 0 {
				t.Errorf("%s in %s is left out", digest, raw)
			}
		}
		if isIndex := manifest.MIMETypeIsMultiImage(mediaType); !isIndex && len(refs.Instances)+len(refs.Doubtful) > 0 {
			t.Errorf("%s: %+v", mediaType, refs)
		}
	})
}
