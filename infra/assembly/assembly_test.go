package assembly_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ecrmirror/infra/assembly"
)

var virginia = assembly.Place{
	Account: "111122223333", Region: "us-east-1", Partition: "aws", Zones: []string{"us-east-1a", "us-east-1b"},
}

const manifest = `{"artifacts":{"Mirror":{"type":"aws:cloudformation:stack","environment":"aws://unknown-account/eu-west-1",
	"properties":{"templateFile":"t.json","stackName":"ecrmirror","requiresBootstrapStackVersion":6,"bootstrapStackVersionSsmParameter":"/cdk-bootstrap/x/version"}},
	"assets":{"type":"cdk:asset-manifest","properties":{"file":"assets.json"}}}}`

// write makes an assembly of files.
func write(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func read(t *testing.T, template string) assembly.Stack {
	t.Helper()
	s, err := assembly.Read(write(t, map[string]string{
		"manifest.json": manifest, "t.json": template, "assets.json": `{"dockerImages":{"a":{}}}`,
	}))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestRead(t *testing.T) {
	s := read(t, `{"Resources":{"A":{"Type":"AWS::SNS::Topic"}},"Outputs":{"O":{"Value":"v"}}}`)
	if s.Name != "ecrmirror" || s.Region != "eu-west-1" || !s.Builds ||
		s.Bootstrap != (assembly.Bootstrap{Parameter: "/cdk-bootstrap/x/version", Version: 6}) {
		t.Errorf("%+v", s)
	}
	if diff := cmp.Diff([]string{"A"}, s.OfType("AWS::SNS::Topic")); diff != "" {
		t.Error(diff)
	}
}

func TestReadSaysWhatIsWrong(t *testing.T) {
	for _, c := range []struct {
		files map[string]string
		want  string
	}{
		{nil, "make synth writes it"},
		{map[string]string{"manifest.json": "{"}, "reading the assembly's manifest.json"},
		{map[string]string{"manifest.json": "{}"}, "holds 0 stacks, not one"},
		{map[string]string{"manifest.json": manifest}, "reading the template"},
		{map[string]string{"manifest.json": manifest, "t.json": "["}, "reading the template"},
		{map[string]string{"manifest.json": manifest, "t.json": "{}"}, "assets.json"},
	} {
		if _, err := assembly.Read(write(t, c.files)); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v: got %v, want %q", c.files, err, c.want)
		}
	}
}

const resources = `{"Resources":{
	"Table":{"Type":"AWS::DynamoDB::Table"},
	"Queue":{"Type":"AWS::Batch::JobQueue","Properties":{"JobQueueName":{"Fn::Join":["-",[{"Ref":"AWS::StackName"},"mirrors"]]}}},
	"Made":{"Type":"AWS::Batch::JobQueue"},
	"Logs":{"Type":"AWS::Logs::LogGroup","Properties":{"LogGroupName":"/x"}},
	"Role":{"Type":"AWS::IAM::Role"},
	"Net":{"Type":"AWS::EC2::VPC"}}}`

// TestText resolves each intrinsic function that templates of the service have.
func TestText(t *testing.T) {
	s := read(t, resources)
	for _, c := range []struct{ value, want, err string }{
		{`"plain"`, "plain", ""},
		{`7`, "7", ""},
		{`0.25`, "0.25", ""},
		{`true`, "true", ""},
		{`{"Ref":"AWS::AccountId"}`, "111122223333", ""},
		{`{"Ref":"AWS::URLSuffix"}`, "amazonaws.com", ""},
		{
			`{"Ref":"AWS::StackId"}`,
			"arn:aws:cloudformation:us-east-1:111122223333:stack/ecrmirror/00000000-0000-0000-0000-000000000000", "",
		},
		{`{"Ref":"Table"}`, "ecrmirror-Table-XXXXXXXXXXXX", ""},
		{`{"Ref":"Queue"}`, "arn:aws:batch:us-east-1:111122223333:job-queue/ecrmirror-mirrors", ""},
		{`{"Ref":"Made"}`, "arn:aws:batch:us-east-1:111122223333:job-queue/ecrmirror-Made-XXXXXXXXXXXX", ""},
		{`{"Ref":"Logs"}`, "/x", ""},
		{
			`{"Fn::GetAtt":["Table","Arn"]}`, "arn:aws:dynamodb:us-east-1:111122223333:table/ecrmirror-Table-XXXXXXXXXXXX",
			"",
		},
		{`{"Fn::GetAtt":["Logs","Arn"]}`, "arn:aws:logs:us-east-1:111122223333:log-group:/x:*", ""},
		{`{"Fn::GetAtt":["Role","Arn"]}`, "arn:aws:iam::111122223333:role/ecrmirror-Role-XXXXXXXXXXXX", ""},
		{`{"Fn::GetAtt":["Queue","JobQueueName"]}`, "ecrmirror-mirrors", ""},
		{`{"Fn::GetAtt":["Net","CidrBlock"]}`, "Net.CidrBlock", ""},
		{`{"Fn::Join":["",["a",{"Ref":"AWS::Region"}]]}`, "aus-east-1", ""},
		{`{"Fn::Sub":"${AWS::Region}/${Queue.JobQueueName}"}`, "us-east-1/ecrmirror-mirrors", ""},
		{`{"Fn::Select":[1,{"Fn::GetAZs":""}]}`, "us-east-1b", ""},
		{`{"Fn::Select":[1,{"Fn::Split":["/","a/b"]}]}`, "b", ""},
		{`{"Fn::Select":[2,{"Fn::GetAZs":""}]}`, "", "chooses number 2 of 2"},
		{`{"Ref":"Nothing"}`, "", "refers to Nothing"},
		{`{"Fn::GetAtt":["Nothing","Arn"]}`, "", "refers to Nothing.Arn"},
		{`{"Fn::Sub":"${Nothing}"}`, "", "refers to Nothing"},
		{`{"Fn::ImportValue":"x"}`, "", "Fn::ImportValue, which is not known"},
		{`{"Fn::If":["a","b","c"]}`, "", "Fn::If, which is not known"},
		{`["a"]`, "", "is no text"},
	} {
		got, err := s.Text(decode(t, c.value), virginia)
		if c.err != "" {
			if err == nil || !strings.Contains(err.Error(), c.err) {
				t.Errorf("%s: got %q, %v, want %q", c.value, got, err, c.err)
			}
			continue
		}
		if err != nil || got != c.want {
			t.Errorf("%s: got %q, %v, want %q", c.value, got, err, c.want)
		}
	}
}
