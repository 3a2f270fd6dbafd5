package sample_test

import (
	"archive/tar"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/types"
	"github.com/google/go-containerregistry/pkg/v1/validate"

	"ecrmirror/demo/sample"
)

func TestLayerHoldsTheFiles(t *testing.T) {
	program := write(t, "program", "binary", 0o755)
	config := write(t, "config", "text", 0o644)
	files := []sample.File{{Path: program, Name: "usr/bin/program"}, {Path: config, Name: "usr/share/config"}}
	layer := compress(t, files...)
	got := list(t, layer)
	want := []entry{
		{"usr/", 0o755, ""},
		{"usr/bin/", 0o755, ""},
		{"usr/bin/program", 0o755, "binary"},
		{"usr/share/", 0o755, ""},
		{"usr/share/config", 0o644, "text"},
	}
	if d := cmp.Diff(want, got, cmp.AllowUnexported(entry{})); d != "" {
		t.Errorf("archive (-want +got):\n%s", d)
	}
	first, _ := layer.Digest()
	if second, _ := compress(t, files...).Digest(); first != second {
		t.Errorf("the same files made %s and %s", first, second)
	}
}

func TestLayerOfBadFilesIsAnError(t *testing.T) {
	file := write(t, "file", "", 0o644)
	for _, f := range []sample.File{
		{Path: file + ".not", Name: "file"},
		{Path: file, Name: "/file"},
		{Path: file, Name: "../file"},
		{Path: filepath.Dir(file), Name: "directory"},
	} {
		if _, err := sample.Compress(f); err == nil {
			t.Errorf("made a layer of %+v", f)
		}
	}
}

func TestIndexIsOfOneFormat(t *testing.T) {
	for _, tc := range []struct {
		name                        string
		format                      sample.Format
		index, image, config, layer types.MediaType
	}{
		{"OCI", sample.OCI, types.OCIImageIndex, types.OCIManifestSchema1, types.OCIConfigJSON, types.OCILayer},
		{
			"Docker", sample.Docker, types.DockerManifestList, types.DockerManifestSchema2, types.DockerConfigJSON,
			types.DockerLayer,
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			index, err := sample.Index(tc.format, instances(t)...)
			if err != nil {
				t.Fatal(err)
			}
			manifest := parse(t, index)
			if manifest.MediaType != tc.index {
				t.Errorf("index is %s, want %s", manifest.MediaType, tc.index)
			}
			for i, platform := range []string{"linux/amd64", "linux/arm64"} {
				if got := manifest.Manifests[i].Platform.String(); got != platform {
					t.Errorf("instance %d is for %s, want %s", i, got, platform)
				}
				m := instance(t, index, i)
				got := []types.MediaType{m.MediaType, m.Config.MediaType, m.Layers[0].MediaType, m.Layers[1].MediaType}
				if d := cmp.Diff([]types.MediaType{tc.image, tc.config, tc.layer, tc.layer}, got); d != "" {
					t.Errorf("media types of %s (-want +got):\n%s", platform, d)
				}
			}
			if a, b := instance(t, index, 0), instance(t, index, 1); a.Layers[0].Digest != b.Layers[0].Digest {
				t.Error("the platforms do not share their first layer")
			}
		})
	}
}

func TestImageSaysWhatItIsFor(t *testing.T) {
	image, err := sample.Image(sample.OCI, instances(t)[1])
	if err != nil {
		t.Fatal(err)
	}
	config, err := image.ConfigFile()
	if err != nil {
		t.Fatal(err)
	}
	if got := config.Platform().String(); got != "linux/arm64" {
		t.Errorf("platform %s", got)
	}
	want := v1.Config{Entrypoint: []string{"/bin/arm64"}, Labels: map[string]string{"architecture": "arm64"}}
	if d := cmp.Diff(want, config.Config); d != "" {
		t.Errorf("config (-want +got):\n%s", d)
	}
}

