package main

import (
	"bytes"
	"debug/buildinfo"
	"encoding/json"
	"os"
	"runtime"
	"runtime/debug"
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
			{Path: "example.org/b", Version: "v1.0.0", Replace: &debug.Module{Path: "example.org/c", Version: "v2.0.0"}},
		},
	}
	const std, a, c = "pkg:golang/std@1.26.1", "pkg:golang/example.org/a@v1.0.0%2Bincompatible", "pkg:golang/example.org/c@v2.0.0"
	want := bill{
		Schema: "http://cyclonedx.org/schema/bom-1.6.schema.json", Format: "CycloneDX", SpecVersion: "1.6", Version: 1,
		Metadata: metadata{
			Component:  component{Ref: "mirror", Type: "application", Name: "mirror", Version: "devel"},
			Properties: []property{{"ecrmirror:build:GOARCH", "arm64"}},
		},
		Components: []component{
			{Ref: std, Type: "library", Name: "std", Version: "1.26.1", Scope: "required", PURL: std},
			{
				Ref: a, Type: "library", Name: "example.org/a", Version: "v1.0.0+incompatible", Scope: "required", PURL: a,
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
	var out bytes.Buffer
	if err := run([]string{self}, &out); err != nil {
		t.Fatal(err)
	}
	var got bill
	if err := json.Unmarshal(out.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	if len(got.Components) == 0 || got.Components[0].Version != strings.TrimPrefix(runtime.Version(), "go") {
		t.Errorf("components %+v", got.Components)
	}
}

func TestWhatIsNoProgramIsNamed(t *testing.T) {
	for want, args := range map[string][]string{
		"0 programs are given: name one":           nil,
		"reading what main.go was built from: ":    {"main.go"},
		"flag provided but not defined: -whatever": {"-whatever"},
	} {
		if err := run(args, &bytes.Buffer{}); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%q: %v", args, err)
		}
	}
}
