package mirrorstack_test

import (
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"

	"ecrmirror/infra/assembly"
	"ecrmirror/infra/mirrorstack"
	"ecrmirror/infra/settings"
	"ecrmirror/internal/contract"
)

// deployed reads a variant's template as it is where it is deployed, with names as CloudFormation makes them.
func deployed(t *testing.T, variant string) []assembly.Program {
	t.Helper()
	synth(t, variant)
	stack, err := assembly.Read(strings.TrimSuffix(written(variant), "/Mirror.template.json"))
	if err != nil {
		t.Fatal(err)
	}
	place := assembly.Place{
		Account: "111122223333", Region: "ap-southeast-1", Partition: "aws", Zones: []string{"a", "b", "c"},
	}
	programs, err := stack.Programs(place)
	if err != nil {
		t.Fatal(err)
	}
	return programs
}

// TestEnvironmentsAreAsSmallAsAWSWantsThem looks at what is deployed: 4,096 bytes of a function's environment as
// Lambda's message about it counts, and 7,680 characters of a task's overrides with all parameters of a job.
func TestEnvironmentsAreAsSmallAsAWSWantsThem(t *testing.T) {
	for _, variant := range slices.Sorted(maps.Keys(variants)) {
		for _, p := range deployed(t, variant) {
			doc, err := json.Marshal(p.Environment)
			if err != nil {
				t.Fatal(err)
			}
			t.Logf("%-18s %-16s %5d", variant, p.ID, len(doc))
			if p.Function && len(doc) > 4096 {
				t.Errorf("%s: the function's environment has %d bytes", variant, len(doc))
			}
			if n := jobOverrides(t, p, 0); !p.Function && n > 7680 {
				t.Errorf("%s: %s has %d characters of overrides", variant, p.ID, n)
			}
		}
	}
}

// jobOverrides are what ECS gets of a job with so many characters of parameters, if the definition's environment
// counts.
func jobOverrides(t *testing.T, p assembly.Program, parameters int) int {
	t.Helper()
	type pair struct{ Name, Value string }
	var environment []pair
	for name, value := range p.Environment {
		environment = append(environment, pair{name, value})
	}
	command := slices.Clone(p.Command)
	for i, word := range command {
		if strings.HasPrefix(word, "Ref::") {
			command[i], parameters = strings.Repeat("x", parameters), 0
		}
	}
	doc, err := json.Marshal(map[string]any{
		"containerOverrides": []any{map[string]any{"name": "default", "command": command, "environment": environment}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return len(doc)
}

// TestParametersHaveTheRoomThatIsLeft: the controller is told how long source and destinations may be, and that is
// neither more than there is nor much less: the name of each of six parameters is taken for one of 160 characters.
func TestParametersHaveTheRoomThatIsLeft(t *testing.T) {
	for _, variant := range slices.Sorted(maps.Keys(variants)) {
		programs := deployed(t, variant)
		i := slices.IndexFunc(programs, func(p assembly.Program) bool {
			return !p.Function && p.Command[0] == "mirror"
		})
		for _, p := range programs {
			text, told := p.Environment[contract.EnvJobParameters]
			if !told {
				continue
			}
			n, err := strconv.Atoi(text)
			if err != nil {
				t.Fatal(err)
			}
			total := jobOverrides(t, programs[i], n)
			t.Logf("%-18s %-16s %5d of parameters, %5d in all", variant, p.ID, n, total)
			if total > contract.LongestOverrides || total < contract.LongestOverrides-960 {
				t.Errorf("%s: %s may submit %d characters, overrides have %d then", variant, p.ID, n, total)
			}
		}
	}
}

// TestLongSettingsStandInParameters which the jobs that read them may read.
func TestLongSettingsStandInParameters(t *testing.T) {
	values := map[string]string{}
	for _, p := range resources(t, "many accounts", "AWS::SSM::Parameter") {
		values[p.id] = plain(p.properties["Value"])
	}
	want := []string{
		"SettingAllowedDestinations", "SettingAllowedSources", "SettingAssumeRoles", "SettingCreateRepositories",
		"SettingSignaturePolicy", "SettingVerify",
	}
	if got := slices.Sorted(maps.Keys(values)); !slices.Equal(got, want) {
		t.Fatalf("there are %q, want %q", got, want)
	}
	if n := strings.Count(values["SettingAssumeRoles"], "="); n != 70 {
		t.Errorf("%d roles stand in SSM", n)
	}
	if !strings.HasPrefix(values["SettingAllowedDestinations"], "ecr:ACCOUNT,ecr:200000000000,") {
		t.Errorf("destinations: %s", values["SettingAllowedDestinations"])
	}
	mirror, sweep := environmentOf(t, "many accounts", "mirror"), environmentOf(t, "many accounts", "sweep")
	for variable, parameter := range map[string]string{
		contract.EnvAssumeRoles: "SettingAssumeRoles", contract.EnvAllowedSources: "SettingAllowedSources",
		contract.EnvAllowedDestinations: "SettingAllowedDestinations",
	} {
		if mirror[variable] != "ssm:"+parameter || sweep[variable] != "ssm:"+parameter {
			t.Errorf("%s is %q and %q", variable, mirror[variable], sweep[variable])
		}
	}
	if mirror[contract.EnvSignaturePolicy] != "ssm:SettingSignaturePolicy" ||
		mirror[contract.EnvRepositoryTemplate] != "ssm:SettingCreateRepositories" ||
		mirror[contract.EnvVerify] != "ssm:SettingVerify" {
		t.Errorf("%v", mirror)
	}
	if _, ok := sweep[contract.EnvSignaturePolicy]; ok {
		t.Error("the controller reads the signature policy")
	}
	count(t, "everything", "AWS::SSM::Parameter", 0)
}

// TestWhatIsTooLongEvenSoIsRefused: with the setting's name, and what to do.
func TestWhatIsTooLongEvenSoIsRefused(t *testing.T) {
	needNode(t)
	var secrets []string
	for i := range 80 {
		secrets = append(secrets,
			"registry"+strconv.Itoa(i)+".example.com=mirror/a-secret-with-a-long-name-"+strconv.Itoa(i))
	}
	for _, c := range []struct {
		context map[string]any
		want    string
	}{
		{
			map[string]any{"assumeRoles": manyRoles(150)},
			"setting assumeRoles has 10649 characters, and programs read it from an SSM parameter, which takes 8192: " +
				"name fewer accounts",
		},
		{
			map[string]any{"authSecrets": strings.Join(secrets, ",")},
			"the longest setting in it is authSecrets: keep several logins in one secret",
		},
	} {
		props, err := settings.FromContext(testDefaults(), c.context)
		if err != nil {
			t.Fatal(err)
		}
		app := awscdk.NewApp(&awscdk.AppProps{AnalyticsReporting: jsii.Bool(false), Outdir: jsii.String(t.TempDir())})
		if _, err := mirrorstack.New(app, props); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v, want %q", err, c.want)
		}
	}
}
