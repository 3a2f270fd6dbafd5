package mirrorstack_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ecrmirror/infra/settings"
)

// TestRolesMayDoThisAndNothingElse compares every role of every variant with the table:
// each action on each resource, under each condition.
func TestRolesMayDoThisAndNothingElse(t *testing.T) {
	for _, variant := range slices.Sorted(maps.Keys(variants)) {
		props, err := settings.FromContext(testDefaults(), variants[variant])
		if err != nil {
			t.Fatal(err)
		}
		granted := permissionsOf(t, variant)
		for role, got := range granted {
			if diff := cmp.Diff(expected(role, props), got); diff != "" {
				t.Errorf("%s: %s (-the table of docs/security.md +the template):\n%s", variant, role, diff)
			}
		}
	}
}

// expected returns "action on resource [if condition]" lines for a role.
func expected(role string, props settings.Props) []string {
	var lines []string
	for _, g := range grants() {
		if g.role != role {
			continue
		}
		for _, action := range g.actions {
			for _, on := range g.list(props) {
				lines = append(lines, line(action, on, g.only))
			}
		}
	}
	slices.Sort(lines)
	return slices.Compact(lines)
}

func line(action, on, only string) string {
	text := action + " on " + on
	if only != "" {
		text += " if " + only
	}
	return text
}

// permissionsOf returns what the template grants each of its roles, wherever it does.
func permissionsOf(t *testing.T, variant string) map[string][]string {
	t.Helper()
	granted := map[string][]string{}
	for _, r := range resources(t, variant, "AWS::IAM::Role") {
		role := roleName(t, r.id)
		granted[role] = granted[role][:0:0]
		inline, _ := r.properties["Policies"].([]any)
		for _, p := range inline {
			granted[role] = append(granted[role], statements(t, p.(map[string]any)["PolicyDocument"])...)
		}
		if managed, ok := r.properties["ManagedPolicyArns"].([]any); ok {
			if !strings.HasSuffix(role, "InstanceProfileRole") || len(managed) != 1 ||
				plain(managed[0]) != "arn:PARTITION:iam::aws:policy/service-role/AmazonEC2ContainerServiceforEC2Role" {
				t.Errorf("%s: %s has managed policies: %v", variant, role, managed)
			}
		}
	}
	for _, kind := range []string{"AWS::IAM::Policy", "AWS::IAM::ManagedPolicy", "AWS::IAM::RolePolicy"} {
		for _, p := range resources(t, variant, kind) {
			for _, ref := range p.properties["Roles"].([]any) {
				role := roleName(t, ref.(map[string]any)["Ref"].(string))
				granted[role] = append(granted[role], statements(t, p.properties["PolicyDocument"])...)
			}
		}
	}
	for role, lines := range granted {
		slices.Sort(lines)
		granted[role] = slices.Compact(lines)
		if len(granted[role]) == 0 {
			granted[role] = nil
		}
	}
	return granted
}

// logicalHash is what CDK puts behind a name to make a logical id.
var logicalHash = regexp.MustCompile(`[0-9A-F]{8}$`)

func roleName(t *testing.T, id string) string {
	t.Helper()
	name := logicalHash.ReplaceAllString(id, "")
	for _, r := range roles {
		if r.id == name {
			return name
		}
	}
	t.Fatalf("role %s is not in the table", id)
	return ""
}

func statements(t *testing.T, document any) []string {
	t.Helper()
	var lines []string
	for _, s := range document.(map[string]any)["Statement"].([]any) {
		statement := s.(map[string]any)
		for key := range statement {
			if !slices.Contains([]string{"Sid", "Effect", "Action", "Resource", "Condition"}, key) {
				t.Errorf("a statement has %s", key)
			}
		}
		if statement["Effect"] != "Allow" {
			t.Errorf("a statement has the effect %v", statement["Effect"])
		}
		only := ""
		if c, ok := statement["Condition"]; ok {
			only = plainJSON(t, c)
		}
		for _, action := range many(statement["Action"]) {
			for _, on := range many(statement["Resource"]) {
				lines = append(lines, line(action.(string), plain(on), only))
			}
		}
	}
	return lines
}

func many(v any) []any {
	if list, ok := v.([]any); ok {
		return list
	}
	return []any{v}
}

