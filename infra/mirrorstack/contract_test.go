package mirrorstack_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ecrmirror/internal/contract"
)

// definitionOf returns a job definition by the end of its name.
func definitionOf(t *testing.T, variant, name string) map[string]any {
	t.Helper()
	for _, r := range resources(t, variant, "AWS::Batch::JobDefinition") {
		if r.properties["JobDefinitionName"] == "ecrmirror-"+name {
			return r.properties
		}
	}
	t.Fatalf("%s has no job definition %s", variant, name)
	return nil
}

func container(t *testing.T, variant, name string) map[string]any {
	t.Helper()
	return definitionOf(t, variant, name)["ContainerProperties"].(map[string]any)
}

func environmentOf(t *testing.T, variant, name string) map[string]string {
	t.Helper()
	got := map[string]string{}
	list, _ := container(t, variant, name)["Environment"].([]any)
	for _, e := range list {
		pair := e.(map[string]any)
		got[pair["Name"].(string)] = plain(pair["Value"])
		if pair["Name"] == contract.EnvJobParameters {
			got[contract.EnvJobParameters] = "PARAMETERS" // TestParametersHaveTheRoomThatIsLeft counts them
		}
	}
	return got
}

func TestJobsCallTheProgramsByTheContractsParameters(t *testing.T) {
	for _, c := range []struct {
		variant, name string
		want          []any
	}{
		{"default", "mirror", []any{
			"mirror", "--options", "Ref::" + contract.ParamOptions, "Ref::" + contract.ParamSource,
			"Ref::" + contract.ParamDest,
		}},
		{"ec2", "mirror", []any{
			"mirror", "--options", "Ref::" + contract.ParamOptions, "Ref::" + contract.ParamSource,
			"Ref::" + contract.ParamDest,
		}},
		{"default", "sweep", []any{"controller", "sweep"}},
		{"isolated", "event", []any{
			"controller", "event", "--repository", "Ref::" + contract.ParamRepository, "--tag",
			"Ref::" + contract.ParamTag,
		}},
	} {
		if diff := cmp.Diff(c.want, container(t, c.variant, c.name)["Command"]); diff != "" {
			t.Errorf("%s %s (-want +got):\n%s", c.variant, c.name, diff)
		}
	}
}

func TestEnvironmentIsWhatTheProgramsRead(t *testing.T) {
	for _, c := range []struct {
		variant, name string
		want          map[string]string
	}{
		{"default", "mirror", map[string]string{
			"AWS_REGION": "REGION", contract.EnvMemoryBudget: "2048MiB", contract.EnvAllowedDestinations: "ecr:ACCOUNT",
			contract.EnvLedger: "Ledger",
		}},
		{"default", "sweep", map[string]string{
			contract.EnvAllowedDestinations: "ecr:ACCOUNT",
			contract.EnvTable:               "Entries", contract.EnvQueue: "MirrorQueue", contract.EnvLedger: "Ledger",
			contract.EnvJobDefinition: "ecrmirror-mirror", "AWS_REGION": "REGION",
			contract.EnvMetrics: "on", contract.EnvLogFormat: "json", contract.EnvJobParameters: "PARAMETERS",
			contract.EnvTimeLimit: "55m0s",
		}},
		{"existing table", "sweep", map[string]string{
			contract.EnvAllowedDestinations: "*",
			contract.EnvTable:               "MirrorTable", contract.EnvQueue: "MirrorQueue", contract.EnvLedger: "Ledger",
			contract.EnvJobDefinition: "ecrmirror-mirror", "AWS_REGION": "REGION",
			contract.EnvMetrics: "on", contract.EnvLogFormat: "json", contract.EnvJobParameters: "PARAMETERS",
			contract.EnvTimeLimit: "55m0s",
		}},
		{"everything", "mirror", map[string]string{
			"AWS_REGION":             "REGION",
			contract.EnvPutImageRate: "50",
			contract.EnvArtifacts:    "signatures,application/spdx+json",
			contract.EnvVerify: `[{"github":["org/app"]},{"key":["arn:aws:kms:us-east-1:111122223333:key/` +
				`44444444-2222-3333-4444-555555555555"]}]`,
			contract.EnvReceiptKey:    "arn:aws:kms:us-east-1:111122223333:key/33333333-4444-4555-8666-777777777777",
			contract.EnvLedger:        "Ledger",
			contract.EnvMemoryBudget:  "2048MiB",
			contract.EnvAuthParameter: "mirror-logins",
			contract.EnvAuthSecret:    "ghcr.io=mirror/ghcr,arn:aws:secretsmanager:us-east-1:111122223333:secret:hub-AbCdEf",
			contract.EnvAssumeRoles: "444455556666=arn:aws:iam::444455556666:role/mirror#secret," +
				"777788889999=arn:aws:iam::777788889999:role/team/mirror",
			contract.EnvInsecureRegistries: "registry.example.com:5000",
			contract.EnvAllowedSources:     "docker.io/library/*,ghcr.io/org/**",
			contract.EnvAllowedDestinations: "ecr:ACCOUNT,ecr:444455556666,ecr:777788889999,public.ecr.aws," +
				"registry.example.com:5000/partner/*",
			contract.EnvSignaturePolicy: `{"default":[{"type":"insecureAcceptAnything"}]}`,
			contract.EnvRepositoryTemplate: `{"encryptionConfiguration":{"encryptionType":"KMS",` +
				`"kmsKey":"alias/images"},"imageTagMutability":"IMMUTABLE","lifecyclePolicy":` +
				strconv.Quote(lifecycle) + `,"repositoryPolicy":"{}","resourceTags":[]}`,
		}},
	} {
		if diff := cmp.Diff(c.want, environmentOf(t, c.variant, c.name)); diff != "" {
			t.Errorf("%s %s (-want +got):\n%s", c.variant, c.name, diff)
		}
	}
}

