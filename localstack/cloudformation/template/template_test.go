package template_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ecrmirror/localstack/cloudformation/template"
)

func TestParseRefuses(t *testing.T) {
	const queue = `"Q":{"Type":"A::B::C"}`
	for _, tc := range []struct{ name, body, want string }{
		{"YAML", "Resources:\n  Q:\n    Type: A::B::C\n", "reads templates in JSON and not in YAML"},
		{"half a document", "{\n  \"Resources\": {", "JSON not well-formed. (line 2, column 16)"},
		{"more than a document", `{"Resources":{` + queue + `}} x`, "JSON not well-formed."},
		{"no resources", `{}`, "At least one Resources member must be defined."},
		{"unknown section", `{"Resource":{}}`, "Invalid template property or properties [Resource]"},
		{"transform", `{"Transform":"AWS::Serverless-2016-10-31","Resources":{` + queue + `}}`, "[Transform]"},
		{"unknown member", `{"Resources":{"Q":{"Type":"A::B::C","Property":{}}}}`, "[Property]"},
		{"no type", `{"Resources":{"Q":{}}}`, "Every Resources object must contain a Type member."},
		{"name with a hyphen", `{"Resources":{"Q-1":{"Type":"A::B::C"}}}`, "Resource name 'Q-1' is non alphanumeric."},
		{
			"unknown policy", `{"Resources":{"Q":{"Type":"A::B::C","DeletionPolicy":"Keep"}}}`,
			"Unrecognized DeletionPolicy Keep",
		},
		{"snapshot", `{"Resources":{"Q":{"Type":"A::B::C","DeletionPolicy":"Snapshot"}}}`, "takes no snapshots"},
		{
			"reference to nothing", `{"Resources":{"Q":{"Type":"A::B::C","Properties":{"X":{"Ref":"Gone"}}}}}`,
			"Unresolved resource dependencies [Gone] in the Resources block",
		},
		{
			"attribute of nothing",
			`{"Resources":{"Q":{"Type":"A::B::C","Properties":{"X":{"Fn::GetAtt":["Gone","Arn"]}}}}}`,
			"references undefined resource Gone",
		},
		{
			"variable of nothing", `{"Resources":{"Q":{"Type":"A::B::C","Properties":{"X":{"Fn::Sub":"a ${Gone}"}}}}}`,
			"[Gone]",
		},
		{"dependency on nothing", `{"Resources":{"Q":{"Type":"A::B::C","DependsOn":"Gone"}}}`, "[Gone]"},
		{
			"output of nothing", `{"Resources":{` + queue + `},"Outputs":{"O":{"Value":{"Ref":"Gone"}}}}`,
			"[Gone] in the Outputs block",
		},
		{"output without a value", `{"Resources":{` + queue + `},"Outputs":{"O":{}}}`, "must contain a Value"},
		{"export", `{"Resources":{` + queue + `},"Outputs":{"O":{"Value":"x","Export":{"Name":"n"}}}}`, "no exports"},
		{
			"condition that is not there", `{"Resources":{"Q":{"Type":"A::B::C","Condition":"Gone"}}}`,
			"Unresolved condition dependency Gone",
		},
		{
			"condition on a resource", `{"Conditions":{"C":{"Fn::Equals":[{"Ref":"Q"},"x"]}},"Resources":{` + queue + `}}`,
			"Conditions can only refer to parameters",
		},
		{
			"conditions in a circle",
			`{"Conditions":{"C":{"Fn::Not":[{"Condition":"D"}]},"D":{"Condition":"C"}},"Resources":{` + queue + `}}`,
			"between conditions: [C, D]",
		},
		{
			"unknown function", `{"Resources":{"Q":{"Type":"A::B::C","Properties":{"X":{"Fn::Length":[1]}}}}}`,
			"Encountered unsupported function: Fn::Length",
		},
		{
			"function beside another member",
			`{"Resources":{"Q":{"Type":"A::B::C","Properties":{"X":{"Fn::Join":["",[]],"Y":1}}}}}`,
			"must be the only member",
		},
		{
			"itself", `{"Resources":{"Q":{"Type":"A::B::C","Properties":{"X":{"Ref":"Q"}}}}}`,
			"Circular dependency between resources: [Q]",
		},
		{
			"circle",
			`{"Resources":{"A":{"Type":"A::B::C","DependsOn":"B"},"B":{"Type":"A::B::C",` +
				`"Properties":{"X":{"Ref":"A"}}}}}`, "[A, B]",
		},
	} {
		if _, err := template.Parse(tc.body); err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%s: %v, want %s", tc.name, err, tc.want)
		}
	}
}

