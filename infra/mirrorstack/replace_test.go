package mirrorstack_test

import (
	"encoding/json"
	"maps"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const createOnlyFile = "testdata/create-only.json"

// createOnly returns, by type, the properties that CloudFormation can't change: it makes another resource, and
// then deletes the old one. ../create_only.py wrote them.
func createOnly(t *testing.T) map[string][]string {
	t.Helper()
	doc, err := os.ReadFile(createOnlyFile)
	if err != nil {
		t.Fatal(err)
	}
	var known map[string][]string
	if err := json.Unmarshal(doc, &known); err != nil {
		t.Fatal(err)
	}
	return known
}

// fixed returns what the resource says of the create-only properties of its type: path → value as text.
func fixed(t *testing.T, r resource, known map[string][]string) map[string]string {
	t.Helper()
	properties, ok := known[r.kind]
	if !ok {
		t.Fatalf("%s is not in %s: add the type to the arguments of create_only.py", r.kind, createOnlyFile)
	}
	values := map[string]string{}
	for _, path := range properties {
		var value any = r.properties
		for part := range strings.SplitSeq(path, "/") {
			members, _ := value.(map[string]any)
			value = members[part]
		}
		if value != nil {
			values[path] = strings.Trim(plainJSON(t, value), `"`)
		}
	}
	return values
}

// ownName says whether a property is the name of the resource itself.
func ownName(kind, property string) bool {
	last := kind[strings.LastIndex(kind, ":")+1:]
	return property == "Name" || property == last+"Name" || property == "GroupName" || property == "PolicyName"
}

// TestAResourceWithANameIsNeverReplaced: the new one would find the name taken, and the update would fail with
// AlreadyExists. So what is named has nothing else that can't be changed, tags among it, but constants.
func TestAResourceWithANameIsNeverReplaced(t *testing.T) {
	constants := map[string]string{"AWS::Lambda::Function PackageType": "Image"}
	known := createOnly(t)
	for _, variant := range slices.Sorted(maps.Keys(variants)) {
		for _, r := range resources(t, variant, "") {
			values := fixed(t, r, known)
			named := false
			for property := range values {
				named = named || ownName(r.kind, property)
			}
			if !named {
				continue
			}
			if slices.Contains(known[r.kind], "Tags") {
				t.Errorf("%s: %s has a name, and its tags can't be changed", variant, r.id)
			}
			for property, value := range values {
				if !ownName(r.kind, property) && constants[r.kind+" "+property] != value {
					t.Errorf("%s: %s has a name, and %s, which can't be changed, is %s", variant, r.id, property, value)
				}
			}
		}
	}
}

// TestQueuesAndTheirComputeHaveGeneratedNames, whatever the schema says today: that tags of queues can be
// changed is new, and not known of every region (aws-cloudformation/cloudformation-coverage-roadmap#2463, #2270).
func TestQueuesAndTheirComputeHaveGeneratedNames(t *testing.T) {
	for variant := range variants {
		for kind, property := range map[string]string{
			"AWS::Batch::JobQueue": "JobQueueName", "AWS::Batch::ComputeEnvironment": "ComputeEnvironmentName",
		} {
			for _, r := range resources(t, variant, kind) {
				if name, ok := r.properties[property]; ok {
					t.Errorf("%s: %s is named %v", variant, r.id, name)
				}
			}
		}
	}
}

// TestWhatMustNotBeReplacedIsFrozen: an upgrade that changes one of these deletes people's entries, events or
// running jobs, or takes the network from under them. Whoever changes a line here needs a way to upgrade.
func TestWhatMustNotBeReplacedIsFrozen(t *testing.T) {
	want := map[string]map[string]string{
		"Entries3C9817F4":      {"KeySchema": `[{"AttributeName":"Source","KeyType":"HASH"}]`},
		"MirrorQueue88F9F423":  {},
		"ControlQueue9204A4FA": {},
		"SpotComputeFF4E1CD0": {
			"Type": "managed", "Tags": `{"application":"ecrmirror"}`, "ComputeResources/Type": "FARGATE_SPOT",
		},
		"OnDemandComputeD679D1E5": {
			"Type": "managed", "Tags": `{"application":"ecrmirror"}`, "ComputeResources/Type": "FARGATE",
		},
		"ControllerComputeFC77B330": {
			"Type": "managed", "Tags": `{"application":"ecrmirror"}`, "ComputeResources/Type": "FARGATE",
		},
		"MirrorJobE457892F":           {"JobDefinitionName": "ecrmirror-mirror"},
		"SweepJobB9B63DE3":            {"JobDefinitionName": "ecrmirror-sweep"},
		"Function76856677":            {"FunctionName": "ecrmirror-push", "PackageType": "Image"},
		"Alarms04B5A0BF":              {},
		"ScheduleDeadLetters0406ECBC": {},
		"PushDeadLettersEA7EF4C6":     {},
		"MirrorRoleC21F5DAC":          {},
		"ControllerRole10B665F1":      {},
		"MirrorLogsB562D7EB":          {"LogGroupName": "/ecrmirror/mirror"},
		"ControllerLogsA1749C6A":      {"LogGroupName": "/ecrmirror/controller"},
		"Network1C6012B5":             {"CidrBlock": "10.0.0.0/20", "InstanceTenancy": "default"},
		"Security2D46CA7F": {
			"GroupDescription": "Jobs of the mirror: they connect to registries and AWS and nothing connects to them",
			"VpcId":            "Network",
		},
		"NetworkpublicSubnet1Subnet3B5BE2B6": {"CidrBlock": "10.0.0.0/21", "VpcId": "Network"},
	}
	known := createOnly(t)
	got := map[string]map[string]string{}
	for _, r := range resources(t, "default", "") {
		if _, ok := want[r.id]; !ok {
			continue
		}
		got[r.id] = fixed(t, r, known)
		// references
		for _, changing := range []string{
			"ComputeResources/SecurityGroupIds", "ComputeResources/Subnets",
			"AvailabilityZone",
		} {
			delete(got[r.id], changing)
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-frozen +the template:\n%s", diff)
	}
}

// TestCreateOnlyPropertiesAreThoseOfTheSchemas holds the list to the schemas of cfn-lint that is installed; -update
// writes it.
func TestCreateOnlyPropertiesAreThoseOfTheSchemas(t *testing.T) {
	python := needTool(t, "cfn-lint", "python")
	kinds := map[string]bool{}
	for variant := range variants {
		for _, r := range resources(t, variant, "") {
			kinds[r.kind] = true
		}
	}
	args := append([]string{"../create_only.py"}, slices.Sorted(maps.Keys(kinds))...)
	want, err := exec.CommandContext(t.Context(), python, args...).Output()
	if err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile(createOnlyFile, want, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(createOnlyFile)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("-schemas +%s (-update writes it):\n%s", createOnlyFile, diff)
	}
}
