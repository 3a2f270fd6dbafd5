package artifacts

import (
	"fmt"

	"github.com/opencontainers/go-digest"

	"ecrmirror/internal/jsonscan"
)

// A Manifest is what a manifest says of itself as an artifact.
type Manifest struct {
	Subject digest.Digest // what it belongs to; "" if it belongs to nothing
	// Type is its artifactType, or else the media type of its config; "" of an index that has no artifactType.
	Type string

	annotations jsonscan.Value // nil if it has none
}

// Describe reads a manifest, of any type that has members. It fails for one that can be read in two ways.
func Describe(manifest []byte) (m Manifest, err error) {
	root, err := jsonscan.Check(manifest)
	if err != nil {
		return Manifest{}, err
	}
	var artifactType, configType string
	err = root.Known([]string{"artifactType", "config", "subject", "annotations"},
		func(name string, value jsonscan.Value) (err error) {
			switch {
			case value.IsNull():
			case name == "artifactType":
				artifactType, err = textOf(value)
			case name == "config":
				configType, err = typeIn(value)
			case name == "subject":
				m.Subject, err = subjectIn(value)
			case !value.IsObject():
				return jsonscan.ErrNoObject
			default:
				m.annotations = value
			}
			return err
		})
	if err != nil {
		return Manifest{}, err
	}
	m.Type = artifactType
	if m.Type == "" {
		m.Type = configType
	}
	return m, nil
}

func typeIn(config jsonscan.Value) (mediaType string, err error) {
	err = config.Known([]string{"mediaType"}, func(_ string, value jsonscan.Value) (err error) {
		mediaType, err = textOf(value)
		return err
	})
	return mediaType, err
}

func subjectIn(descriptor jsonscan.Value) (subject digest.Digest, err error) {
	err = descriptor.Known([]string{"digest"}, func(_ string, value jsonscan.Value) (err error) {
		subject, err = digestOf(value)
		return err
	})
	if err == nil && subject == "" {
		err = fmt.Errorf("digest: %w", errNoText)
	}
	return subject, err
}
