package mirrorstack_test

import (
	"encoding/json"
	"os"
	"regexp"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/assertions"
	"github.com/aws/jsii-runtime-go"
	"github.com/cdklabs/cdk-nag-go/cdknag/v2"

	"ecrmirror/infra/mirrorstack"
	"ecrmirror/infra/settings"
)

var nagRule = regexp.MustCompile(`^(AwsSolutions-[A-Z0-9]+)`)

// TestStackPassesCDKNag has cdk-nag's rules of AWS Solutions look at the stack. What is
// accepted, and why, is in testdata/cdk-nag.json, where nothing may stand that is not needed.
func TestStackPassesCDKNag(t *testing.T) {
	needNode(t)
	doc, err := os.ReadFile("testdata/cdk-nag.json")
	if err != nil {
		t.Fatal(err)
	}
	accepted := map[string]string{} // rule → reason
	if err := json.Unmarshal(doc, &accepted); err != nil {
		t.Fatal(err)
	}
	needed := map[string]bool{}
	for _, variant := range []string{"default", "private", "everything"} {
		props, err := settings.FromContext(testDefaults(), variants[variant])
		if err != nil {
			t.Fatal(err)
		}
		app := awscdk.NewApp(&awscdk.AppProps{AnalyticsReporting: jsii.Bool(false), Outdir: jsii.String(t.TempDir())})
		stack, err := mirrorstack.New(app, props)
		if err != nil {
			t.Fatal(err)
		}
		awscdk.Aspects_Of(stack).Add(cdknag.NewAwsSolutionsChecks(&cdknag.NagPackProps{Reports: jsii.Bool(false)}), nil)
		annotations := assertions.Annotations_FromStack(stack)
		finding := assertions.Match_StringLikeRegexp(jsii.String(`AwsSolutions-`))
		found := append(*annotations.FindError(jsii.String("*"), finding), *annotations.FindWarning(jsii.String("*"),
			finding)...)
		for _, text := range messages(t, found) {
			rule := nagRule.FindString(text)
			if accepted[rule] == "" {
				t.Errorf("%s: %s", variant, text)
			}
			needed[rule] = true
		}
	}
	for rule := range accepted {
		if !needed[rule] {
			t.Errorf("the exception %s is not needed", rule)
		}
	}
}

// messages returns what the annotations say, and of which construct. The Go type of an
// annotation is about to move to another package; its JSON form is not.
func messages(t *testing.T, annotations any) (texts []string) {
	t.Helper()
	doc, err := json.Marshal(annotations)
	if err != nil {
		t.Fatal(err)
	}
	var list []struct {
		ID    string `json:"id"`
		Entry struct {
			Data string `json:"data"`
		} `json:"entry"`
	}
	if err := json.Unmarshal(doc, &list); err != nil {
		t.Fatal(err)
	}
	for _, m := range list {
		texts = append(texts, m.Entry.Data+" "+m.ID)
	}
	return texts
}