func TestOrderIsThatOfTheReferences(t *testing.T) {
	parsed, err := template.Parse(`{"Resources":{
		"A":{"Type":"A::B::C","Properties":{"X":{"Fn::Join":["",["x",{"Fn::GetAtt":["B","Arn"]}]]}}},
		"B":{"Type":"A::B::C","Properties":{"X":{"Fn::Sub":"${C.Name}/${!A}/${AWS::Region}"}}},
		"C":{"Type":"A::B::C","DependsOn":["D"]},
		"D":{"Type":"A::B::C"}}}`)
	if err != nil {
		t.Fatal(err)
	}
	order, err := parsed.Order()
	if d := cmp.Diff([]string{"D", "C", "B", "A"}, order); d != "" || err != nil {
		t.Errorf("%v %s", err, d)
	}
}

// scope has a parameter of each kind and a resource.
func scope(t *testing.T) *template.Scope {
	t.Helper()
	parsed, err := template.Parse(`{
		"Parameters":{"P":{"Type":"String"},"L":{"Type":"CommaDelimitedList"}},
		"Mappings":{"M":{"us-east-1":{"Size":"large"}}},
		"Conditions":{"Yes":{"Fn::Equals":[{"Ref":"P"},"p"]},"No":{"Fn::Not":[{"Condition":"Yes"}]},
			"Both":{"Fn::And":[{"Condition":"Yes"},{"Condition":"No"}]},"Either":{"Fn::Or":[{"Condition":"Yes"},{"Condition":"No"}]}},
		"Resources":{"R":{"Type":"A::B::C"},"New":{"Type":"A::B::C"}}}`)
	if err != nil {
		t.Fatal(err)
	}
	return &template.Scope{
		Template: parsed, Parameters: map[string]any{"P": "p", "L": []any{"a", "b"}},
		Pseudo: map[string]any{"AWS::Region": "us-east-1"}, Zones: []any{"us-east-1a", "us-east-1b"},
		Ref: func(id string) (any, error) {
			if id == "New" {
				return template.Unknown{}, nil
			}
			return id + "-1", nil
		},
		Attribute: func(id, name string) (any, error) { return id + "." + name, nil },
	}
}

func TestEvaluate(t *testing.T) {
	for _, tc := range []struct{ value, want string }{
		{`{"a":[1,true,null,"x"]}`, `{"a":[1,true,null,"x"]}`},
		{`{"Ref":"P"}`, `"p"`},
		{`{"Ref":"L"}`, `["a","b"]`},
		{`{"Ref":"R"}`, `"R-1"`},
		{`{"Ref":"AWS::Region"}`, `"us-east-1"`},
		{`{"Fn::GetAtt":["R","Arn"]}`, `"R.Arn"`},
		{`{"Fn::GetAtt":"R.Endpoint.Port"}`, `"R.Endpoint.Port"`},
		{`{"Fn::Join":["-",["a",{"Ref":"P"},1]]}`, `"a-p-1"`},
		{`{"Fn::Join":[",",{"Ref":"L"}]}`, `"a,b"`},
		{`{"Fn::Sub":"${P}/${R.Arn}/${AWS::Region}/${!Literal}"}`, `"p/R.Arn/us-east-1/${Literal}"`},
		{`{"Fn::Sub":["${own} ${P}",{"own":{"Ref":"R"}}]}`, `"R-1 p"`},
		{`{"Fn::Select":["1",{"Ref":"L"}]}`, `"b"`},
		{`{"Fn::Select":[0,{"Fn::GetAZs":""}]}`, `"us-east-1a"`},
		{`{"Fn::GetAZs":{"Ref":"AWS::Region"}}`, `["us-east-1a","us-east-1b"]`},
		{`{"Fn::Split":["/","a/b"]}`, `["a","b"]`},
		{`{"Fn::Base64":"x"}`, `"eA=="`},
		{`{"Fn::FindInMap":["M",{"Ref":"AWS::Region"},"Size"]}`, `"large"`},
		{`{"Fn::If":["Yes","then","else"]}`, `"then"`},
		{`{"Fn::If":["Both","then","else"]}`, `"else"`},
		{`{"Fn::If":["Either","then","else"]}`, `"then"`},
		{`{"a":{"Fn::If":["No","x",{"Ref":"AWS::NoValue"}]},"b":[{"Ref":"AWS::NoValue"},"y"]}`, `{"b":["y"]}`},
		// of a policy
		{
			`{"Condition":{"Bool":{"aws:SecureTransport":"false"}}}`,
			`{"Condition":{"Bool":{"aws:SecureTransport":"false"}}}`,
		},
	} {
		var value, want any
		if err := json.Unmarshal([]byte(tc.value), &value); err != nil {
			t.Fatal(err)
		}
		got, err := scope(t).Evaluate(number(value))
		doc, _ := json.Marshal(got)
		if err := json.Unmarshal([]byte(tc.want), &want); err != nil {
			t.Fatal(err)
		}
		wanted, _ := json.Marshal(want)
		if err != nil || string(doc) != string(wanted) {
			t.Errorf("%s: %s, %v; want %s", tc.value, doc, err, wanted)
		}
	}
}

