package mirrorstack_test

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"ecrmirror/infra/assembly"
)

// TestAssembliesAreRead has what preflight and smoke read of a template there, in every variant.
func TestAssembliesAreRead(t *testing.T) {
	place := assembly.Place{
		Account: "111122223333", Region: "us-east-1", Partition: "aws", Zones: []string{"us-east-1a", "us-east-1b"},
	}
	for _, variant := range slices.Sorted(maps.Keys(variants)) {
		t.Run(variant, func(t *testing.T) {
			stack := readAssembly(t, variant)
			programs, err := stack.Programs(place)
			if err != nil || len(programs) == 0 {
				t.Fatalf("%d programs, %v", len(programs), err)
			}
			for id, r := range stack.Resources {
				if _, err := stack.Resolve(r.Properties, place); err != nil {
					t.Errorf("%s: %v", id, err)
				}
				if r.Type != "AWS::IAM::Role" {
					continue
				}
				if _, err := stack.Role(id, place); err != nil {
					t.Errorf("%s: %v", id, err)
				}
			}
		})
	}
}

func readAssembly(t *testing.T, variant string) assembly.Stack {
	t.Helper()
	dir := t.TempDir()
	for name, value := range map[string]any{
		"t.json": document(t, variant),
		"manifest.json": map[string]any{"artifacts": map[string]any{"Mirror": map[string]any{
			"type": "aws:cloudformation:stack", "properties": map[string]any{
				"templateFile": "t.json", "stackName": "ecrmirror",
			},
		}}},
	} {
		doc, err := json.Marshal(value)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), doc, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	stack, err := assembly.Read(dir)
	if err != nil {
		t.Fatal(err)
	}
	return stack
}
