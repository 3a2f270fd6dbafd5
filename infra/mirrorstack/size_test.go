package mirrorstack_test

import (
	"maps"
	"os"
	"slices"
	"testing"

	"ecrmirror/infra/assembly"
)

// TestTemplatesAreAsSmallAsCloudFormationWantsThem looks at the files that synthesis writes. A variant that
// has grown beyond what comes with the request must be known to.
func TestTemplatesAreAsSmallAsCloudFormationWantsThem(t *testing.T) {
	if len(variants) < 12 {
		t.Errorf("there are %d variants", len(variants))
	}
	// variants that are too large for the request: docs/deployment.md has the way
	byBucket := map[string]bool{"large": true, "many accounts": true, "private": true, "everything": true}
	for _, variant := range slices.Sorted(maps.Keys(variants)) {
		synth(t, variant)
		info, err := os.Stat(written(variant))
		if err != nil {
			t.Fatal(err)
		}
		t.Logf("%-18s %6d bytes, %3d resources", variant, info.Size(), len(resources(t, variant, "")))
		if tooLarge := info.Size() > assembly.TemplateLimit; tooLarge != byBucket[variant] {
			t.Errorf("%s has %d bytes; CloudFormation takes %d without a bucket", variant, info.Size(),
				assembly.TemplateLimit)
		}
		if info.Size() > 1<<20 {
			t.Errorf("%s has %d bytes; CloudFormation takes no more than 1 MiB", variant, info.Size())
		}
		if n := len(resources(t, variant, "")); n > 500 {
			t.Errorf("%s has %d resources; CloudFormation takes 500", variant, n)
		}
	}
}
