package cyclonedx

import (
	"bytes"
	"crypto/sha256"
	"debug/buildinfo"
	"encoding/json"
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestABillHasEveryModuleOfTheProgram(t *testing.T) {
	built := &buildinfo.BuildInfo{
		GoVersion: "go1.26.1",
		Main:      debug.Module{Path: "ecrmirror", Version: "(devel)"},
		Settings:  []debug.BuildSetting{{Key: "GOARCH", Value: "arm64"}, {Key: "GOAMD64", Value: "v1"}},
		Deps: []*debug.Module{
			{Path: "example.org/a", Version: "v1.0.0+incompatible", Sum: "h1:a="},
			{
				Path: "example.org/b", Version: "v1.0.0",
				Replace: &debug.Module{Path: "example.org/c", Version: "v2.0.0"},
			},
		},
	}
	const std, a, c = "pkg:golang/std@1.26.1", "pkg:golang/example.org/a@v1.0.0%2Bincompatible", "pkg:golang/example.org/c@v2.0.0"
	var ours license
	ours.License.ID = "Apache-2.0"
	want := Bill{
		Schema: "http://cyclonedx.org/schema/bom-1.6.schema.json", Format: "CycloneDX", SpecVersion: "1.6", Version: 1,
		Metadata: metadata{
			Component: component{
				Ref: "mirror", Type: "application", Name: "mirror", Version: "devel", Licenses: []license{ours},
			},
			Properties: []property{{"ecrmirror:build:GOARCH", "arm64"}},
		},
		Components: []component{
			{Ref: std, Type: "library", Name: "std", Version: "1.26.1", Scope: "required", PURL: std},
			{
				Ref: a, Type: "library", Name: "example.org/a", Version: "v1.0.0+incompatible",
				Scope: "required", PURL: a,
				Properties: []property{{"ecrmirror:go.sum", "h1:a="}},
			},
			{Ref: c, Type: "library", Name: "example.org/c", Version: "v2.0.0", Scope: "required", PURL: c},
		},
		Dependencies: []dependency{{Ref: "mirror", DependsOn: []string{std, a, c}}},
	}
	if diff := cmp.Diff(want, billOf("mirror", "", built)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if got := billOf("mirror", "v1.2.3", built).Metadata.Component.Version; got != "v1.2.3" {
		t.Errorf("version %s", got)
	}
}

func TestTheBillOfARealProgram(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	var first, second bytes.Buffer
	for _, out := range []*bytes.Buffer{&first, &second} {
		b, err := Read(self, "self", "")
		if err != nil {
			t.Fatal(err)
		}
		if err := b.Write(out); err != nil {
			t.Fatal(err)
		}
	}
	if first.String() != second.String() {
		t.Error("two bills of one program differ")
	}
	var got Bill
	if err := json.Unmarshal(first.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	program, err := os.ReadFile(self)
	if err != nil {
		t.Fatal(err)
	}
	if want := []hash{{
		"SHA-256",
		fmt.Sprintf("%x", sha256.Sum256(program)),
	}}; !slices.Equal(got.Metadata.Component.Hashes, want) {
		t.Errorf("hashes %v, want %v", got.Metadata.Component.Hashes, want)
	}
	if len(got.Components) == 0 || got.Components[0].Version != strings.TrimPrefix(runtime.Version(), "go") {
		t.Errorf("components %+v", got.Components)
	}
}
