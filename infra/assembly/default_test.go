package assembly_test

import (
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"

	"ecrmirror/infra/assembly"
)

func decode(t *testing.T, doc string) (value any) {
	t.Helper()
	if err := json.Unmarshal([]byte(doc), &value); err != nil {
		t.Fatal(err)
	}
	return value
}

// TestTheDefaultStack reads the template that is deployed by default.
func TestTheDefaultStack(t *testing.T) {
	doc, err := os.ReadFile("../mirrorstack/testdata/default.template.json")
	if err != nil {
		t.Fatal(err)
	}
	s := read(t, string(doc))
	programs, err := s.Programs(virginia)
	if err != nil {
		t.Fatal(err)
	}
	commands := map[string]assembly.Program{}
	for _, p := range programs {
		name := "function"
		if !p.Function {
			name = p.Command[0]
		}
		commands[name] = p
		role, err := s.Role(p.Role, virginia)
		if err != nil || len(role.Policies) == 0 || len(role.Statements) == 0 {
			t.Errorf("%s: role %s has %v, %v", p.ID, p.Role, role, err)
		}
	}
	for _, c := range []struct{ program, variable string }{
		{"mirror", "MIRROR_MEMORY_BUDGET"},
		{"controller", "MIRROR_TABLE"},
		{"function", "MIRROR_TABLE"},
		{"mirror", "MIRROR_LEDGER"},
		{"controller", "MIRROR_LEDGER"},
		{"function", "MIRROR_LEDGER"},
	} {
		if commands[c.program].Environment[c.variable] == "" || commands[c.program].Image == "" {
			t.Errorf("%s has no %s or no image: %+v", c.program, c.variable, commands[c.program])
		}
	}
	for id, r := range s.Resources {
		if _, err := s.Resolve(r.Properties, virginia); err != nil {
			t.Errorf("%s: %v", id, err)
		}
	}
	role, err := s.Role(commands["controller"].Role, virginia)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.ContainsFunc(role.Statements, func(st assembly.Statement) bool {
		return slices.Contains(st.Actions, "dynamodb:Scan") && strings.HasPrefix(st.Resources[0],
			"arn:aws:dynamodb:us-east-1:111122223333:table/ecrmirror-Entries")
	}) {
		t.Errorf("no statement about the table: %+v", role.Statements)
	}
}