// TestFunctionHasTheEnvironmentOfASweep: it is the same program. Lambda sets the region, and refuses those who do.
func TestFunctionHasTheEnvironmentOfASweep(t *testing.T) {
	for _, variant := range []string{"default", "everything", "existing table"} {
		for _, f := range resources(t, variant, "AWS::Lambda::Function") {
			got := map[string]string{}
			for name, value := range f.properties["Environment"].(map[string]any)["Variables"].(map[string]any) {
				got[name] = plain(value)
			}
			got[contract.EnvJobParameters] = "PARAMETERS"
			want := environmentOf(t, variant, "sweep")
			delete(want, "AWS_REGION")
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s (-sweep +function):\n%s", variant, diff)
			}
		}
	}
}

// TestEveryVariableOfTheContractIsSet finds the contract's variables in its source, so that
// a new one is not forgotten here.
func TestEveryVariableOfTheContractIsSet(t *testing.T) {
	set := map[string]bool{}
	for _, job := range []string{"mirror", "sweep"} {
		for name := range environmentOf(t, "everything", job) {
			set[name] = true
		}
	}
	known := contractStrings(t, "Env")
	for _, name := range known {
		if !set[name] {
			t.Errorf("no job sets %s, which the contract has", name)
		}
		delete(set, name)
	}
	delete(set, "AWS_REGION") // the SDK's
	for name := range set {
		t.Errorf("a job sets %s, which the contract has not", name)
	}
}

// TestAlarmsAndDashboardUseTheContractsMetrics likewise.
func TestAlarmsAndDashboardUseTheContractsMetrics(t *testing.T) {
	known := contractStrings(t, "Metric")
	for _, a := range resources(t, "default", "AWS::CloudWatch::Alarm") {
		if a.properties["Namespace"] != contract.MetricNamespace {
			continue
		}
		if name := a.properties["MetricName"].(string); !slices.Contains(known, name) {
			t.Errorf("%s watches %s, which the contract has not", a.id, name)
		}
		dimensions := a.properties["Dimensions"].([]any)
		if len(dimensions) != 1 || dimensions[0].(map[string]any)["Name"] != contract.MetricTable {
			t.Errorf("%s has the dimensions %v, want %s alone", a.id, dimensions, contract.MetricTable)
		}
	}
	body := plain(resources(t, "default", "AWS::CloudWatch::Dashboard")[0].properties["DashboardBody"])
	for _, name := range known {
		if name != contract.MetricNamespace && name != contract.MetricTable && !strings.Contains(body, `"`+name+`"`) {
			t.Errorf("the dashboard does not show %s", name)
		}
	}
}

// contractStrings returns the values of the contract's string constants whose names begin so.
func contractStrings(t *testing.T, prefix string) (values []string) {
	t.Helper()
	for _, file := range []string{"contract.go", "metrics.go"} {
		parsed, err := parser.ParseFile(token.NewFileSet(), "../../internal/contract/"+file, nil,
			parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(parsed, func(n ast.Node) bool {
			spec, ok := n.(*ast.ValueSpec)
			if !ok || !strings.HasPrefix(spec.Names[0].Name, prefix) || len(spec.Values) == 0 {
				return true
			}
			if lit, ok := spec.Values[0].(*ast.BasicLit); ok && lit.Kind == token.STRING {
				value, err := strconv.Unquote(lit.Value)
				if err != nil {
					t.Fatal(err)
				}
				values = append(values, value)
			}
			return true
		})
	}
	if len(values) == 0 {
		t.Fatalf("the contract has no %s...", prefix)
	}
	return values
}

func TestOutputsHaveALineThatSubmitsAMirrorJob(t *testing.T) {
	outputs := document(t, "default")["Outputs"].(map[string]any)
	got := plain(outputs["SubmitMirrorJob"].(map[string]any)["Value"])
	want := `aws batch submit-job --region REGION --job-name by-hand --job-queue MirrorQueue --job-definition ` +
		`ecrmirror-mirror --parameters '{"` +
		contract.ParamSource + `":"docker.io/library/alpine:3","` + contract.ParamDest +
		`":"ACCOUNT.dkr.ecr.REGION.SUFFIX/alpine:3"}'`
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	for _, name := range []string{
		"MirrorTable", "MirrorQueue", "MirrorJob", "ControlQueue",
		"ControllerJob", "AlarmTopic",
	} {
		if outputs[name] == nil {
			t.Errorf("there is no output %s", name)
		}
	}
}

// TestASweepEndsBeforeItsJobIsEnded has the program end by itself, with time left for what comes after.
func TestASweepEndsBeforeItsJobIsEnded(t *testing.T) {
	for _, variant := range []string{"default", "everything"} {
		seconds := definitionOf(t, variant, "sweep")["Timeout"].(map[string]any)["AttemptDurationSeconds"].(float64)
		timeout := time.Duration(seconds) * time.Second
		limit, err := time.ParseDuration(environmentOf(t, variant, "sweep")[contract.EnvTimeLimit])
		if err != nil || limit > timeout-timeout/12 || limit < timeout/2 {
			t.Errorf("%s: a sweep looks at entries for %v, and is ended after %v: %v", variant, limit, timeout, err)
		}
	}
}
