package settings_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ecrmirror/infra/settings"
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
		{
			"image", "111122223333.dkr.ecr.us-east-1.amazonaws.com/ecrmirror",
			"must be ACCOUNT.dkr.ecr.REGION.SUFFIX/NAME:TAG",
		},
		{"repositories", "Team/App", "must be the name of a repository"},
		{"createRepositories", "{", "not valid JSON"},
		{"kmsKeys", "alias/mirror", "must be the ARN of a KMS key"},
		{"receiptKey", "alias/receipts", "must be the ARN of a KMS key"},
		{"receiptKey", "arn:aws:kms:us-east-1:111122223333:key/receipts", "must be the ARN of a KMS key"},
		{"verifyKeys", "alias/signer", "must be the ARN of a KMS key"},
		{"verifyKeys", "arn:aws:kms:us-east-1:111122223333:alias/signer", "must be the ARN of a KMS key"},
		{
			"verify", `[{"key":["arn:aws:kms:us-east-1:111122223333:alias/signer"]}]`,
			`setting verify is "arn:aws:kms:us-east-1:111122223333:alias/signer": must be the ARN of a KMS key`,
		},
		{"verify", `[{"key":["awskms:///alias/signer"]}]`, "says no region and account"},
		{"allowedSources", "alpine", `pattern "alpine" of allowedSources`},
		{"allowedSources", "own", `pattern "own" of allowedSources`},
		{"allowedDestinations", "ecr:mine", "is not 12 digits, or *"},
		{"allowedDestinations", "dir:/tmp", "jobs have no files"},
		{"allowedDestinations", "", "must be own, patterns, or * for everything"},
		{"signaturePolicy", "/etc/containers/policy.json", "must be the policy itself, a JSON object"},
		{"signaturePolicy", `{"transports":{}}`, "efault policy is missing"},
		{
			"signaturePolicy", `{"default":[{"type":"signedBy","keyType":"GPGKeys","keyPath":"/key"}]}`,
			"must hold its keys",
		},
		{"verify", `[{"key":["cosign.pub"]}]`, "is a name: a job has no files"},
		{"verify", `[{"githb":["org/app"]}]`, `setting verify is`},
		{"assumeRoles", "mirror#secret", `setting assumeRoles is "mirror": role "mirror" is not ACCOUNT=ARN`},
		{"logDays", "8", "must be one of [1 3 5"},
		{"region", "Frankfurt", "must be the name of an AWS region"},
		{"egressPorts", "https", "must be ports"},
		{
			"createRepositories", `{"imageTagMutabilty":"IMMUTABLE"}`,
			`unknown field "imageTagMutabilty"; a template has imageTagMutability, `,
		},
		{"createRepositories", `{"lifecyclePolicy":"{}"}`, "lifecyclePolicy: ECR takes 100 to 30720 bytes"},
		{"createRepositories", "[]", "is a JSON array, not an object"},
		{"authSecrets", "ghcr.io=", "has no name after the ="},
		{"authSecrets", "HOST=", "is HOST= without a secret"},
		{"authSecrets", "my secret", "is no name or ARN"},
		{"authParameter", "mirror logins", "is no name or ARN"},
		{"authParameter", " /mirror/logins", "is no name or ARN"},
		{
			"assumeRoles", "111122223333=arn:aws:iam::111122223333:role/a,111122223333=arn:aws:iam::111122223333:role/b",
			"account 111122223333 has two roles",
		},
		{"schedule", "cron(0 25 * * ? *)", `hours "25": must be 0 to 23`},
		{"schedule", "cron(0 6 31 2 ? *)", "there is no such day"},
		{"sweepWithin", "30m", "must be longer than the 1h that pass between two sweeps of rate(1 hour)"},
		{"sweepWithin", "200h", "must be 168h at most"},
		{"availabilityZones", "us-east-1", "must be like us-east-1a"},
		{"sweepVcpus", "8", "must be 8 at least, or a sweep or a push's job never starts"},
		{"pushRepositories", strings.Repeat("team/application-of-the-team,", 80), "makes an event pattern of "},
		{"signingProfiles", "mirror", "must be the ARN of a signing profile"},
		{"ledger", "no", `setting ledger is "no": must be on or off`},
		{"existingLedger", "arn:aws:dynamodb:us-east-1:111122223333:table/T1T", "must be the name of a table"},
	} {
		_, err := settings.FromContext(defaults(), map[string]any{c.name: c.value})
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s=%s: %v, want %q in it", c.name, c.value, err, c.want)
		}
	}
}

