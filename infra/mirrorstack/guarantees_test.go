package mirrorstack_test

import (
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2/assertions"
	"github.com/aws/jsii-runtime-go"
	"github.com/google/go-cmp/cmp"

	"ecrmirror/internal/contract"
)

// has checks that the variant has a resource of the type with these properties.
func has(t *testing.T, variant, kind string, properties map[string]any) {
	t.Helper()
	template := synth(t, variant)
	defer func() {
		if r := recover(); r != nil {
			t.Errorf("%s: %v", variant, r)
		}
	}()
	template.HasResourceProperties(jsii.String(kind), properties)
}

func count(t *testing.T, variant, kind string, want int) {
	t.Helper()
	if got := len(resources(t, variant, kind)); got != want {
		t.Errorf("%s has %d of %s, want %d", variant, got, kind, want)
	}
}

func TestTableOutlivesTheStackAndItsMistakes(t *testing.T) {
	for _, variant := range []string{"default", "everything", "govcloud"} {
		has(t, variant, "AWS::DynamoDB::Table", map[string]any{
			"BillingMode": "PAY_PER_REQUEST",
			"KeySchema": []any{
				map[string]any{"AttributeName": contract.AttrSource, "KeyType": "HASH"},
			},
			"TimeToLiveSpecification":          map[string]any{"AttributeName": contract.AttrExpires, "Enabled": true},
			"PointInTimeRecoverySpecification": map[string]any{"PointInTimeRecoveryEnabled": true},
			"DeletionProtectionEnabled":        true,
		})
		table := tableNamed(t, variant, "Entries")
		for _, policy := range []string{"DeletionPolicy", "UpdateReplacePolicy"} {
			if table.raw[policy] != "Retain" {
				t.Errorf("%s: %s is %v, want Retain", variant, policy, table.raw[policy])
			}
		}
		if table.id != "Entries3C9817F4" {
			t.Errorf("the table has another logical id, %s: an upgrade would leave people's entries behind in the "+
				"old table", table.id)
		}
	}
}

