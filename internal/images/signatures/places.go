package signatures

import (
	"fmt"
	"io"
	"net/url"
	"os"

	"go.podman.io/image/v5/docker"
	"go.podman.io/image/v5/types"
	"go.podman.io/storage/pkg/configfile"
	"go.yaml.in/yaml/v3"
)

// places are where signatures are of the images in one repository.
type places struct {
	lookaside   *url.URL // of the repository's; file: by default
	attachments bool     // as sigstore's tools attach them, in the repository itself
}

// placesOf reads them from the files of containers-registries.d(5) in dir, or in the usual places for "".
func placesOf(ref types.ImageReference, dir string) (p places, err error) {
	system := &types.SystemContext{RegistriesDirPath: dir}
	if p.lookaside, err = docker.SignatureStorageBaseURL(system, ref, false); err != nil {
		return p, err
	}
	p.attachments, err = attaches(ref, dir)
	return p, err
}

// placesFile is what is read of such a file beside lookasides, which go.podman.io/image reads.
type placesFile struct {
	Default *attaching           `yaml:"default-docker"`
	Docker  map[string]attaching `yaml:"docker"`
}

type attaching struct {
	Attachments *bool `yaml:"use-sigstore-attachments"`
}

// attaches reports whether the files say that sigstore's attachments are looked for; where there are no
// files, they are. What is said of the narrowest scope counts. That no scope is in two files, and no
// default, go.podman.io/image has made sure of.
func attaches(ref types.ImageReference, dir string) (bool, error) {
	said := map[string]attaching{}
	files := 0
	// as go.podman.io/image's docker/registries_d.go reads them
	for item, err := range configfile.Read(&configfile.File{
		Name: "registries", Extension: "yaml", DoNotLoadMainFiles: true, DoNotUseExtensionForConfigName: true,
		UserId: os.Getuid(), CustomConfigFileDropInDirectory: dir,
	}) {
		if err != nil {
			return false, err
		}
		content, err := io.ReadAll(item.Reader)
		if err != nil {
			return false, err
		}
		var file placesFile
		if err := yaml.Unmarshal(content, &file); err != nil {
			return false, fmt.Errorf("%s: %w", item.Name, err)
		}
		files++
		for scope, a := range file.Docker {
			said[scope] = a
		}
		if file.Default != nil {
			said[""] = *file.Default
		}
	}
	if files == 0 {
		return true, nil
	}
	scopes := append([]string{ref.PolicyConfigurationIdentity()}, ref.PolicyConfigurationNamespaces()...)
	for _, scope := range append(scopes, "") {
		if a := said[scope].Attachments; a != nil {
			return *a, nil
		}
	}
	return false, nil
}
