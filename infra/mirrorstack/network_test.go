package mirrorstack_test

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// endpoints returns the names of the services that the variant has VPC endpoints for.
func endpoints(t *testing.T, variant string) (names []string) {
	t.Helper()
	for _, e := range resources(t, variant, "AWS::EC2::VPCEndpoint") {
		name := plain(e.properties["ServiceName"])
		for _, prefix := range []string{"com.amazonaws.", "REGION."} {
			name = strings.TrimPrefix(name, prefix)
		}
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

func TestPrivateNetworkReachesAWSByEndpoints(t *testing.T) {
	want := []string{"batch", "dynamodb", "ecr.api", "ecr.dkr", "logs", "s3", "secretsmanager", "ssm", "sts"}
	if diff := cmp.Diff(want, endpoints(t, "private")); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	// KMS is for those who sign receipts, or verify by its keys.
	withKMS := append(slices.Clone(want), "kms")
	slices.Sort(withKMS)
	for _, variant := range []string{"isolated receipts", "isolated verify"} {
		if diff := cmp.Diff(withKMS, endpoints(t, variant)); diff != "" {
			t.Errorf("%s -want +got:\n%s", variant, diff)
		}
	}
	// The ECS agent, which instances run, has endpoints of its own.
	want = append(want, "ecs", "ecs-agent", "ecs-telemetry")
	slices.Sort(want)
	if diff := cmp.Diff(want, endpoints(t, "isolated")); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if diff := cmp.Diff([]string{"dynamodb", "s3"}, endpoints(t, "default")); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestZonesAreThoseThatAreNamed(t *testing.T) {
	zones := map[string]bool{}
	for _, s := range resources(t, "private", "AWS::EC2::Subnet") {
		zones[plain(s.properties["AvailabilityZone"])] = true
	}
	if diff := cmp.Diff(map[string]bool{"us-east-1b": true, "us-east-1d": true}, zones); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// TestUploadsThatRegistriesRedirectToS3PassTheGateway where the network has the internet, by which they would pass
// anyway.
func TestUploadsThatRegistriesRedirectToS3PassTheGateway(t *testing.T) {
	for variant, want := range map[string]string{
		"default": "[s3:GetObject s3:PutObject]",
		"private": "[s3:GetObject s3:PutObject]", "isolated": "s3:GetObject",
	} {
		for _, e := range resources(t, variant, "AWS::EC2::VPCEndpoint") {
			if !strings.HasSuffix(plain(e.properties["ServiceName"]), ".s3") {
				continue
			}
			statement := e.properties["PolicyDocument"].(map[string]any)["Statement"].([]any)[0].(map[string]any)
			if got := fmt.Sprint(statement["Action"]); got != want {
				t.Errorf("%s: %s, want %s", variant, got, want)
			}
		}
	}
}

func TestIsolatedNetworkReadsECRsLayersAndNothingElseOfS3(t *testing.T) {
	count(t, "isolated", "AWS::EC2::NatGateway", 0)
	count(t, "isolated", "AWS::EC2::InternetGateway", 0)
	for _, e := range resources(t, "isolated", "AWS::EC2::VPCEndpoint") {
		if !strings.HasSuffix(plain(e.properties["ServiceName"]), ".s3") {
			continue
		}
		statement := e.properties["PolicyDocument"].(map[string]any)["Statement"].([]any)[0].(map[string]any)
		if got := plain(statement["Resource"]); got != "arn:PARTITION:s3:::prod-REGION-starport-layer-bucket/*" ||
			statement["Action"] != "s3:GetObject" {
			t.Errorf("S3: %v on %s", statement["Action"], got)
		}
		return
	}
	t.Error("there is no endpoint for S3")
}

func TestNothingConnectsToJobs(t *testing.T) {
	for variant := range variants {
		for _, g := range resources(t, variant, "AWS::EC2::SecurityGroup") {
			if strings.HasPrefix(g.id, "EndpointSecurity") {
				continue
			}
			if g.properties["SecurityGroupIngress"] != nil {
				t.Errorf("%s: %s lets in %v", variant, g.id, g.properties["SecurityGroupIngress"])
			}
		}
		for _, i := range resources(t, variant, "AWS::EC2::SecurityGroupIngress") {
			if !strings.HasPrefix(plain(i.properties["GroupId"]), "EndpointSecurity") {
				t.Errorf("%s: %v", variant, i.properties)
			}
		}
	}
}

func TestJobsConnectToThePortsOfRegistriesAlone(t *testing.T) {
	for variant, want := range map[string][]float64{"default": {443}, "everything": {443, 5000}} {
		var got []float64
		for _, g := range resources(t, variant, "AWS::EC2::SecurityGroup") {
			for _, e := range g.properties["SecurityGroupEgress"].([]any) {
				got = append(got, e.(map[string]any)["FromPort"].(float64))
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", variant, diff)
		}
	}
}

func TestJobsHavePublicAddressesOnlyWhereTheyMust(t *testing.T) {
	for variant, want := range map[string]string{
		"default": "ENABLED", "private": "DISABLED",
		"existing network": "DISABLED",
	} {
		if got := container(t, variant,
			"mirror")["NetworkConfiguration"].(map[string]any)["AssignPublicIp"]; got != want {
			t.Errorf("%s: %v, want %s", variant, got, want)
		}
	}
}

func TestFunctionIsWhereJobsAreUnlessItCouldReachNothingThere(t *testing.T) {
	for variant, want := range map[string]bool{"default": false, "private": true} {
		f := resources(t, variant, "AWS::Lambda::Function")[0]
		if got := f.properties["VpcConfig"] != nil; got != want {
			t.Errorf("%s: in the VPC: %v, want %v", variant, got, want)
		}
	}
}

func TestExistingNetworkIsUsedAndNoneMade(t *testing.T) {
	for _, kind := range []string{"AWS::EC2::VPC", "AWS::EC2::Subnet", "AWS::EC2::VPCEndpoint"} {
		count(t, "existing network", kind, 0)
	}
	for _, ce := range resources(t, "existing network", "AWS::Batch::ComputeEnvironment") {
		want := []any{"subnet-0123456789abcdef0", "subnet-0123456789abcdef1"}
		if diff := cmp.Diff(want, ce.properties["ComputeResources"].(map[string]any)["Subnets"]); diff != "" {
			t.Errorf("%s (-want +got):\n%s", ce.id, diff)
		}
	}
}

var (
	hardPartition = regexp.MustCompile(`arn:aws[a-z-]*:`)
	hardSuffix    = regexp.MustCompile(`[a-z0-9.-]*amazonaws\.com(\.cn)?`)
)

// TestNothingNamesAPartition: principals are spelled the same in all partitions, and the
// names of endpoint services are. All else must come from pseudo parameters.
func TestNothingNamesAPartition(t *testing.T) {
	for _, variant := range []string{"default", "private", "isolated", "ec2", "govcloud", "china"} {
		doc, err := json.Marshal(document(t, variant))
		if err != nil {
			t.Fatal(err)
		}
		if found := hardPartition.FindString(string(doc)); found != "" {
			t.Errorf("%s has %s", variant, found)
		}
		for _, found := range hardSuffix.FindAllString(string(doc), -1) {
			service := strings.TrimSuffix(found, ".amazonaws.com")
			principals := []string{"ecs-tasks", "events", "lambda", "cloudwatch", "delivery.logs", "ec2"}
			if !slices.Contains(principals, service) && !strings.HasPrefix(found, "com.amazonaws") {
				t.Errorf("%s has %s", variant, found)
			}
		}
	}
}

// TestWhatRolesMayDoToTablesPassesTheGateway: all that jobs ask of DynamoDB goes by it, and is refused there unless its
// policy lets it pass, too.
func TestWhatRolesMayDoToTablesPassesTheGateway(t *testing.T) {
	for _, variant := range []string{"default", "private", "isolated"} {
		passes := map[string]bool{}
		for _, e := range resources(t, variant, "AWS::EC2::VPCEndpoint") {
			if !strings.HasSuffix(plain(e.properties["ServiceName"]), ".dynamodb") {
				continue
			}
			for _, s := range e.properties["PolicyDocument"].(map[string]any)["Statement"].([]any) {
				for _, action := range many(s.(map[string]any)["Action"]) {
					passes[action.(string)+" "+plain(s.(map[string]any)["Resource"])] = true
				}
			}
		}
		for _, policy := range resources(t, variant, "AWS::IAM::Policy") {
			for _, s := range policy.properties["PolicyDocument"].(map[string]any)["Statement"].([]any) {
				for _, action := range many(s.(map[string]any)["Action"]) {
					call := action.(string) + " " + plain(s.(map[string]any)["Resource"])
					if strings.HasPrefix(call, "dynamodb:") && !passes[call] {
						t.Errorf("%s: %s may do %s, which the gateway refuses", variant, policy.id, call)
					}
				}
			}
		}
	}
}