// TestSettingsThatDoNotGoTogetherAreRefused: each alone is right.
func TestSettingsThatDoNotGoTogetherAreRefused(t *testing.T) {
	for _, c := range []struct {
		context map[string]any
		want    string
	}{
		{map[string]any{"existingTable": "T1T", "tableEncryption": "aws-managed"}, "does not go with existingTable"},
		{map[string]any{"existingLedger": "L1L", "tableEncryption": "aws-managed"}, "does not go with existingLedger"},
		{map[string]any{"existingLedger": "L1L", "ledger": "off"}, "does not go with ledger=off"},
		{map[string]any{"existingLedger": "T1T", "existingTable": "T1T"}, "must be another table than existingTable"},
		{
			map[string]any{"compute": "ec2", "instanceTypes": "c7g.large,c5.large"},
			`setting instanceTypes is "c5.large": has CPUs of amd64, and the setting architecture is arm64`,
		},
		{
			map[string]any{"compute": "ec2", "architecture": "amd64", "instanceTypes": "im4gn.large"},
			"has CPUs of arm64, and the setting architecture is amd64",
		},
		{
			map[string]any{"region": "eu-west-1", "image": "111122223333.dkr.ecr.us-east-1.amazonaws.com/ecrmirror:1"},
			"is in us-east-1: Lambda runs images of its own region only, eu-west-1",
		},
		{
			map[string]any{"schedule": "cron(0 6 ? * MON *)", "sweepWithin": "49h"},
			"must be longer than the 168h that pass between two sweeps",
		},
		{map[string]any{"region": "eu-west-1", "availabilityZones": "us-east-1a"}, "must be of the region eu-west-1"},
		{map[string]any{
			"network": "existing", "vpcId": "vpc-1", "subnetIds": "subnet-1",
			"availabilityZones": "us-east-1a",
		}, "does not go with network=existing"},
		{
			map[string]any{"compute": "ec2", "mirrorVcpus": "0.5", "mirrorMemory": "1024"},
			"must be a whole number with compute=ec2",
		},
		{
			map[string]any{"network": "existing", "vpcId": "vpc-1", "subnetIds": "subnet-1,subnet-1"},
			`setting subnetIds is "subnet-1": must not come twice`,
		},
		{
			map[string]any{"network": "existing", "vpcId": "vpc-123", "subnetIds": "subnet-01234567"},
			`setting vpcId is "vpc-123": must be like vpc-0123456789abcdef0`,
		},
		{
			map[string]any{
				"network": "existing", "vpcId": "vpc-01234567",
				"subnetIds": "subnet-01234567,subnet-0123456789abcdef",
			},
			`setting subnetIds is "subnet-0123456789abcdef": must be like subnet-0123456789abcdef0`,
		},
		{map[string]any{"region": "cn-north-1", "ecrPublic": "write"}, "can't be in cn-north-1"},
		{
			map[string]any{"region": "eu-west-1", "tableEncryption": "arn:aws:kms:us-east-1:111122223333:key/1"},
			"must be a key of the table's region, eu-west-1",
		},
		{
			map[string]any{"network": "private", "availabilityZones": "us-east-1a", "natGateways": "2"},
			"must be 0 to 1, one a zone",
		},
		{
			map[string]any{
				"region": "eu-west-1", "network": "private", "natGateways": "0",
				"verifyKeys": "arn:aws:kms:us-east-1:111122223333:key/33333333-4444-4555-8666-777777777777",
			},
			"a network with natGateways=0 has no way to KMS elsewhere",
		},
		{
			map[string]any{
				"region": "eu-west-1", "network": "private", "natGateways": "0",
				"receiptKey": "arn:aws:kms:us-east-1:111122223333:key/33333333-4444-4555-8666-777777777777",
			},
			"must be in eu-west-1: a network with natGateways=0",
		},
	} {
		_, err := settings.FromContext(defaults(), c.context)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v: %v, want %q in it", c.context, err, c.want)
		}
	}
}