func TestTableIsEncryptedByTheKeyThatIsNamed(t *testing.T) {
	for _, name := range []string{"Entries", "Ledger"} {
		if diff := cmp.Diff(map[string]any{
			"SSEEnabled": true, "SSEType": "KMS",
			"KMSMasterKeyId": "arn:aws:kms:us-east-1:111122223333:key/11111111-2222-3333-4444-555555555555",
		}, tableNamed(t, "everything", name).properties["SSESpecification"]); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestExistingTableIsUsedAndNoneMade(t *testing.T) {
	count(t, "existing table", "AWS::DynamoDB::Table", 1)
	tableNamed(t, "existing table", "Ledger")
}

func TestMirrorsTrySpotFirstAndControllersNever(t *testing.T) {
	kinds := map[string]string{}
	for _, ce := range resources(t, "default", "AWS::Batch::ComputeEnvironment") {
		kinds[strings.TrimRight(logicalHash.ReplaceAllString(ce.id, ""),
			"")] = ce.properties["ComputeResources"].(map[string]any)["Type"].(string)
	}
	if diff := cmp.Diff(map[string]string{
		"ControllerCompute": "FARGATE", "SpotCompute": "FARGATE_SPOT",
		"OnDemandCompute": "FARGATE",
	}, kinds); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	for name, want := range map[string][]string{
		"MirrorQueue": {"SpotCompute", "OnDemandCompute"}, "ControlQueue": {"ControllerCompute"},
	} {
		if diff := cmp.Diff(want, computesOf(t, "default", name)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	if diff := cmp.Diff([]string{"OnDemandCompute"}, computesOf(t, "quiet", "MirrorQueue")); diff != "" {
		t.Errorf("without Spot (-want +got):\n%s", diff)
	}
}

func computesOf(t *testing.T, variant, queue string) (list []string) {
	t.Helper()
	for _, q := range resources(t, variant, "AWS::Batch::JobQueue") {
		if logicalHash.ReplaceAllString(q.id, "") == queue {
			for _, o := range q.properties["ComputeEnvironmentOrder"].([]any) {
				list = append(list, plain(o.(map[string]any)["ComputeEnvironment"]))
			}
		}
	}
	return list
}

func TestControllersComeFirstAndNoJobWaitsForever(t *testing.T) {
	priority := map[string]any{}
	seconds := map[string]any{"ControlQueue": 3600.0, "MirrorQueue": 86400.0}
	for _, q := range resources(t, "default", "AWS::Batch::JobQueue") {
		name := logicalHash.ReplaceAllString(q.id, "")
		priority[name] = q.properties["Priority"]
		limits := q.properties["JobStateTimeLimitActions"].([]any)
		if len(limits) != 3 {
			t.Errorf("%v has %d time limits, want one for each reason", name, len(limits))
		}
		for _, l := range limits {
			limit := l.(map[string]any)
			if limit["State"] != "RUNNABLE" || limit["Action"] != "CANCEL" || limit["MaxTimeSeconds"] != seconds[name] {
				t.Errorf("time limit %v", limit)
			}
		}
	}
	if priority["ControlQueue"].(float64) <= priority["MirrorQueue"].(float64) {
		t.Errorf("priorities are %v", priority)
	}
}

func TestJobsRunAsNobodyOnAReadOnlyRoot(t *testing.T) {
	for variant := range variants {
		for _, d := range resources(t, variant, "AWS::Batch::JobDefinition") {
			c := d.properties["ContainerProperties"].(map[string]any)
			if c["User"] != "65532:65532" || c["ReadonlyRootFilesystem"] != true || c["Privileged"] == true {
				t.Errorf("%s: %s runs as %v, read-only root %v", variant, d.id, c["User"], c["ReadonlyRootFilesystem"])
			}
			if d.properties["PropagateTags"] != true {
				t.Errorf("%s: %s does not propagate tags", variant, d.id)
			}
			if c["LogConfiguration"].(map[string]any)["LogDriver"] != "awslogs" {
				t.Errorf("%s: %s does not log", variant, d.id)
			}
		}
	}
}

func TestTimeoutLeavesTimeForLargeImages(t *testing.T) {
	// 52,000 MiB is ECR's largest layer; 10 MB/s is slow.
	const largest = 52_000 << 20 / 10_000_000
	got := definitionOf(t, "default", "mirror")["Timeout"].(map[string]any)["AttemptDurationSeconds"].(float64)
	if got < largest {
		t.Errorf("a mirror job has %v s, a layer of 52,000 MiB takes %d s at 10 MB/s", got, largest)
	}
}

func TestARM64UnlessAskedOtherwise(t *testing.T) {
	arm := map[string]any{"CpuArchitecture": "ARM64"}
	if diff := cmp.Diff(arm, container(t, "default", "mirror")["RuntimePlatform"]); diff != "" {
		t.Error(diff)
	}
	has(t, "default", "AWS::Lambda::Function", map[string]any{"Architectures": []any{"arm64"}})
	if diff := cmp.Diff(map[string]any{"CpuArchitecture": "X86_64"},
		container(t, "ec2", "sweep")["RuntimePlatform"]); diff != "" {
		t.Error(diff)
	}
	has(t, "ec2", "AWS::Lambda::Function", map[string]any{"Architectures": []any{"x86_64"}})
}

func TestEC2IsForMirrorsAlone(t *testing.T) {
	if diff := cmp.Diff([]any{"EC2"}, definitionOf(t, "ec2", "mirror")["PlatformCapabilities"]); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]any{"FARGATE"}, definitionOf(t, "ec2", "sweep")["PlatformCapabilities"]); diff != "" {
		t.Error(diff)
	}
	has(t, "ec2", "AWS::Batch::ComputeEnvironment",
		map[string]any{"ComputeResources": assertions.Match_ObjectLike(&map[string]any{
			"Type": "SPOT", "AllocationStrategy": "SPOT_PRICE_CAPACITY_OPTIMIZED", "MaxvCpus": 256, "MinvCpus": 0,
		})})
	count(t, "ec2", "AWS::EC2::LaunchTemplate", 2)
	has(t, "ec2", "AWS::EC2::LaunchTemplate",
		map[string]any{"LaunchTemplateData": assertions.Match_ObjectLike(&map[string]any{
			"MetadataOptions": map[string]any{"HttpTokens": "required"},
		})})
}

func TestFunctionIsLimitedIfAskedFor(t *testing.T) {
	has(t, "everything", "AWS::Lambda::Function", map[string]any{
		"ReservedConcurrentExecutions": 5, "PackageType": "Image",
	})
	if _, ok := resources(t, "default", "AWS::Lambda::Function")[0].properties["ReservedConcurrentExecutions"]; ok {
		t.Error("the function takes concurrency from others unasked")
	}
}

// TestFunctionsEntryPointIsAPath: Lambda does not look in the image's PATH.
func TestFunctionsEntryPointIsAPath(t *testing.T) {
	config := resources(t, "default", "AWS::Lambda::Function")[0].properties["ImageConfig"].(map[string]any)
	if diff := cmp.Diff([]any{"/usr/local/bin/controller"}, config["EntryPoint"]); diff != "" {
		t.Error(diff)
	}
}

func TestLogsEnd(t *testing.T) {
	for variant, days := range map[string]float64{"default": 30, "everything": 90} {
		for _, g := range resources(t, variant, "AWS::Logs::LogGroup") {
			if g.properties["RetentionInDays"] != days {
				t.Errorf("%s: %s keeps logs for %v days", variant, g.id, g.properties["RetentionInDays"])
			}
		}
	}
}
