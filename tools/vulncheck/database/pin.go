// Package database has Go's vulnerability database, https://go.dev/security/vuln/database, on a machine that
// reaches the Go module proxy alone: the database's source is the Go module golang.org/x/vulndb.
package database

import (
	"encoding/json"
	"fmt"
	"os"
	"regexp"
	"time"

	"golang.org/x/mod/module"
)

// Module has one file for each entry of the database, in the directory data/osv.
const Module = "golang.org/x/vulndb"

// A Pin is which database is read.
type Pin struct {
	Version string `json:"version"` // of Module
	Sum     string `json:"sum"`     // of its zip, as go.sum has sums: h1:...
}

var sumPattern = regexp.MustCompile(`^h1:[A-Za-z0-9+/]{43}=$`)

// ReadPin reads a pin from a file.
func ReadPin(path string) (Pin, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return Pin{}, err
	}
	var p Pin
	if err := json.Unmarshal(text, &p); err != nil {
		return Pin{}, fmt.Errorf("%s: %w", path, err)
	}
	if _, err := p.Time(); err != nil {
		return Pin{}, fmt.Errorf("%s: %w", path, err)
	}
	if !sumPattern.MatchString(p.Sum) {
		return Pin{}, fmt.Errorf("%s: sum %q is not one of a go.sum", path, p.Sum)
	}
	return p, nil
}

// Write writes the pin to a file.
func (p Pin) Write(path string) error {
	text, err := json.MarshalIndent(p, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(path, append(text, '\n'), 0o644)
}

// Time returns the time of the database, which is that of the commit. The module has no versions but those of commits.
func (p Pin) Time() (time.Time, error) {
	t, err := module.PseudoVersionTime(p.Version)
	if err != nil {
		return time.Time{}, fmt.Errorf("version %q of %s is not that of a commit: %w", p.Version, Module, err)
	}
	return t, nil
}
