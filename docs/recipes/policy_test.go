package recipes

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ecrmirror/localstack/iam"
	"ecrmirror/localstack/roles"
)

const (
	ecrPolicy = "ecr-policy.json"
	registry  = "111122223333.dkr.ecr.eu-west-1.amazonaws.com/"
)

// TestThePolicyHasWhatTheServiceHas holds the actions to those of the deployed service's roles for ECR.
func TestThePolicyHasWhatTheServiceHas(t *testing.T) {
	t.Parallel()
	want := []string{"ecr:CreateRepository"} // as the recipes ask for
	all, err := roles.Actions("default")
	if err != nil {
		t.Fatal(err)
	}
	for _, action := range append(all["MirrorRole"], all["ControllerRole"]...) {
		// That is for sources that are all repositories below a path of ECR.
		if strings.HasPrefix(action, "ecr:") && action != "ecr:DescribeRepositories" {
			want = append(want, action)
		}
	}
	slices.Sort(want)
	if diff := cmp.Diff(slices.Compact(want), actions(t)); diff != "" {
		t.Errorf("actions (-roles +%s)\n%s", ecrPolicy, diff)
	}
}

// TestThePolicyIsForTheDestinations has IAM's logic allow each action on where the entries go, and nowhere else.
func TestThePolicyIsForTheDestinations(t *testing.T) {
	t.Parallel()
	policy, err := iam.Parse(ecrPolicy, read(t, ecrPolicy))
	if err != nil {
		t.Fatal(err)
	}
	list, err := entriesOf(".")
	if err != nil {
		t.Fatal(err)
	}
	repositories := map[string]bool{"other": false}
	for _, e := range list {
		for _, d := range e.Destinations {
			repository, ok := strings.CutPrefix(strings.TrimSuffix(d, ":3.22"), registry)
			if !ok {
				t.Errorf("%s is not in the policy's registry", d)
			}
			repositories[repository+"/"] = true
		}
	}
	for repository, want := range repositories {
		for _, action := range actions(t) {
			if got := allows(policy, action, repository); got != want {
				t.Errorf("%s on %s: allowed is %v", action, repository, got)
			}
		}
	}
}

func allows(policy *iam.Policy, action, repository string) bool {
	return iam.Evaluate(iam.Request{
		Principal: iam.Principal{
			ARN: "arn:aws:sts::111122223333:assumed-role/ecrmirror-sync/job", Account: "111122223333",
			Role: "arn:aws:iam::111122223333:role/ecrmirror-sync",
		},
		Action: action, Resource: "arn:aws:ecr:eu-west-1:111122223333:repository/" + repository,
	}, iam.Policies{Identity: []*iam.Policy{policy}}).Allowed
}

// TestPoliciesParse reads each as IAM does.
func TestPoliciesParse(t *testing.T) {
	t.Parallel()
	holds(t, func(dir string) error {
		for _, pattern := range []string{"*-policy.json", "trust-*.json"} {
			files, err := filepath.Glob(filepath.Join(dir, pattern))
			if err != nil || len(files) < 4 {
				return fmt.Errorf("%q: %w", files, err)
			}
			for _, file := range files {
				if _, err := iam.Parse(filepath.Base(file), read(t, file)); err != nil {
					return err
				}
			}
		}
		return nil
	}, mistake{ecrPolicy, `"Allow"`, `"Permit"`, `is "Permit"`},
		mistake{"trust-ecs.json", `"Statement"`, `"Statements"`, `no element "Statements"`})
}

// actions returns those of the policy, sorted.
func actions(t *testing.T) (all []string) {
	t.Helper()
	var policy struct {
		Statement []struct{ Action any }
	}
	if err := json.Unmarshal([]byte(read(t, ecrPolicy)), &policy); err != nil {
		t.Fatal(err)
	}
	for _, s := range policy.Statement {
		switch a := s.Action.(type) {
		case string:
			all = append(all, a)
		case []any:
			for _, action := range a {
				all = append(all, fmt.Sprint(action))
			}
		}
	}
	slices.Sort(all)
	return all
}