func TestSettingsThatGoTogetherAreTaken(t *testing.T) {
	for _, context := range []map[string]any{
		{"existingTable": "T1T", "tableEncryption": "arn:aws:kms:us-east-1:111122223333:key/1"},
		{"existingTable": "T1T", "existingLedger": "L1L", "tableEncryption": "arn:aws:kms:us-east-1:111122223333:key/1"},
		{"existingTable": "T1T", "ledger": "off"},
		{"compute": "ec2", "instanceTypes": "c7g.large,a1.large,t4g.micro,x2gd.metal,c8gn.large,is4gen.large"},
		{
			"compute": "ec2", "architecture": "amd64",
			"instanceTypes": "c5.large,m7i-flex.large,g4dn.xlarge,g6.xlarge,i3en.large",
		},
		{"push": "batch", "region": "eu-west-1", "image": "111122223333.dkr.ecr.us-east-1.amazonaws.com/ecrmirror:1"},
		{"schedule": "cron(0 6 ? * MON *)"},
		{"network": "existing", "vpcId": "vpc-01234567", "subnetIds": "subnet-01234567,subnet-0123456789abcdef0"},
		{"assumeRoles": "111122223333=arn:aws:iam::111122223333:role/a,444455556666=arn:aws:iam::444455556666:role/a#id"},
		{"authSecrets": "ghcr.io=mirror/ghcr,name=with=equals", "authParameter": "/mirror/logins:3"},
	} {
		if _, err := settings.FromContext(defaults(), context); err != nil {
			t.Errorf("%v: %v", context, err)
		}
	}
}

// Keys that verify names, in either form, are granted without being named twice.
func TestPolicyKeys(t *testing.T) {
	const a, b = "arn:aws:kms:eu-west-1:111122223333:key/33333333-4444-4555-8666-777777777777",
		"arn:aws:kms:us-east-1:111122223333:key/33333333-4444-4555-8666-777777777777"
	for _, c := range []struct {
		context map[string]any
		want    []string
	}{
		{map[string]any{}, nil},
		{map[string]any{"verify": `[{"github":["org/app"]}]`}, nil},
		{map[string]any{"verifyKeys": b + "," + a}, []string{a, b}},
		{map[string]any{"verify": `[{"key":["awskms:///` + b + `"]}]`, "verifyKeys": a}, []string{a, b}},
		{map[string]any{"verify": `[{"key":["` + b + `"]}]`, "verifyKeys": b}, []string{b}},
	} {
		p, err := settings.FromContext(defaults(), c.context)
		if err != nil {
			t.Fatal(err)
		}
		if got := p.Registries.PolicyKeys(); !slices.Equal(got, c.want) {
			t.Errorf("%v: %v, want %v", c.context, got, c.want)
		}
	}
}

func TestExternalIDsAreNotPrinted(t *testing.T) {
	_, err := settings.FromContext(defaults(), map[string]any{"assumeRoles": "1=arn:aws:iam::1:role/x#hush"})
	if err == nil || strings.Contains(err.Error(), "hush") {
		t.Errorf("error: %v", err)
	}
}

func TestCDKsOwnContextIsLeftAlone(t *testing.T) {
	_, err := settings.FromContext(defaults(), map[string]any{
		"aws:cdk:bundling-stacks": []any{"**"}, "@aws-cdk/core:newStyleStackSynthesis": true,
	})
	if err != nil {
		t.Error(err)
	}
}

// TestContextMayBeJSONOrText: cdk.json has types, the command line has not.
func TestContextMayBeJSONOrText(t *testing.T) {
	typed, err := settings.FromContext(defaults(), map[string]any{
		"maxVcpus": 32.0, "spot": false, "egressPorts": []any{443.0, 5000.0},
		"createRepositories": map[string]any{"imageTagMutability": "IMMUTABLE"},
		"verify": []any{
			map[string]any{"github": []any{"org/app"}},
			map[string]any{"identity": []any{"me@example.com"}, "issuer": "https://accounts.google.com"},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	plain, err := settings.FromContext(defaults(), map[string]any{
		"maxVcpus": "32", "spot": "false", "egressPorts": "443, 5000",
		"createRepositories": `{"imageTagMutability":"IMMUTABLE"}`,
		"verify": `[{"github":["org/app"]},` +
			`{"identity":["me@example.com"],"issuer":"https://accounts.google.com"}]`,
	})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(typed, plain); diff != "" {
		t.Error(diff)
	}
}

// defaults are those of a checkout, where there is a directory to build the image from.
func defaults() settings.Props {
	p := settings.DefaultProps()
	p.Image.Directory = "."
	return p
}
