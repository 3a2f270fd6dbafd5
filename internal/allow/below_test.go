package allow_test

import (
	"testing"

	"ecrmirror/internal/allow"
	"ecrmirror/internal/imagename"
)

// TestSourceBelow has patterns, and namespaces of which some repository may match them.
func TestSourceBelow(t *testing.T) {
	for _, c := range []struct {
		pattern, namespace string
		allowed            bool
	}{
		{"r.io", "r.io/team/**", true},
		{"r.io", "r.io/**", true},
		{"r.io/team/app", "r.io/**", true},
		{"r.io/team/app", "r.io/team/**", true},
		{"r.io/team/app", "r.io/team/app/**", false}, // the repository itself is not below it
		{"r.io/team/**", "r.io/team/app/**", true},
		{"r.io/other/**", "r.io/team/**", false},
		{"*/team/**", "r.io/team/**", true},
		{"q.io", "r.io/team/**", false},
		{"docker.io/team/**", "team/**", true},
		{"docker.io/nginx", "docker.io/library/**", true},
		{"ecr:111122223333", "111122223333.dkr.ecr.us-east-1.amazonaws.com/**", true},
		{"ecr:111122223333/base/**", "111122223333.dkr.ecr-fips.us-east-1.amazonaws.com/base/**", true},
		{"ecr:111122223333", "444455556666.dkr.ecr.us-east-1.amazonaws.com/**", false},
	} {
		sources, err := allow.Parse("X", []string{c.pattern})
		if err != nil {
			t.Fatal(err)
		}
		namespace, err := imagename.ParseNamespace(c.namespace)
		if err != nil {
			t.Fatal(err)
		}
		if err := (allow.Lists{Sources: sources}).SourceBelow(namespace); (err == nil) != c.allowed {
			t.Errorf("%s, %s: %v", c.pattern, c.namespace, err)
		}
		if err := (allow.Lists{}).SourceBelow(namespace); err != nil {
			t.Errorf("%s: %v", c.namespace, err)
		}
	}
}
