package ecr

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"ecrmirror/testkit/awstest"
)

// testName matches a test as RULES.md writes it: PACKAGE.TestX/CASE.
var testName = regexp.MustCompile("`(?:([a-z]+)\\.)?(Test[A-Za-z0-9]+)(?:/([^`]+))?`")

func TestRulesNameTests(t *testing.T) {
	rules := awstest.Must[[]byte](t)(os.ReadFile("RULES.md"))
	sources := map[string]string{}
	lines := 0
	for line := range strings.Lines(string(rules)) {
		if !strings.HasPrefix(line, "| ") || strings.HasPrefix(line, "| rule") {
			continue
		}
		lines++
		found := testName.FindAllStringSubmatch(line, -1)
		if len(found) == 0 {
			t.Errorf("no test: %s", line)
		}
		for _, m := range found {
			dir := "."
			if m[1] != "" {
				dir = filepath.Join("..", m[1])
			}
			if sources[dir] == "" {
				sources[dir] = testSource(t, dir)
			}
			_, body, ok := strings.Cut(sources[dir], "\nfunc "+m[2]+"(t *testing.T) {\n")
			body, _, _ = strings.Cut(body, "\n}\n")
			row := regexp.MustCompile(`\{\s*"` + regexp.QuoteMeta(m[3]) + `",`)
			if !ok || m[3] != "" && !row.MatchString(body) {
				t.Errorf("%s does not exist", m[0])
			}
		}
	}
	if lines < 50 {
		t.Errorf("only %d rules", lines)
	}
}

// testSource returns all tests of a package.
func testSource(t *testing.T, dir string) string {
	t.Helper()
	var all strings.Builder
	for _, file := range awstest.Must[[]string](t)(filepath.Glob(filepath.Join(dir, "*_test.go"))) {
		all.Write(awstest.Must[[]byte](t)(os.ReadFile(file)))
	}
	return all.String()
}
