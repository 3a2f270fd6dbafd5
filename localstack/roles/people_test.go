package roles_test

import (
	"encoding/json"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// rows are those of "What people need" in docs/security.md, by how they begin.
var rows = []struct{ begin, role string }{
	{"| look ", "Viewer"},
	{"| change entries ", "Editor"},
	{"| see what a sweep would do ", "Planner"},
	{"| see what happened ", "Historian"},
	{"| adopt, save or fill a ledger ", "Keeper"},
	{"| have a job done ", "Submitter"},
	{"| mirror a file ", "Syncer"},
}

var actionText = regexp.MustCompile("`([a-z-]+:[A-Z][A-Za-z]+)`")

// TestPeopleNeedWhatTheDocumentSays holds the roles of people to the document: the tests of the
// programs run people's commands with these.
func TestPeopleNeedWhatTheDocumentSays(t *testing.T) {
	text, err := os.ReadFile("../../docs/security.md")
	if err != nil {
		t.Fatal(err)
	}
	list, err := deployment().People()
	if err != nil {
		t.Fatal(err)
	}
	want := map[string][]string{}
	var before []string
	for line := range strings.Lines(string(text)) {
		i := slices.IndexFunc(rows, func(r struct{ begin, role string }) bool {
			return strings.HasPrefix(line, r.begin)
		})
		if i < 0 {
			continue
		}
		var actions []string
		if strings.Contains(line, "besides") {
			actions = slices.Clone(before)
		}
		for _, m := range actionText.FindAllStringSubmatch(line, -1) {
			actions = append(actions, m[1])
		}
		slices.Sort(actions)
		want[rows[i].role], before = actions, actions
	}
	got := map[string][]string{}
	for _, r := range list {
		name := strings.TrimPrefix(r.Name(), "ecrmirror-")
		for _, policy := range r.Policies {
			var document struct{ Statement []struct{ Action []string } }
			if err := json.Unmarshal([]byte(policy), &document); err != nil {
				t.Fatal(err)
			}
			for _, s := range document.Statement {
				got[name] = append(got[name], s.Action...)
			}
		}
		slices.Sort(got[name])
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-document +roles:\n%s", diff)
	}
}
