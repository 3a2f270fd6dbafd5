package conformance

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"

	"github.com/opencontainers/go-digest"
	v1 "github.com/opencontainers/image-spec/specs-go/v1"
)

// readLayout answers as a repository would that has what an OCI layout has. A file that is not whole is an error.
func readLayout(dir, method, path string) (status int, body []byte, err error) {
	reference := path[strings.LastIndexByte(path, '/')+1:]
	d := digest.Digest(reference)
	isManifest := strings.HasPrefix(path, "/manifests/")
	if d.Validate() != nil {
		if d, err = taggedInLayout(dir, reference); err != nil || d == "" {
			return http.StatusNotFound, nil, err
		}
	}
	body, err = os.ReadFile(blobPath(dir, d))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return http.StatusNotFound, nil, nil
	case err != nil:
		return 0, nil, err
	case isManifest && digest.FromBytes(body) != d:
		return 0, nil, fmt.Errorf("%s has %d bytes of another digest", path, len(body))
	case method == http.MethodHead:
		body = []byte(fmt.Sprint(len(body)))
	}
	return http.StatusOK, body, nil
}

// taggedInLayout returns what a tag points to; "" if there is no such tag.
func taggedInLayout(dir, tag string) (digest.Digest, error) {
	content, err := os.ReadFile(filepath.Join(dir, v1.ImageIndexFile))
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	var index v1.Index
	if err := json.Unmarshal(content, &index); err != nil {
		return "", fmt.Errorf("%s of %d bytes: %w", v1.ImageIndexFile, len(content), err)
	}
	for _, desc := range index.Manifests {
		if desc.Annotations[v1.AnnotationRefName] == tag {
			return desc.Digest, nil
		}
	}
	return "", nil
}
