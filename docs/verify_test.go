package docs

import (
	"os"
	"strings"
	"testing"

	"ecrmirror/internal/verify/policy"
	"ecrmirror/internal/verify/policyfile"
)

// TestVerify: the page has every member of a requirement, and its example is a policy.
func TestVerify(t *testing.T) {
	content, err := os.ReadFile("verify.md")
	if err != nil {
		t.Fatal(err)
	}
	page := string(content)
	for _, member := range policy.Members() {
		if !strings.Contains(page, "\n| `"+member+"` | `--") {
			t.Errorf("it has no member %s", member)
		}
	}
	_, example, _ := strings.Cut(page, "```yaml\n")
	example, _, _ = strings.Cut(example, "```")
	p, err := policyfile.Parse([]byte(example))
	if err != nil || len(p) != 3 {
		t.Errorf("the example: %s, %v", p, err)
	}
}
