package mirrorstack_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/assertions"
	"github.com/aws/jsii-runtime-go"

	"ecrmirror/infra/mirrorstack"
	"ecrmirror/infra/settings"
)

// These tests never call jsii.Close, which races, and are never parallel: all of them talk
// to one Node.js process over one pipe. A variant is synthesized once for all of them.

// lifecycle is a lifecycle policy as ECR takes it.
const lifecycle = `{"rules":[{"rulePriority":1,"selection":{"tagStatus":"untagged","countType":"sinceImagePushed",` +
	`"countUnit":"days","countNumber":14},"action":{"type":"expire"}}]}`

// manyRoles are roles of other accounts.
func manyRoles(n int) (list []any) {
	for i := range n {
		account := strconv.Itoa(200000000000 + i)
		list = append(list, account+"=arn:aws:iam::"+account+":role/mirror-of-the-organization")
	}
	return list
}

// manySigners must all have signed, as a list that cdk.json has.
func manySigners() (list []any) {
	for i := range 12 {
		list = append(list, map[string]any{"github": []any{"organization/app-" + strconv.Itoa(i) + "@refs/tags/v*"}})
	}
	return list
}

// variants are the stacks that tests look at, as a CDK context asks for them.
var variants = map[string]map[string]any{
	"default": {},
	"image":   {"image": "111122223333.dkr.ecr.us-east-1.amazonaws.com/ecrmirror:1.0.0"},
	"private": {
		"network": "private", "availabilityZones": "us-east-1b,us-east-1d", "authParameter": "/mirror/logins",
		"authSecrets": "ghcr.io=mirror/ghcr", "natGateways": "1",
	},
	"isolated": {
		"network": "private", "natGateways": "0", "compute": "ec2", "push": "batch", "ecrPublic": "anonymous",
		"image": "111122223333.dkr.ecr.us-east-1.amazonaws.com/ecrmirror:1.0.0",
	},
	"isolated receipts": {
		"network": "private", "natGateways": "0", "push": "off", "ecrPublic": "anonymous",
		"image":      "111122223333.dkr.ecr.us-east-1.amazonaws.com/ecrmirror:1.0.0",
		"receiptKey": "arn:aws:kms:us-east-1:111122223333:key/33333333-4444-4555-8666-777777777777",
	},
	"isolated verify": {
		"network": "private", "natGateways": "0", "push": "off", "ecrPublic": "anonymous",
		"image":  "111122223333.dkr.ecr.us-east-1.amazonaws.com/ecrmirror:1.0.0",
		"verify": `[{"key":["awskms:///arn:aws:kms:us-east-1:111122223333:key/44444444-2222-3333-4444-555555555555"]}]`,
	},
	"existing network": {
		"network": "existing", "vpcId": "vpc-0123456789abcdef0",
		"subnetIds": "subnet-0123456789abcdef0,subnet-0123456789abcdef1",
		"image":     "ghcr.io/example/ecrmirror:1.0.0", "push": "batch", "existingLedger": "MirrorLedger",
	},
	"ec2": {"compute": "ec2", "architecture": "amd64", "maxVcpus": "256"},
	"many accounts": {
		"push": "lambda", "image": "111122223333.dkr.ecr.us-east-1.amazonaws.com/ecrmirror:1.0.0",
		"assumeRoles":        manyRoles(70),
		"allowedSources":     strings.Repeat("ghcr.io/organization/**,", 30),
		"createRepositories": map[string]any{"lifecyclePolicy": lifecycle + strings.Repeat(" ", 1000)},
		"signaturePolicy": map[string]any{
			"default": []any{
				map[string]any{"type": "signedBy", "keyType": "GPGKeys", "keyData": strings.Repeat("QUJD", 300)},
			},
		},
		"verify": manySigners(),
	},
	"large": {
		"network": "private", "compute": "ec2", "schedule": "cron(0 6 ? * MON *)", "maxVcpus": "64",
		"mirrorMemory": "8192",
		"image":        "111122223333.dkr.ecr.us-east-1.amazonaws.com/ecrmirror:1.0.0",
	},
	"govcloud": {"region": "us-gov-west-1"},
	"china":    {"region": "cn-north-1"},
	"narrow": {
		"repositories": "mirrored/*", "sourceRepositories": "team/*",
		"createRepositories": `{"encryptionConfiguration":{"encryptionType":"KMS",` +
			`"kmsKey":"arn:aws:kms:us-east-1:111122223333:key/33333333-2222-3333-4444-555555555555"}}`, "push": "batch",
		"authSecrets": "ghcr.io=mirror/ghcr", "assumeRoles": "444455556666=arn:aws:iam::444455556666:role/mirror",
	},
	"quiet": {"schedule": "off", "push": "off", "spot": "false", "ledger": "off"},
	"existing table": {
		"allowedDestinations": "*",
		"existingTable":       "MirrorTable", "schedule": "cron(0 6 * * ? *)", "pushRepositories": "team/*,tools",
	},
	"everything": {
		"schedule":           "rate(4 hours)",
		"tableEncryption":    "arn:aws:kms:us-east-1:111122223333:key/11111111-2222-3333-4444-555555555555",
		"repositories":       "mirrored/*,arn:aws:ecr:eu-west-1:444455556666:repository/shared/*",
		"sourceRepositories": "team/*",
		"createRepositories": map[string]any{
			"imageTagMutability": "IMMUTABLE", "repositoryPolicy": "{}", "lifecyclePolicy": lifecycle,
			"resourceTags":            []any{},
			"encryptionConfiguration": map[string]any{"encryptionType": "KMS", "kmsKey": "alias/images"},
		},
		"signingProfiles": "arn:aws:signer:us-east-1:111122223333:/signing-profiles/mirror",
		"ecrPublic":       "write",
		"authParameter":   "mirror-logins",
		"authSecrets": []any{
			"ghcr.io=mirror/ghcr", "arn:aws:secretsmanager:us-east-1:111122223333:secret:hub-AbCdEf",
		},
		"kmsKeys": "arn:aws:kms:us-east-1:111122223333:key/22222222-3333-4444-5555-666666666666",
		"assumeRoles": "444455556666=arn:aws:iam::444455556666:role/mirror#secret," +
			"777788889999=arn:aws:iam::777788889999:role/team/mirror",
		"insecureRegistries": "registry.example.com:5000", "egressPorts": "443,5000",
		"allowedSources":      "docker.io/library/*,ghcr.io/org/**",
		"allowedDestinations": "own,registry.example.com:5000/partner/*",
		"signaturePolicy":     map[string]any{"default": []any{map[string]any{"type": "insecureAcceptAnything"}}},
		"alarmEmail":          "ops@example.com", "lagObjective": "6h", "functionConcurrency": "5", "logDays": "90",
		"mostTags": "1000", "mostRepositories": "50", "putImageRate": "50",
		"artifacts": "signatures,application/spdx+json", "verify": `[{"github":["org/app"]},{"key":["arn:aws:kms:` +
			`us-east-1:111122223333:key/44444444-2222-3333-4444-555555555555"]}]`,
		"verifyKeys": "arn:aws:kms:eu-west-1:444455556666:key/55555555-2222-3333-4444-555555555555," +
			"arn:aws:kms:us-east-1:111122223333:key/44444444-2222-3333-4444-555555555555",
		"receiptKey": "arn:aws:kms:us-east-1:111122223333:key/33333333-4444-4555-8666-777777777777",
	},
}

