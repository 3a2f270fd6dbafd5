package artifactcorpus_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ecrmirror/testkit/artifactclients"
	"ecrmirror/testkit/artifactcorpus"
	"ecrmirror/testkit/leaks"
	"ecrmirror/testkit/registrytest"
)

func TestMain(m *testing.M) { leaks.Main(m) }

// The images pass all checks where they were made. Copied without what belongs to them they pass none, but for the
// image whose attestations are its own instances.
func TestChecksFailWithoutArtifacts(t *testing.T) {
	clients, host := artifactclients.New(t), registrytest.StartConforming(t, true)
	whole, alone := host+"/whole", host+"/alone"
	images, err := artifactcorpus.Make(t.Context(), clients, whole)
	if err != nil {
		t.Fatal(err)
	}
	made := map[string]int{}
	for _, image := range images {
		made[image.Tag] = len(image.Artifacts)
		if _, err := clients.Run(t.Context(), artifactclients.Oras, "cp", "--from-plain-http", "--to-plain-http",
			whole+":"+image.Tag, alone+":"+image.Tag); err != nil {
			t.Fatal(err)
		}
		for _, check := range image.Checks {
			if err := check.Run(t.Context(), clients, whole); err != nil {
				t.Errorf("%s: %v", image.Tag, err)
			}
			if err := check.Run(t.Context(), clients, alone); (err == nil) != (len(image.Artifacts) == 0) {
				t.Errorf("%s, alone: %s %s: %v", image.Tag, check.Program, strings.Join(check.Args, " "), err)
			}
		}
	}
	want := map[string]int{
		"cosign-2": 3, "cosign-3": 2, "attached": 2, "github": 1, "buildkit": 0, "instance": 3, "signed-sbom": 4,
		"notation": 2,
	}
	if diff := cmp.Diff(want, made); diff != "" {
		t.Errorf("artifacts (-want +got)\n%s", diff)
	}
}
