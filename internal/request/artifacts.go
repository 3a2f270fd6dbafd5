package request

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"ecrmirror/internal/artifacts"
	"ecrmirror/internal/imagename"
	"ecrmirror/internal/jsonscan"
)

// readArtifacts returns the canonical text of a list of artifacts.
func readArtifacts(value jsonscan.Value) (string, error) {
	var texts []string
	if err := json.Unmarshal(value, &texts); err != nil || !value.IsArray() {
		return "", fmt.Errorf(`artifacts %q are no list of texts such as ["all"] or ["signatures"]`, value)
	}
	filter, err := artifacts.Parse(texts...)
	if err != nil {
		return "", fmt.Errorf("artifacts: %w", err)
	}
	return filter.String(), nil
}

// readRepository returns the name of a repository, in its full form.
func readRepository(member string, value jsonscan.Value) (string, error) {
	var text string
	if err := json.Unmarshal(value, &text); err != nil || !value.IsText() {
		return "", fmt.Errorf("%s %q is not the name of a repository in quotes", member, value)
	}
	name, err := ParseRepository(text)
	if err != nil {
		return "", fmt.Errorf("%s: %w", member, err)
	}
	return name.String(), nil
}

// errNoRepository says that a name is that of an image.
var errNoRepository = errors.New("is to be a repository in a registry, without a tag or a digest")

// ParseRepository parses the name of a repository in a registry.
func ParseRepository(text string) (imagename.Name, error) {
	name, err := imagename.Parse(text)
	if err != nil {
		return imagename.Name{}, err
	}
	if name.IsOnDisk() || name.Tag != "" || name.Digest != "" {
		return imagename.Name{}, fmt.Errorf("image name %q: %w", text, errNoRepository)
	}
	return name, nil
}

func readTruth(member string, value jsonscan.Value) (is bool, err error) {
	if err := json.Unmarshal(value, &is); err != nil || value.IsNull() {
		return false, fmt.Errorf("%s %q is neither true nor false", member, value)
	}
	return is, nil
}

// ArtifactFilter returns which artifacts come with the images, given those of the program's setting.
func (o Options) ArtifactFilter(setting artifacts.Filter) (artifacts.Filter, error) {
	if o.Artifacts == "" {
		return setting, nil
	}
	filter, err := artifacts.Parse(strings.Split(o.Artifacts, ",")...)
	if err != nil {
		return artifacts.Filter{}, fmt.Errorf("artifacts: %w", err)
	}
	return filter, nil
}