var synthesized struct {
	sync.Mutex
	dir       string
	templates map[string]assertions.Template
	documents map[string][]byte // the same, as JSON
}

// synth returns the template of a variant.
func synth(t *testing.T, variant string) assertions.Template {
	t.Helper()
	needNode(t)
	context, ok := variants[variant]
	if !ok {
		context, ok = roleVariants[variant]
	}
	if !ok {
		t.Fatalf("there is no variant %q", variant)
	}
	synthesized.Lock()
	defer synthesized.Unlock()
	if template, ok := synthesized.templates[variant]; ok {
		return template
	}
	props, err := settings.FromContext(testDefaults(), context)
	if err != nil {
		t.Fatal(err)
	}
	app := awscdk.NewApp(&awscdk.AppProps{
		AnalyticsReporting: jsii.Bool(false), Outdir: jsii.String(filepath.Dir(written(variant))),
	})
	stack, err := mirrorstack.New(app, props)
	if err != nil {
		t.Fatal(err)
	}
	template := assertions.Template_FromStack(stack, nil)
	if synthesized.templates == nil {
		synthesized.templates = map[string]assertions.Template{}
	}
	synthesized.templates[variant] = template
	return template
}

// written is where a variant's template is once it was synthesized.
func written(variant string) string {
	return filepath.Join(synthesized.dir, strings.ReplaceAll(variant, " ", "-"), "Mirror.template.json")
}

// TestMain gives all tests of the package one directory for what they synthesize.
func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "mirrorstack")
	if err != nil {
		panic(err)
	}
	synthesized.dir = dir
	code := m.Run()
	_ = os.RemoveAll(dir) // it is below the system's temporary directory
	os.Exit(code)
}

func testDefaults() settings.Props {
	p := settings.DefaultProps()
	p.Image.Directory = "testdata/image" // what it is built from does not matter, and changes
	return p
}

// needNode skips the test where there is no Node.js, which CDK is written for. In CI it must be there.
func needNode(t *testing.T) {
	t.Helper()
	if _, err := exec.LookPath("node"); err == nil {
		return
	}
	if required() {
		t.Fatal("node is not on the PATH: CDK needs Node.js 20 or newer")
	}
	t.Skip("node is not on the PATH: CDK needs Node.js 20 or newer")
}

// document returns the template of a variant as plain JSON values.
func document(t *testing.T, variant string) map[string]any {
	t.Helper()
	template := synth(t, variant)
	synthesized.Lock()
	defer synthesized.Unlock()
	doc, ok := synthesized.documents[variant]
	if !ok { // Node.js takes long to answer
		var err error
		if doc, err = json.Marshal(template.ToJSON()); err != nil {
			t.Fatal(err)
		}
		if synthesized.documents == nil {
			synthesized.documents = map[string][]byte{}
		}
		synthesized.documents[variant] = doc
	}
	var plain map[string]any
	if err := json.Unmarshal(doc, &plain); err != nil {
		t.Fatal(err)
	}
	return plain
}

// A resource is one of a template's.
type resource struct {
	id         string
	kind       string
	properties map[string]any
	raw        map[string]any
}

// resources returns a variant's resources of a type, or all for "".
func resources(t *testing.T, variant, kind string) []resource {
	t.Helper()
	var list []resource
	all, _ := document(t, variant)["Resources"].(map[string]any)
	for id, value := range all {
		raw := value.(map[string]any)
		if kind == "" || raw["Type"] == kind {
			properties, _ := raw["Properties"].(map[string]any)
			list = append(list, resource{id: id, kind: raw["Type"].(string), properties: properties, raw: raw})
		}
	}
	return list
}
