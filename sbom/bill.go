package main

import (
	"cmp"
	"debug/buildinfo"
	"runtime/debug"
	"strings"
)

// A bill is a bill of materials in CycloneDX's form. It has no time and no serial number: the
// same program has the same bill.
//
// Source: https://cyclonedx.org/docs/1.6/json/
type bill struct {
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

	Properties []property `json:"properties,omitempty"`
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

// billOf returns the bill of a program.
func billOf(name, version string, built *buildinfo.BuildInfo) bill {
	b := bill{
		Schema: "http://cyclonedx.org/schema/bom-1.6.schema.json", Format: "CycloneDX", SpecVersion: "1.6", Version: 1,
		Metadata: metadata{Component: component{
			Ref: name, Type: "application", Name: name, Version: cmp.Or(version, strings.Trim(built.Main.Version, "()")),
		}},
	}
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
