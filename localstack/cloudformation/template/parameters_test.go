package template_test

import (
	"strings"
	"testing"

	"ecrmirror/localstack/cloudformation/template"
)

func TestParameters(t *testing.T) {
	parsed, err := template.Parse(`{"Parameters":{
		"Size":{"Type":"Number","Default":2,"MinValue":1,"MaxValue":9},
		"Kind":{"Type":"String","Default":"a","AllowedValues":["a","b"]},
		"Name":{"Type":"String","AllowedPattern":"[a-z]+","MinLength":2,"MaxLength":4},
		"Told":{"Type":"String","Default":"x","AllowedPattern":"x","ConstraintDescription":"must be x"}},
		"Resources":{"R":{"Type":"A::B::C"}}}`)
	if err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct {
		given map[string]string
		want  string // "" = fine
	}{
		{map[string]string{"Name": "ab"}, ""},
		{map[string]string{}, "Parameters: [Name] must have values"},
		{map[string]string{"Name": "ab", "Other": "x"}, "Parameters: [Other] do not exist in the template"},
		{map[string]string{"Name": "a"}, "Parameter 'Name' must contain at least 2 characters"},
		{map[string]string{"Name": "abcde"}, "Parameter 'Name' must contain at most 4 characters"},
		{map[string]string{"Name": "AB"}, "Parameter 'Name' must match pattern [a-z]+"},
		{map[string]string{"Name": "ab", "Kind": "c"}, "Parameter 'Kind' must be one of AllowedValues"},
		{map[string]string{"Name": "ab", "Size": "x"}, "Parameter 'Size' must be a number"},
		{map[string]string{"Name": "ab", "Size": "0"}, "not less than 1"},
		{map[string]string{"Name": "ab", "Size": "10"}, "not greater than 9"},
		{map[string]string{"Name": "ab", "Told": "y"}, "Parameter Told failed to satisfy constraint: must be x"},
	} {
		texts, err := parsed.ParameterTexts(tc.given)
		switch {
		case tc.want == "" && (err != nil || texts["Size"] != "2" || texts["Name"] != "ab"):
			t.Errorf("%v: %v, %v", tc.given, texts, err)
		case tc.want != "" && (err == nil || !strings.Contains(err.Error(), tc.want)):
			t.Errorf("%v: %v, want %s", tc.given, err, tc.want)
		}
	}
}

func TestRules(t *testing.T) {
	parsed, err := template.Parse(`{"Parameters":{"Version":{"Type":"String"}},
		"Rules":{"CheckVersion":{"Assertions":[{"Assert":{"Fn::Not":[{"Fn::Contains":[["1","2"],{"Ref":"Version"}]}]},"AssertDescription":"version 3 is needed"}]},
			"Never":{"RuleCondition":{"Fn::Equals":["a","b"]},"Assertions":[{"Assert":{"Fn::Equals":["a","b"]}}]},
			"Members":{"Assertions":[{"Assert":{"Fn::EachMemberIn":[["a"],["a","b"]]}},{"Assert":{"Fn::EachMemberEquals":[["a","a"],"a"]}}]}},
		"Resources":{"R":{"Type":"A::B::C"}}}`)
	if err != nil {
		t.Fatal(err)
	}
	for version, want := range map[string]string{"2": "version 3 is needed", "3": ""} {
		s := &template.Scope{Template: parsed, Parameters: map[string]any{"Version": version}}
		if err := s.CheckRules(); (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("version %s: %v", version, err)
		}
	}
}
