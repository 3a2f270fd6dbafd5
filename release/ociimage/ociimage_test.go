package ociimage

import (
	"archive/tar"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/layout"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/types"
	"github.com/google/go-containerregistry/pkg/v1/validate"

	"ecrmirror/release/archive"
)

var image = Image{
	Version: "v1.2.3", Commit: "4f2d", Created: time.Date(2026, 11, 27, 1, 2, 3, 0, time.FixedZone("", 3600)),
	Variants: []Variant{
		{"linux", "amd64", []archive.File{{Name: "usr/local/bin/mirror", Mode: 0o755, Content: []byte("amd64")}}},
		{"linux", "arm64", []archive.File{{Name: "usr/local/bin/mirror", Mode: 0o755, Content: []byte("arm64")}}},
	},
}

func TestTheLayoutIsOneImageForAllPlatforms(t *testing.T) {
	index := written(t)
	if err := validate.Index(index); err != nil {
		t.Error(err)
	}
	manifest, err := index.IndexManifest()
	if err != nil {
		t.Fatal(err)
	}
	if manifest.MediaType != types.OCIImageIndex {
		t.Errorf("index of type %s", manifest.MediaType)
	}
	var platforms []string
	for _, m := range manifest.Manifests {
		platforms = append(platforms, m.Platform.String())
	}
	if want := []string{"linux/amd64", "linux/arm64"}; !slices.Equal(platforms, want) {
		t.Errorf("platforms %q, want %q", platforms, want)
	}
	for i, m := range manifest.Manifests {
		variant, err := index.Image(m.Digest)
		if err != nil {
			t.Fatal(err)
		}
		files := filesOf(t, variant)
		want := []string{
			"etc/ -rwxr-xr-x", "etc/ssl/ -rwxr-xr-x", "etc/ssl/certs/ -rwxr-xr-x",
			"etc/ssl/certs/ca-certificates.crt -rw-r--r--",
			"tmp/ trwxrwxrwx", "usr/local/bin/mirror -rwxr-xr-x " + image.Variants[i].Arch,
		}
		if diff := cmp.Diff(want, files); diff != "" {
			t.Errorf("files for %s (-want +got)\n%s", m.Platform, diff)
		}
	}
}

// TestItIsTheImageOfTheDockerfile holds what is said of the image, here and there, together.
func TestItIsTheImageOfTheDockerfile(t *testing.T) {
	dockerfile, err := os.ReadFile("../../Dockerfile")
	if err != nil {
		t.Fatal(err)
	}
	want := v1.Config{Labels: map[string]string{}}
	for _, label := range regexp.MustCompile(`(org\.opencontainers\.image\.\w+)="(.*?)"`).FindAllStringSubmatch(string(dockerfile), -1) {
		want.Labels[label[1]] = strings.NewReplacer("$VERSION", image.Version, "$COMMIT", image.Commit).Replace(
			label[2])
	}
	want.Env = strings.Fields(regexp.MustCompile(`(?m)^ENV (.*)$`).FindStringSubmatch(string(dockerfile))[1])
	want.User = regexp.MustCompile(`(?m)^USER (.*)$`).FindStringSubmatch(string(dockerfile))[1]
	index := written(t)
	manifest, err := index.IndexManifest()
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want.Labels, manifest.Annotations); diff != "" {
		t.Errorf("annotations (-want +got)\n%s", diff)
	}
	for _, m := range manifest.Manifests {
		variant, err := index.Image(m.Digest)
		if err != nil {
			t.Fatal(err)
		}
		config, err := variant.ConfigFile()
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, config.Config); diff != "" {
			t.Errorf("%s (-want +got)\n%s", m.Platform, diff)
		}
		if config.OS != "linux" || config.Architecture != m.Platform.Architecture ||
			!config.Created.Equal(image.Created) {
			t.Errorf("%s: %s/%s of %s", m.Platform, config.OS, config.Architecture, config.Created)
		}
	}
}

func TestTheCertificatesAreThoseOfManyAuthorities(t *testing.T) {
	text, err := certificates()
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(text) {
		t.Fatal("no certificate is read")
	}
	if n := strings.Count(string(text), "BEGIN CERTIFICATE"); n < 100 {
		t.Errorf("%d certificates", n)
	}
	// of ECR, and of others' registries
	for _, name := range []string{"Amazon Root CA 1", "ISRG Root X1", "DigiCert Global Root G2"} {
		if !strings.Contains(string(text), name) {
			t.Errorf("no %s", name)
		}
	}
}

// written writes the image and reads it back by its name.
func written(t *testing.T) v1.ImageIndex {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "image")
	digest, err := image.Write(dir)
	if err != nil {
		t.Fatal(err)
	}
	top, err := layout.ImageIndexFromPath(dir)
	if err != nil {
		t.Fatal(err)
	}
	manifest, err := top.IndexManifest()
	if err != nil {
		t.Fatal(err)
	}
	named := manifest.Manifests
	if len(named) != 1 || named[0].Annotations["org.opencontainers.image.ref.name"] != image.Version ||
		named[0].Digest.String() != digest {
		t.Fatalf("in the layout: %+v", named)
	}
	index, err := top.ImageIndex(named[0].Digest)
	if err != nil {
		t.Fatal(err)
	}
	return index
}

// filesOf lists the files of an image, with the content of those that are short.
func filesOf(t *testing.T, image v1.Image) (files []string) {
	t.Helper()
	content := mutate.Extract(image)
	defer content.Close()
	for r := tar.NewReader(content); ; {
		header, err := r.Next()
		if errors.Is(err, io.EOF) {
			return files
		}
		if err != nil {
			t.Fatal(err)
		}
		text := ""
		if header.Size > 0 && header.Size < 100 {
			bytes, err := io.ReadAll(r)
			if err != nil {
				t.Fatal(err)
			}
			text = " " + string(bytes)
		}
		name := header.Name
		if header.FileInfo().IsDir() {
			name = strings.TrimSuffix(name, "/") + "/"
		}
		files = append(files, fmt.Sprintf("%s %v%s", name, header.FileInfo().Mode()&^os.ModeDir, text))
	}
}