func TestAttestationsAreAsBuildKitWritesThem(t *testing.T) {
	plain, err := sample.Index(sample.OCI, instances(t)...)
	if err != nil {
		t.Fatal(err)
	}
	index, err := sample.Attest(plain)
	if err != nil {
		t.Fatal(err)
	}
	manifests := parse(t, index).Manifests
	if len(manifests) != 4 {
		t.Fatalf("%d manifests, want two images and two attestations", len(manifests))
	}
	for i, d := range manifests[2:] {
		subject := manifests[i].Digest
		want := map[string]string{
			"vnd.docker.reference.type": "attestation-manifest", "vnd.docker.reference.digest": subject.String(),
		}
		if diff := cmp.Diff(want, d.Annotations); diff != "" || d.Platform.String() != "unknown/unknown" {
			t.Errorf("attestation of %s is for %s (-want +got annotations):\n%s", subject, d.Platform, diff)
		}
		layer := instance(t, index, i+2).Layers[0]
		if layer.MediaType != "application/vnd.in-toto+json" ||
			layer.Annotations["in-toto.io/predicate-type"] != "https://slsa.dev/provenance/v0.2" {
			t.Errorf("layer %+v", layer)
		}
		if got := statement(t, index, d.Digest).Subject[0].Digest["sha256"]; got != subject.Hex {
			t.Errorf("statement about %s, want %s", got, subject.Hex)
		}
	}
}

// instances are two that share a layer.
func instances(t *testing.T) []sample.Instance {
	t.Helper()
	shared := compress(t, sample.File{Path: write(t, "shared", "shared", 0o644), Name: "shared"})
	var list []sample.Instance
	for _, architecture := range []string{"amd64", "arm64"} {
		own := compress(t, sample.File{Path: write(t, architecture, architecture, 0o755), Name: "bin/" + architecture})
		list = append(list, sample.Instance{
			Platform:   v1.Platform{OS: "linux", Architecture: architecture},
			Layers:     []*sample.Layer{shared, own},
			Entrypoint: []string{"/bin/" + architecture},
			Labels:     map[string]string{"architecture": architecture},
		})
	}
	return list
}

func write(t *testing.T, name, content string, mode os.FileMode) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(file, []byte(content), mode); err != nil {
		t.Fatal(err)
	}
	return file
}

func compress(t *testing.T, files ...sample.File) *sample.Layer {
	t.Helper()
	layer, err := sample.Compress(files...)
	if err != nil {
		t.Fatal(err)
	}
	return layer
}

type entry struct {
	name    string
	mode    int64
	content string
}

// list returns the layer's archive.
func list(t *testing.T, layer *sample.Layer) (entries []entry) {
	t.Helper()
	content, err := layer.Uncompressed()
	if err != nil {
		t.Fatal(err)
	}
	archive := tar.NewReader(content)
	for {
		header, err := archive.Next()
		if errors.Is(err, io.EOF) {
			return entries
		}
		if err != nil {
			t.Fatal(err)
		}
		file, err := io.ReadAll(archive)
		if err != nil {
			t.Fatal(err)
		}
		entries = append(entries, entry{header.Name, header.Mode, string(file)})
	}
}

// parse returns the manifest of an index, all of which is valid.
func parse(t *testing.T, index v1.ImageIndex) *v1.IndexManifest {
	t.Helper()
	manifest, err := index.IndexManifest()
	if err != nil {
		t.Fatal(err)
	}
	return manifest
}

// instance returns the manifest of an index's instance, whose digests and sizes are right.
func instance(t *testing.T, index v1.ImageIndex, n int) *v1.Manifest {
	t.Helper()
	image, err := index.Image(parse(t, index).Manifests[n].Digest)
	if err != nil {
		t.Fatal(err)
	}
	if n < 2 { // an attestation's layer is no archive
		if err := validate.Image(image); err != nil {
			t.Error(err)
		}
	}
	manifest, err := image.Manifest()
	if err != nil {
		t.Fatal(err)
	}
	return manifest
}

type inToto struct {
	Subject []struct{ Digest map[string]string }
}

// statement returns what an attestation's layer says.
func statement(t *testing.T, index v1.ImageIndex, digest v1.Hash) (s inToto) {
	t.Helper()
	image, err := index.Image(digest)
	if err != nil {
		t.Fatal(err)
	}
	layers, err := image.Layers()
	if err != nil {
		t.Fatal(err)
	}
	content, err := layers[0].Compressed()
	if err != nil {
		t.Fatal(err)
	}
	if err := json.NewDecoder(content).Decode(&s); err != nil {
		t.Fatal(err)
	}
	return s
}