// plain writes a value with CloudFormation's functions as text.
func plain(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case map[string]any:
		if ref, ok := v["Ref"].(string); ok {
			pseudo := map[string]string{
				"AWS::Partition": "PARTITION", "AWS::Region": "REGION", "AWS::AccountId": "ACCOUNT",
				"AWS::URLSuffix": "SUFFIX",
			}
			if text, ok := pseudo[ref]; ok {
				return text
			}
			return logicalHash.ReplaceAllString(ref, "")
		}
		if get, ok := v["Fn::GetAtt"].([]any); ok {
			name := logicalHash.ReplaceAllString(get[0].(string), "")
			switch name {
			case "Entries":
				return entries
			case "Ledger":
				return ledger
			}
			return name
		}
		if join, ok := v["Fn::Join"].([]any); ok {
			var parts []string
			for _, part := range join[1].([]any) {
				parts = append(parts, plain(part))
			}
			text := strings.Join(parts, join[0].(string))
			switch {
			case strings.HasSuffix(text, ":table/MirrorTable"):
				return entries
			case strings.HasSuffix(text, ":table/MirrorLedger"):
				return ledger
			}
			return text
		}
		if sub, ok := v["Fn::Sub"].(string); ok {
			return strings.NewReplacer("${AWS::Partition}", "PARTITION", "${AWS::Region}", "REGION",
				"${AWS::AccountId}", "ACCOUNT").Replace(sub)
		}
	}
	return fmt.Sprint(v)
}

func plainJSON(t *testing.T, v any) string {
	t.Helper()
	doc, err := json.Marshal(flatten(v))
	if err != nil {
		t.Fatal(err)
	}
	return string(doc)
}

// flatten replaces CloudFormation's functions in a value by text.
func flatten(v any) any {
	m, ok := v.(map[string]any)
	if !ok {
		return v
	}
	for key := range m {
		if key == "Ref" || strings.HasPrefix(key, "Fn::") {
			return plain(m)
		}
	}
	flat := map[string]any{}
	for key, value := range m {
		flat[key] = flatten(value)
	}
	return flat
}

// TestRolesAreTakenByTheirServiceAlone looks at who may assume each role.
func TestRolesAreTakenByTheirServiceAlone(t *testing.T) {
	for variant := range variants {
		for _, r := range resources(t, variant, "AWS::IAM::Role") {
			name := roleName(t, r.id)
			trust := r.properties["AssumeRolePolicyDocument"].(map[string]any)["Statement"].([]any)
			if len(trust) != 1 {
				t.Fatalf("%s: %s has %d trust statements", variant, name, len(trust))
			}
			statement := trust[0].(map[string]any)
			service := plain(statement["Principal"].(map[string]any)["Service"])
			i := slices.IndexFunc(roles, func(known struct{ id, who, service string }) bool { return known.id == name })
			if want := roles[i].service; strings.ReplaceAll(service, "SUFFIX", "amazonaws.com") != want {
				t.Errorf("%s: %s is taken by %s, want %s", variant, name, service, want)
			}
			if name == "EventsRole" && !strings.Contains(plainJSON(t, statement["Condition"]),
				`"aws:SourceAccount":"ACCOUNT"`) {
				t.Errorf("%s: EventBridge takes %s for other accounts, too", variant, name)
			}
		}
	}
}

const (
	tableBegin = "<!-- permissions: written by go test ./infra/mirrorstack -update -->\n"
	tableEnd   = "<!-- end of permissions -->\n"
)

// TestSecurityDocument holds the table in docs/security.md to the one here.
func TestSecurityDocument(t *testing.T) {
	var b strings.Builder
	for _, r := range roles {
		fmt.Fprintf(&b, "\n**`%s`**, taken by %s:\n\n", r.id, r.who)
		if strings.HasSuffix(r.id, "InstanceProfileRole") {
			b.WriteString("AWS's managed policy `AmazonEC2ContainerServiceforEC2Role`, which the ECS agent on an " +
				"instance needs.\n")
			continue
		}
		b.WriteString("| to | actions | on | when |\n|---|---|---|---|\n")
		for _, g := range grants() {
			if g.role != r.id {
				continue
			}
			when := g.when
			if when == "" {
				when = "always"
			}
			fmt.Fprintf(&b, "| %s | `%s` | %s | %s |\n", g.why, strings.Join(g.actions, "`, `"), g.on, when)
		}
	}
	b.WriteString("\n")
	checkSection(t, "../../docs/security.md", tableBegin, tableEnd, b.String())
}

// checkSection compares what a document has between two lines, or writes it with -update.
func checkSection(t *testing.T, file, begin, end, want string) {
	t.Helper()
	doc, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok := strings.Cut(string(doc), begin)
	got, after, ok2 := strings.Cut(rest, end)
	if !ok || !ok2 {
		t.Fatalf("%s has no section between %q and %q", file, begin, end)
	}
	if *update {
		if err := os.WriteFile(file, []byte(before+begin+want+end+after), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s is out of date (-want +got); go test ./infra/mirrorstack -update writes it:\n%s", file, diff)
	}
}
