// Package policyfile reads files that say who must have signed an image, and the files of public keys that these name.
package policyfile

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"path/filepath"

	"ecrmirror/internal/entryfile"
	"ecrmirror/internal/entryform"
	"ecrmirror/internal/infile"
	"ecrmirror/internal/verify/policy"
)

const (
	largest    = 64 << 10 // bytes of a policy
	largestKey = 16 << 10 // bytes of a file with a key
)

// Load reads a policy from a YAML or JSON file: a requirement, or a list of requirements, as an entry has them under
// verify. Keys in files are named relative to it.
func Load(file string) (policy.Policy, error) {
	document, err := infile.Read(file, largest)
	if err != nil {
		return nil, err
	}
	p, err := Parse(document)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return p, nil
}

// Parse reads a policy from a document. The error has a line for each thing that is wrong.
func Parse(document []byte) (policy.Policy, error) {
	v, err := entryfile.Value(bytes.NewReader(document))
	if err != nil {
		return nil, err
	}
	p, wrong := entryform.ReadVerify("verify", v)
	if len(wrong) == 0 {
		return p, nil
	}
	errs := make([]error, len(wrong))
	for i, e := range wrong {
		errs[i] = fmt.Errorf("line %d: %w", e.Line, e)
	}
	return nil, errors.Join(errs...)
}

// Keys reads keys from files. Relative names are taken from a directory, "" = the current one.
func Keys(dir string) policy.KeySource {
	return policy.KeySourceFunc(func(_ context.Context, name string) ([]byte, error) {
		if !filepath.IsAbs(name) {
			name = filepath.Join(dir, name)
		}
		return infile.Read(name, largestKey)
	})
}
