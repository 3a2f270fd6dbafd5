package references

import (
	"errors"
	"fmt"

	"github.com/opencontainers/go-digest"

	"ecrmirror/internal/jsonscan"
)

// errSubjects says that a manifest can be read in two ways.
var errSubjects = errors.New("it is ambiguous: it has two subjects")

// Subject returns the digest of the manifest that one belongs to, "" if it names none. See
// https://github.com/opencontainers/image-spec/blob/v1.1.1/manifest.md, subject.
func Subject(raw []byte) (d digest.Digest, err error) {
	root, err := jsonscan.Check(raw)
	if err != nil {
		return "", err
	}
	if !root.IsObject() {
		return "", errNoObject
	}
	var subject jsonscan.Value
	for name, value := range root.Members() {
		if !name.Is("subject") || value.IsNull() {
			continue
		}
		if subject != nil {
			return "", errSubjects
		}
		subject = value
	}
	if subject == nil {
		return "", nil
	}
	described, err := readDescriptor(subject)
	if err == nil {
		err = described.checkDigest()
	}
	if err != nil {
		return "", fmt.Errorf("subject: %w", err)
	}
	return described.Digest, nil
}
