// Package cyclonedx writes the bill of materials of a Go program in CycloneDX's form, from what the program
// itself says it was built from.
package cyclonedx

import (
	"cmp"
	"crypto/sha256"
	"debug/buildinfo"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"strings"
)

// A Bill is a bill of materials. It has no time and no serial number: the
// same program has the same bill.
//
// Source: https://cyclonedx.org/docs/1.6/json/
type Bill struct {
	Schema       string       `json:"$schema"`
	Format       string       `json:"bomFormat"`
	SpecVersion  string       `json:"specVersion"`
	Version      int          `json:"version"` // of the document
	Metadata     metadata     `json:"metadata"`
	Components   []component  `json:"components"`
	Dependencies []dependency `json:"dependencies"`
}

type metadata struct {
	Component  component  `json:"component"`
	Properties []property `json:"properties,omitempty"`
}

// A component is the program, a module in it, or Go's standard library.
type component struct {
	Ref     string `json:"bom-ref"`
	Type    string `json:"type"`
	Name    string `json:"name"`
	Version string `json:"version,omitempty"`
	Scope   string `json:"scope,omitempty"`
	PURL    string `json:"purl,omitempty"`

	Hashes     []hash     `json:"hashes,omitempty"`
	Licenses   []license  `json:"licenses,omitempty"`
	Properties []property `json:"properties,omitempty"`
}

type hash struct {
	Algorithm string `json:"alg"`
	Content   string `json:"content"` // in hexadecimal
}

// A license is one of https://spdx.org/licenses.
type license struct {
	License struct {
		ID string `json:"id"`
	} `json:"license"`
}

type property struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// A dependency says what a component is made of. Which module wants which is not in a program.
type dependency struct {
	Ref       string   `json:"ref"`
	DependsOn []string `json:"dependsOn"`
}

// Read returns the bill of materials of the Go program in the file at path, under the given name and version. An
// empty version means the version that the program has in its build information. A file that is no Go program is an
// error.
func Read(path, name, version string) (Bill, error) {
	built, err := buildinfo.ReadFile(path)
	if err != nil {
		return Bill{}, fmt.Errorf("reading what %s was built from: %w", path, err)
	}
	program, err := os.Open(path)
	if err != nil {
		return Bill{}, err
	}
	defer program.Close()
	sum := sha256.New()
	if _, err := io.Copy(sum, program); err != nil {
		return Bill{}, fmt.Errorf("reading %s: %w", path, err)
	}
	b := billOf(name, version, built)
	b.Metadata.Component.Hashes = []hash{{"SHA-256", hex.EncodeToString(sum.Sum(nil))}}
	return b, nil
}

// Write writes the bill as JSON.
func (b Bill) Write(out io.Writer) error {
	encoder := json.NewEncoder(out)
	encoder.SetIndent("", "  ")
	encoder.SetEscapeHTML(false)
	return encoder.Encode(b)
}

// billOf returns the bill of a program that was built so.
func billOf(name, version string, built *buildinfo.BuildInfo) Bill {
	b := Bill{
		Schema: "http://cyclonedx.org/schema/bom-1.6.schema.json", Format: "CycloneDX", SpecVersion: "1.6", Version: 1,
		Metadata: metadata{Component: component{
			Ref: name, Type: "application", Name: name,
			Version: cmp.Or(version, strings.Trim(built.Main.Version, "()")),
		}},
	}
	var ours license
	ours.License.ID = "Apache-2.0"
	b.Metadata.Component.Licenses = []license{ours}
	for _, s := range built.Settings {
		if s.Key == "GOOS" || s.Key == "GOARCH" || s.Key == "CGO_ENABLED" || s.Key == "-tags" {
			b.Metadata.Properties = append(b.Metadata.Properties, property{"ecrmirror:build:" + s.Key, s.Value})
		}
	}
	b.Components = []component{library("std", strings.TrimPrefix(built.GoVersion, "go"), "")}
	for _, m := range built.Deps {
		b.Components = append(b.Components, moduleOf(m))
	}
	top := dependency{Ref: name, DependsOn: []string{}}
	for _, c := range b.Components {
		top.DependsOn = append(top.DependsOn, c.Ref)
	}
	b.Dependencies = []dependency{top}
	return b
}

// moduleOf returns the module that is in the program, which is the replacement of one that is replaced.
func moduleOf(m *debug.Module) component {
	if m.Replace != nil {
		m = m.Replace
	}
	return library(m.Path, m.Version, m.Sum)
}

// library returns a module as a component. Its sum is Go's, a hash of a list of hashes, which
// CycloneDX has no name for.
func library(path, version, sum string) component {
	purl := "pkg:golang/" + path + "@" + strings.ReplaceAll(version, "+", "%2B")
	c := component{Ref: purl, Type: "library", Name: path, Version: version, Scope: "required", PURL: purl}
	if sum != "" {
		c.Properties = []property{{"ecrmirror:go.sum", sum}}
	}
	return c
}