// number has numbers as Parse has them.
func number(v any) any {
	switch v := v.(type) {
	case float64:
		doc, _ := json.Marshal(v)
		return json.Number(doc)
	case []any:
		for i := range v {
			v[i] = number(v[i])
		}
	case map[string]any:
		for key := range v {
			v[key] = number(v[key])
		}
	}
	return v
}

func TestEvaluateRefuses(t *testing.T) {
	for value, want := range map[string]string{
		`{"Fn::Join":["-","x"]}`:              "every Fn::Join object requires two parameters",
		`{"Fn::Join":["-",[{"a":1}]]}`:        "every value of a Fn::Join object must be a string",
		`{"Fn::Select":[5,["a"]]}`:            "cannot select nonexistent value at index 5",
		`{"Fn::Select":["x",["a"]]}`:          "an integer index and a list",
		`{"Fn::Split":["","a"]}`:              "every Fn::Split object",
		`{"Fn::FindInMap":["M","x","y"]}`:     "Unable to get mapping for M::x::y",
		`{"Fn::GetAZs":"eu-west-1"}`:          "own region alone",
		`{"Fn::If":["Yes","x"]}`:              "three elements",
		`{"Fn::If":["Gone","x","y"]}`:         "Unresolved condition dependency Gone",
		`{"Fn::GetAtt":["R"]}`:                "every Fn::GetAtt object",
		`{"Fn::Sub":["${x}"]}`:                "don't specify expected arguments",
		`{"Fn::Sub":"${L}"}`:                  "does not resolve to a string",
		`{"Fn::Base64":["x"]}`:                "String-typed",
		`{"Fn::ImportValue":"x"}`:             "unsupported function: Fn::ImportValue",
		`{"a":[{"Fn::Select":[1,["only"]]}]}`: "index 1",
	} {
		var v any
		if err := json.Unmarshal([]byte(value), &v); err != nil {
			t.Fatal(err)
		}
		if _, err := scope(t).Evaluate(number(v)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", value, err, want)
		}
	}
}

func TestWhatDependsOnTheUnknownIsUnknown(t *testing.T) {
	for _, value := range []string{`{"Ref":"New"}`, `{"Fn::Join":["",["a",{"Ref":"New"}]]}`, `{"Fn::Sub":"a/${New}"}`} {
		var v any
		if err := json.Unmarshal([]byte(value), &v); err != nil {
			t.Fatal(err)
		}
		got, err := scope(t).Evaluate(v)
		if _, known := template.Text(got); known || err != nil {
			t.Errorf("%s: %v, %v", value, got, err)
		}
	}
}

// FuzzParse holds that nothing that is no template breaks the parser, and that what it takes can be ordered and
// evaluated.
func FuzzParse(f *testing.F) {
	f.Add(`{"Resources":{"R":{"Type":"A::B::C","Properties":{"X":{"Fn::Sub":["${a}${R2.Arn}",{"a":{"Fn::Select":[0,` +
		`["x"]]}}]}}},"R2":{"Type":"T"}}}`)
	f.Add(`{"Conditions":{"C":{"Fn::Equals":[{"Ref":"P"},"x"]}},"Parameters":{"P":{"Type":"String","Default":"x"}},` +
		`"Resources":{"R":{"Type":"T","Condition":"C","DependsOn":[]}},"Outputs":{"O":{"Value":{"Fn::If":["C",1,2]}}}}`)
	f.Fuzz(func(t *testing.T, body string) {
		parsed, err := template.Parse(body)
		if err != nil {
			return
		}
		known := func(id string) (any, error) { return id, nil }
		s := &template.Scope{
			Template: parsed, Parameters: map[string]any{}, Ref: known,
			Attribute: func(id, name string) (any, error) { return id + name, nil },
		}
		if _, err := parsed.Order(); err != nil {
			t.Error(err)
		}
		for _, r := range parsed.Resources {
			_, _ = s.Evaluate(r.Properties)
			_, _ = s.Holds(r.Condition)
		}
	})
}
