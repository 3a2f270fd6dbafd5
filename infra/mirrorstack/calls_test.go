package mirrorstack_test

import (
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// call is the making of a request to an AWS service in the programs' source.
var call = regexp.MustCompile(`&(dynamodb|batch|ecr|ecrpublic|sts|ssm|secretsmanager)\.([A-Z][A-Za-z]*)Input\b`)

// TestRolesMayDoWhatTheProgramsCall finds all calls in the programs' source. What no role may
// do, and what a role may do that is called by nobody, must have its reason here.
func TestRolesMayDoWhatTheProgramsCall(t *testing.T) {
	byPeople := map[string]string{
		"dynamodb:DeleteItem":    "controller remove and import, by people's own permissions",
		"dynamodb:DescribeTable": "tells people what is wrong with a table, where they may",
		"ecr:BatchDeleteImage":   "the transport can, the programs do not",
	}
	noPermission := map[string]string{"sts:GetCallerIdentity": "everyone may"}
	otherwise := map[string]string{
		"sts:AssumeRole":            "called by the SDK's credentials provider",
		"sts:GetServiceBearerToken": "what ecr-public:GetAuthorizationToken takes besides",
		"batch:TagResource":         "what SubmitJob with tags takes besides",
		"ecr:TagResource":           "what CreateRepository with tags takes besides",
		"ecr-public:TagResource":    "the same in ECR Public",
		"signer:SignPayload":        "what PutImage takes besides where ECR signs",
	}
	granted := map[string]bool{}
	for _, g := range grants() {
		if g.role == "MirrorRole" || g.role == "ControllerRole" {
			for _, action := range g.actions {
				granted[action] = true
			}
		}
	}
	called := calls(t, "../../cmd", "../../internal")
	for _, action := range slices.Sorted(maps.Keys(called)) {
		if !granted[action] && byPeople[action] == "" && noPermission[action] == "" {
			t.Errorf("%s calls %s, which no role may", called[action], action)
		}
	}
	for action := range granted {
		if called[action] == "" && otherwise[action] == "" && !strings.HasPrefix(action, "kms:") {
			t.Errorf("a role may %s, which no program calls", action)
		}
	}
}

// calls returns the actions that the source in the folders calls, with a file for each.
func calls(t *testing.T, folders ...string) map[string]string {
	t.Helper()
	called := map[string]string{}
	for _, folder := range folders {
		err := filepath.WalkDir(folder, func(path string, _ os.DirEntry, err error) error {
			if err != nil || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
				return err
			}
			source, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			for _, m := range call.FindAllStringSubmatch(string(source), -1) {
				called[strings.Replace(m[1], "ecrpublic", "ecr-public", 1)+":"+m[2]] = path
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if len(called) < 10 {
		t.Fatalf("found the calls %v only: are they written otherwise now?", called)
	}
	return called
}
