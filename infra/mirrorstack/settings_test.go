package mirrorstack_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ecrmirror/infra/mirrorstack"
)

func TestWrongSettingsAreRefusedByName(t *testing.T) {
	for _, c := range []struct{ name, value, want string }{
		{"shedule", "off", "setting shedule does not exist: there are alarmEmail, "},
		{"schedule", "hourly", "must be off, rate(1 hour)"},
		{"schedule", "rate(1 hours)", "must be off, rate(1 hour)"},
		{"schedule", "rate(0 hours)", "must be off, rate(1 hour)"},
		{"spot", "maybe", `setting spot is "maybe": must be true or false`},
		{"maxVcpus", "many", `setting maxVcpus is "many": must be a whole number`},
		{"maxVcpus", "1", "must be mirrorVcpus at least"},
		{"mirrorVcpus", "3", "must be a size of Fargate"},
		{"mirrorMemory", "2048", "must be one of Fargate's sizes with 2 vCPU: 4096 to 16384 MiB"},
		{"mirrorTimeout", "300", "must be a duration like 90m or 6h"},
		{"mirrorTimeout", "30s", "must be 1m to 336h"},
		{"mirrorAttempts", "11", "must be 1 to 10"},
		{"network", "vpc", "must be public or private or existing"},
		{"network", "existing", "setting vpcId is \"\": must be set with network=existing"},
		{"vpcId", "vpc-1", "must be set with network=existing, and only then"},
		{"compute", "eks", "must be fargate or ec2"},
		{"instanceTypes", "c7g.large", "goes with compute=ec2 only"},
		{"push", "sqs", "must be lambda or batch or off"},
		{"image", "ghcr.io/example/ecrmirror:1", "Lambda runs images from private ECR only; or set push to batch"},
		{"image", "111122223333.dkr.ecr.us-east-1.amazonaws.com/ecrmirror", "must be ACCOUNT.dkr.ecr.REGION.SUFFIX/NAME:TAG"},
		{"repositories", "Team/App", "must be the name of a repository"},
		{"createRepositories", "{", "must be a JSON object"},
		{"kmsKeys", "alias/mirror", "must be the ARN of a KMS key"},
		{"allowedSources", "alpine", "must be HOST, HOST/REPOSITORY, ecr:ACCOUNT"},
		{"allowedSources", "own", "must be HOST, HOST/REPOSITORY, ecr:ACCOUNT"},
		{"allowedDestinations", "ecr:mine", "must be own, HOST, HOST/REPOSITORY, ecr:ACCOUNT"},
		{"allowedDestinations", "dir:/tmp", "must be own, HOST"},
		{"allowedDestinations", "", "must be own, patterns, or * for everything"},
		{"signaturePolicy", "/etc/containers/policy.json", "must be a JSON object with a default"},
		{"signaturePolicy", `{"transports":{}}`, "must be a JSON object with a default"},
		{"signaturePolicy", `{"default":[{"type":"signedBy","keyType":"GPGKeys","keyPath":"/key"}]}`, "must hold its keys"},
		{"assumeRoles", "mirror#secret", `setting assumeRoles is "mirror": must be ACCOUNT=ARN`},
		{"logDays", "8", "must be one of [1 3 5"},
		{"region", "Frankfurt", "must be the name of an AWS region"},
		{"egressPorts", "https", "must be ports"},
	} {
		_, err := mirrorstack.FromContext(testDefaults(), map[string]any{c.name: c.value})
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s=%s: %v, want %q in it", c.name, c.value, err, c.want)
		}
	}
}

func TestExternalIDsAreNotPrinted(t *testing.T) {
	_, err := mirrorstack.FromContext(testDefaults(), map[string]any{"assumeRoles": "1=arn:aws:iam::1:role/x#hush"})
	if err == nil || strings.Contains(err.Error(), "hush") {
		t.Errorf("error: %v", err)
	}
}

func TestCDKsOwnContextIsLeftAlone(t *testing.T) {
	_, err := mirrorstack.FromContext(testDefaults(), map[string]any{"aws:cdk:bundling-stacks": []any{"**"}, "@aws-cdk/core:newStyleStackSynthesis": true})
	if err != nil {
		t.Error(err)
	}
}

// TestContextMayBeJSONOrText: cdk.json has types, the command line has not.
func TestContextMayBeJSONOrText(t *testing.T) {
	typed, err := mirrorstack.FromContext(testDefaults(), map[string]any{
		"maxVcpus": 32.0, "spot": false, "egressPorts": []any{443.0, 5000.0}, "createRepositories": map[string]any{"imageTagMutability": "IMMUTABLE"},
	})
	if err != nil {
		t.Fatal(err)
	}
	plain, err := mirrorstack.FromContext(testDefaults(), map[string]any{
		"maxVcpus": "32", "spot": "false", "egressPorts": "443, 5000", "createRepositories": `{"imageTagMutability":"IMMUTABLE"}`,
	})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(typed, plain); diff != "" {
		t.Error(diff)
	}
}

const (
	settingsBegin = "<!-- settings: written by go test ./infra/mirrorstack -update -->\n"
	settingsEnd   = "<!-- end of settings -->\n"
)

// TestOperationsDocument holds the table of settings in docs/operations.md to the code.
func TestOperationsDocument(t *testing.T) {
	if _, err := os.Stat("../../docs/operations.md"); err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	b.WriteString("| setting | default | what it is |\n|---|---|---|\n")
	for _, s := range mirrorstack.Settings() {
		value := s.Default()
		if value != "" {
			value = "`" + value + "`"
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s |\n", s.Name, value, s.What)
	}
	checkSection(t, "../../docs/operations.md", settingsBegin, settingsEnd, b.String())
}
