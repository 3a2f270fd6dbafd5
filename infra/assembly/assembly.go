// Package assembly reads a cloud assembly, the directory that CDK synthesizes: its one stack, the
// stack's template, and what the template's values are where it is deployed.
package assembly

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// TemplateLimit is how many bytes of a template CloudFormation takes in a request. A larger one has to be in
// an S3 bucket. https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html
const TemplateLimit = 51_200

// A Stack is the stack of an assembly.
type Stack struct {
	Name      string
	Region    string // "" for any
	Tags      map[string]string
	Template  []byte // as it is sent to CloudFormation
	Builds    bool   // an image must be built and pushed before
	Bootstrap Bootstrap

	Resources map[string]Resource // by logical id
	Outputs   map[string]Output   // by name
}

// Bootstrap is what CDK's bootstrap stack must be to deploy the stack.
type Bootstrap struct {
	Parameter string // SSM parameter with the version of the bootstrap stack
	Version   int    // the least that does
}

// A Resource is one of a template. Its properties hold intrinsic functions: see [Stack.Resolve].
type Resource struct {
	Type       string
	Properties map[string]any
}

// An Output is one of a template.
type Output struct{ Value any }

type manifest struct {
	Artifacts map[string]struct {
		Type        string
		Environment string
		Properties  struct {
			TemplateFile     string
			StackName        string
			File             string
			Tags             map[string]string
			BootstrapVersion int    `json:"requiresBootstrapStackVersion"`
			BootstrapName    string `json:"bootstrapStackVersionSsmParameter"`
		}
	}
}

// Read reads the assembly in a directory. One of several stacks, or of none, is an error.
func Read(dir string) (Stack, error) {
	var m manifest
	if err := readJSON(dir, "manifest.json", &m); err != nil {
		if errors.Is(err, os.ErrNotExist) {
			return Stack{}, fmt.Errorf("there is no template in %s: make synth writes it", dir)
		}
		return Stack{}, err
	}
	var stacks []Stack
	for _, id := range slices.Sorted(maps.Keys(m.Artifacts)) {
		a := m.Artifacts[id]
		if a.Type != "aws:cloudformation:stack" {
			continue
		}
		s := Stack{
			Name: a.Properties.StackName, Tags: a.Properties.Tags,
			Bootstrap: Bootstrap{Parameter: a.Properties.BootstrapName, Version: a.Properties.BootstrapVersion},
		}
		if s.Name == "" {
			s.Name = id
		}
		if _, region, ok := strings.Cut(strings.TrimPrefix(a.Environment, "aws://"), "/"); ok &&
			region != "unknown-region" {
			s.Region = region
		}
		if err := s.readTemplate(dir, a.Properties.TemplateFile); err != nil {
			return Stack{}, err
		}
		stacks = append(stacks, s)
	}
	if len(stacks) != 1 {
		return Stack{}, fmt.Errorf("%s holds %d stacks, not one", dir, len(stacks))
	}
	for _, a := range m.Artifacts {
		if a.Type != "cdk:asset-manifest" {
			continue
		}
		var assets struct{ DockerImages map[string]any }
		if err := readJSON(dir, a.Properties.File, &assets); err != nil {
			return Stack{}, err
		}
		stacks[0].Builds = stacks[0].Builds || len(assets.DockerImages) > 0
	}
	return stacks[0], nil
}

func (s *Stack) readTemplate(dir, file string) (err error) {
	if s.Template, err = os.ReadFile(filepath.Join(dir, file)); err != nil {
		return fmt.Errorf("reading the template: %w", err)
	}
	var doc struct {
		Resources map[string]Resource
		Outputs   map[string]Output
	}
	if err := json.Unmarshal(s.Template, &doc); err != nil {
		return fmt.Errorf("reading the template %s: %w", filepath.Join(dir, file), err)
	}
	s.Resources, s.Outputs = doc.Resources, doc.Outputs
	return nil
}

// OfType returns the logical ids of the resources of a type, in order.
func (s Stack) OfType(kind string) []string {
	var ids []string
	for id, r := range s.Resources {
		if r.Type == kind {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return ids
}

func readJSON(dir, file string, into any) error {
	doc, err := os.ReadFile(filepath.Join(dir, file))
	if err != nil {
		return fmt.Errorf("reading the assembly: %w", err)
	}
	if err := json.Unmarshal(doc, into); err != nil {
		return fmt.Errorf("reading the assembly's %s: %w", file, err)
	}
	return nil
}
