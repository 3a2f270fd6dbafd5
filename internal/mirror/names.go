package mirror

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
)

// The members of a manifest, and of the descriptors in it, that say what it refers to.
var (
	manifestMembers   = []string{"schemaVersion", "mediaType", "config", "layers", "manifests", "fsLayers"}
	descriptorMembers = []string{"mediaType", "digest", "size", "urls", "data", "blobSum"}
)

// checkNames refuses a manifest, which is valid JSON, that has one of those twice, or in letters of
// another case. Go takes them for the same and the last for the one that counts; a registry, or who
// pulls the image, may see another image.
func checkNames(raw []byte) error {
	root, err := members(raw)
	if err != nil {
		return err
	}
	if err := exactly(root, manifestMembers); err != nil {
		return err
	}
	for _, m := range root {
		var descriptors []json.RawMessage
		switch m.name {
		case "config":
			descriptors = []json.RawMessage{m.value}
		case "layers", "manifests", "fsLayers":
			if err := json.Unmarshal(m.value, &descriptors); err != nil {
				return err
			}
		}
		for _, descriptor := range descriptors {
			in, err := members(descriptor)
			if err == nil {
				err = exactly(in, descriptorMembers)
			}
			if err != nil {
				return fmt.Errorf("in its %s: %w", m.name, err)
			}
		}
	}
	return nil
}

// A field is a member of a JSON object.
type field struct {
	name  string
	value json.RawMessage
}

// members returns those of an object in their order, none for null.
func members(object []byte) (list []field, err error) {
	decoder := json.NewDecoder(bytes.NewReader(object))
	switch start, err := decoder.Token(); {
	case err != nil:
		return nil, err
	case start == nil:
		return nil, nil
	case start != json.Delim('{'):
		return nil, fmt.Errorf("%v where an object should be", start)
	}
	for decoder.More() {
		name, err := decoder.Token()
		if err != nil {
			return nil, err
		}
		m := field{name: fmt.Sprint(name)}
		if err := decoder.Decode(&m.value); err != nil {
			return nil, err
		}
		list = append(list, m)
	}
	return list, nil
}

// exactly checks that the known names come once at most, and as they are written.
func exactly(list []field, known []string) error {
	for _, name := range known {
		n := 0
		for _, m := range list {
			if !strings.EqualFold(m.name, name) {
				continue
			}
			if n++; n > 1 || m.name != name {
				return fmt.Errorf("it is ambiguous: %q comes twice, or in other letters", name)
			}
		}
	}
	return nil
}
