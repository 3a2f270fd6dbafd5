package roles_test

import (
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ecrmirror/localstack/iam"
	"ecrmirror/localstack/identity"
	"ecrmirror/localstack/roles"
)

var update = flag.Bool("update", false, "write testdata anew")

const callsFile = "testdata/calls.txt"

// peoples are the controller's commands that people run, with permissions of their own.
var peoples = []string{"newPut", "newRemove", "newImport", "newExport", "newList", "newStatus", "newPlan", "newHistory", "newOwner"}

// callers are who runs which part of the programs, by the functions that it begins with.
var callers = []struct {
	role  string
	from  []string
	stops []string // functions that it does not get to
}{
	{"MirrorRole", []string{"cmd/mirror.main"}, []string{"newSync"}},
	{"ControllerRole", []string{"cmd/controller.main"}, append(peoples, "newFunction")},
	{"FunctionRole", []string{"cmd/controller.newFunction"}, peoples},
	{"Viewer", []string{"cmd/controller.newList", "cmd/controller.newExport", "cmd/controller.newStatus"}, nil},
	{"Editor", []string{"cmd/controller.newPut", "cmd/controller.newRemove", "cmd/controller.newImport"}, nil},
	{"Planner", []string{"cmd/controller.newPlan"}, nil},
	{"Keeper", []string{"cmd/controller.newAdopt", "cmd/controller.newLedgerExport", "cmd/controller.newLedgerImport"}, nil},
	{"Historian", []string{"cmd/controller.newHistory", "cmd/controller.newOwner"}, nil},
	{"Syncer", []string{"cmd/mirror.newSync"}, nil},
}

// apart are functions that only look as if somebody got to them, by the ends of their names.
var apart = []struct{ end, who, why string }{
	{
		".NewImageSource", "the controller",
		"go.podman.io/image opens images when it copies one or reads its signatures; the controller does neither",
	},
	{".NewImageDestination", "the controller", "the same"},
	{".NewImage", "the controller", "the same"},
	{".DeleteImage", "anyone", "go.podman.io/image wants references to have it, and no program deletes an image"},
}

// free are calls that take no permission.
var free = map[string]string{"sts:GetCallerIdentity": "AWS denies it to nobody"}

// along are granted, and called by no code of ours, because a service asks for them along with others.
var along = map[string]string{
	"batch:TagResource":         "what SubmitJob takes for its tags",
	"ecr:TagResource":           "what CreateRepository takes for its tags",
	"ecr-public:TagResource":    "the same in ECR Public",
	"sts:GetServiceBearerToken": "what ecr-public:GetAuthorizationToken takes besides",
	"kms:*":                     "what services take to use a key in the role's name",
	"logs:*":                    "Lambda writes the function's log",
	"sqs:SendMessage":           "Lambda keeps events that failed",
	"ec2:*":                     "Lambda joins the VPC",
	"signer:SignPayload":        "ECR signs what is pushed, in the role's name",
}

// TestEveryCallIsGranted lists each call that the programs' code makes, by who makes it, with the
// statement that grants it. A call that no statement grants fails, by its name.
func TestEveryCallIsGranted(t *testing.T) {
	c, granted := load(t), grants(t)
	var lines []string
	for _, who := range callers {
		calls := c.callsOf(who.role, who.from, who.stops)
		if len(calls) == 0 {
			t.Errorf("%s makes no calls: are they written otherwise now?", who.role)
		}
		for _, action := range slices.Sorted(maps.Keys(calls)) {
			by := granted.by(who.role, action)
			if why := free[action]; by == "" && why != "" {
				by = "nothing: " + why
			}
			if by == "" {
				t.Errorf("%s calls %s (%s), and no statement of its policies grants it", who.role,
					action, calls[action])
			}
			lines = append(lines, fmt.Sprintf("%-15s %-40s %-45s %s\n", who.role, action, calls[action], by))
		}
	}
	golden(t, strings.Join(lines, ""))
}

// TestEveryGrantIsCalled finds what a role may do that no code of its programs calls.
func TestEveryGrantIsCalled(t *testing.T) {
	c, granted := load(t), grants(t)
	for _, who := range callers[:3] { // people's may be more than a command takes
		calls := c.callsOf(who.role, who.from, who.stops)
		for _, g := range granted[who.role] {
			for _, action := range g.actions {
				because := slices.ContainsFunc(slices.Collect(maps.Keys(along)),
					func(pattern string) bool { return iam.Wildcard(pattern, action) })
				if calls[action] == "" && !because {
					t.Errorf("%s may %s (%s), which it never calls", who.role, action, g.by)
				}
			}
		}
	}
}

func (c code) callsOf(role string, from, stops []string) map[string]string {
	var full []string
	for _, f := range from {
		full = append(full, module+f)
	}
	controls := role != "MirrorRole" && role != "Syncer"
	return c.reached(full, func(name string) bool {
		for _, a := range apart {
			if strings.HasSuffix(name, a.end) && (controls || a.who == "anyone") {
				return true
			}
		}
		return slices.ContainsFunc(stops, func(stop string) bool {
			return strings.HasPrefix(name, module+"cmd/") && strings.HasSuffix(name, "."+stop)
		})
	})
}

// A granting is a statement, as VARIANT/POLICY/SID.
type granting struct {
	by      string
	actions []string
}

// granted are the statements of roles, by their names.
type granted map[string][]granting

func (g granted) by(role, action string) string {
	for _, statement := range g[role] {
		if slices.ContainsFunc(statement.actions, func(pattern string) bool { return iam.Wildcard(pattern, action) }) {
			return statement.by
		}
	}
	return ""
}

// grants reads the statements of all roles in all variants, the default first.
func grants(t *testing.T) granted {
	t.Helper()
	d := deployment()
	all := granted{}
	add := func(variant string, list []identity.Role, err error) {
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range list {
			name := strings.TrimPrefix(r.Name(), "ecrmirror-")
			for policy, text := range r.Policies {
				all[name] = append(all[name], statementsOf(t, variant+"/"+policy, text)...)
			}
		}
	}
	variants := roles.Variants()
	slices.SortStableFunc(variants, func(a, b string) int { return strings.Compare(first(a), first(b)) })
	for _, variant := range variants {
		list, err := d.Load(variant)
		add(variant, list, err)
	}
	list, err := d.People()
	add("docs/security.md", list, err)
	return all
}

// first orders the default variant before all others.
func first(variant string) string {
	if variant == "default" {
		return ""
	}
	return variant
}

func statementsOf(t *testing.T, where, text string) []granting {
	t.Helper()
	var document struct {
		Statement []struct {
			Sid    string
			Action any
		}
	}
	if err := json.Unmarshal([]byte(text), &document); err != nil {
		t.Fatal(err)
	}
	var list []granting
	for _, s := range document.Statement {
		g := granting{by: strings.TrimSuffix(where+"/"+s.Sid, "/")}
		switch a := s.Action.(type) {
		case string:
			g.actions = []string{a}
		case []any:
			for _, action := range a {
				g.actions = append(g.actions, action.(string))
			}
		}
		list = append(list, g)
	}
	return list
}

// deployment is one whose names are the logical ids.
func deployment() roles.Deployment {
	return roles.Deployment{Partition: "aws", Region: "us-east-1", Account: "111122223333", URLSuffix: "amazonaws.com"}
}

// golden compares the list with the file, or writes it.
func golden(t *testing.T, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(callsFile, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(callsFile)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("the programs call otherwise than %s has it (-want +got); if that was meant, run go test "+
			"./localstack/roles -update:\n%s", callsFile, diff)
	}
}
