package ecrtransport

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/opencontainers/go-digest"
	"go.podman.io/image/v5/directory"
	"go.podman.io/image/v5/types"
)

// A descriptor as manifests have it. Embedding keeps the order of fields.
type descriptor struct {
	MediaType string            `json:"mediaType"`
	Digest    digest.Digest     `json:"digest"`
	Size      int64             `json:"size"`
	Platform  map[string]string `json:"platform,omitempty"`
	Note      map[string]string `json:"annotations,omitempty"`
}

// A dirImage is an image in the making, in the format of the dir: transport.
type dirImage struct {
	t   *testing.T
	dir string
}

func newDirImage(t *testing.T) dirImage {
	t.Helper()
	d := dirImage{t, t.TempDir()}
	d.write("version", []byte("Directory Transport Version: 1.1\n"))
	return d
}

func (d dirImage) write(name string, content []byte) {
	d.t.Helper()
	if err := os.WriteFile(filepath.Join(d.dir, name), content, 0o600); err != nil {
		d.t.Fatal(err)
	}
}

func (d dirImage) blob(mediaType string, content []byte) descriptor {
	d.t.Helper()
	desc := descriptor{MediaType: mediaType, Digest: digest.FromBytes(content), Size: int64(len(content))}
	d.write(desc.Digest.Encoded(), content)
	return desc
}

// object returns a manifest's bytes, indented, so that whoever writes it anew changes them.
func (d dirImage) object(mediaType string, members map[string]any) []byte {
	d.t.Helper()
	members["schemaVersion"] = 2
	if mediaType != "" {
		members["mediaType"] = mediaType
	}
	content, err := json.MarshalIndent(members, "", "   ")
	if err != nil {
		d.t.Fatal(err)
	}
	return content
}

func (d dirImage) instance(mediaType string, content []byte, os, arch string) descriptor {
	d.t.Helper()
	desc := descriptor{MediaType: mediaType, Digest: digest.FromBytes(content), Size: int64(len(content))}
	desc.Platform = map[string]string{"os": os, "architecture": arch}
	d.write(desc.Digest.Encoded()+".manifest.json", content)
	return desc
}

func (d dirImage) root(content []byte) types.ImageReference {
	d.t.Helper()
	d.write("manifest.json", content)
	ref, err := directory.NewReference(d.dir)
	if err != nil {
		d.t.Fatal(err)
	}
	return ref
}

const (
	ociIndexType    = "application/vnd.oci.image.index.v1+json"
	ociManifestType = "application/vnd.oci.image.manifest.v1+json"
	ociConfigType   = "application/vnd.oci.image.config.v1+json"
	ociLayerType    = "application/vnd.oci.image.layer.v1.tar+gzip"
	ociZstdType     = "application/vnd.oci.image.layer.v1.tar+zstd"
	dockerListType  = "application/vnd.docker.distribution.manifest.list.v2+json"
	dockerType      = "application/vnd.docker.distribution.manifest.v2+json"
	dockerConfig    = "application/vnd.docker.container.image.v1+json"
	dockerLayer     = "application/vnd.docker.image.rootfs.diff.tar.gzip"
)

var configBlob = []byte(`{"os":"linux","architecture":"amd64","rootfs":{"type":"layers","diff_ids":[]},"config":{}}`)

// kinds are images of every kind that is copied.
var kinds = map[string]func(d dirImage) types.ImageReference{
	"OCI manifest": func(d dirImage) types.ImageReference {
		return d.root(d.object(ociManifestType, map[string]any{
			"config": d.blob(ociConfigType, configBlob),
			"layers": []descriptor{d.blob(ociLayerType, randomBytes(3000))},
		}))
	},
	"OCI manifest without a type": func(d dirImage) types.ImageReference {
		return d.root(d.object("", map[string]any{
			"config": d.blob(ociConfigType, configBlob),
			"layers": []descriptor{d.blob(ociLayerType, randomBytes(3000))},
		}))
	},
	"layer of two parts": func(d dirImage) types.ImageReference {
		return d.root(d.object(ociManifestType, map[string]any{
			"config": d.blob(ociConfigType, configBlob),
			"layers": []descriptor{d.blob(ociLayerType, randomBytes(12*mib+1))},
		}))
	},
	"the same layer twice, and zstd": func(d dirImage) types.ImageReference {
		layer := d.blob(ociZstdType, randomBytes(3000))
		return d.root(d.object(ociManifestType, map[string]any{
			"config": d.blob(ociConfigType, configBlob),
			"layers": []descriptor{layer, layer, d.blob(ociLayerType, randomBytes(10))},
		}))
	},
	"Docker v2s2": func(d dirImage) types.ImageReference {
		return d.root(d.object(dockerType, map[string]any{
			"config": d.blob(dockerConfig, configBlob), "layers": []descriptor{d.blob(dockerLayer, randomBytes(3000))},
		}))
	},
	"Helm chart": func(d dirImage) types.ImageReference {
		return d.root(d.object(ociManifestType, map[string]any{
			"config": d.blob("application/vnd.cncf.helm.config.v1+json", []byte(`{"name":"chart"}`)),
			"layers": []descriptor{d.blob("application/vnd.cncf.helm.chart.content.v1.tar+gzip", randomBytes(3000))},
		}))
	},
	"artifact with an empty config": func(d dirImage) types.ImageReference {
		return d.root(d.object(ociManifestType, map[string]any{
			"artifactType": "application/vnd.example+type",
			"config":       d.blob("application/vnd.oci.empty.v1+json", []byte("{}")),
			"layers":       []descriptor{d.blob("application/vnd.example.thing", randomBytes(30))},
		}))
	},
	"OCI index with shared layers and attestations": func(d dirImage) types.ImageReference {
		shared := d.blob(ociLayerType, randomBytes(3000))
		var instances []descriptor
		for _, arch := range []string{"amd64", "arm64"} {
			content := d.object(ociManifestType, map[string]any{
				"config": d.blob(ociConfigType, append([]byte(" "), configBlob...)),
				"layers": []descriptor{shared, d.blob(ociLayerType, randomBytes(100))},
			})
			instances = append(instances, d.instance(ociManifestType, content, "linux", arch))
		}
		attestation := d.object(ociManifestType, map[string]any{
			"config": d.blob(ociConfigType, configBlob),
			"layers": []descriptor{d.blob("application/vnd.in-toto+json", []byte(`{"_type":"statement"}`))},
		})
		note := d.instance(ociManifestType, attestation, "unknown", "unknown")
		note.Note = map[string]string{
			"vnd.docker.reference.type":   "attestation-manifest",
			"vnd.docker.reference.digest": instances[0].Digest.String(),
		}
		return d.root(d.object(ociIndexType, map[string]any{"manifests": append(instances, note)}))
	},
	"Docker manifest list": func(d dirImage) types.ImageReference {
		var instances []descriptor
		for _, arch := range []string{"amd64", "arm"} {
			content := d.object(dockerType, map[string]any{
				"config": d.blob(dockerConfig, configBlob),
				"layers": []descriptor{d.blob(dockerLayer, randomBytes(100))},
			})
			instances = append(instances, d.instance(dockerType, content, "linux", arch))
		}
		return d.root(d.object(dockerListType, map[string]any{"manifests": instances}))
	},
}
