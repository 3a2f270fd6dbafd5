package pattern_test

import (
	"encoding/json"
	"strings"
	"testing"

	"ecrmirror/localstack/eventbridge/pattern"
)

const push = `{"source":"aws.ecr","detail-type":"ECR Image Action","detail":{"action-type":"PUSH","image-tag":"1.0",` +
	`"repository-name":"team/app","size":3},"resources":["a","b"]}`

func TestMatch(t *testing.T) {
	for _, tc := range []struct {
		pattern string
		want    bool
	}{
		{`{"source":["aws.ecr"]}`, true},
		{`{"source":["aws.batch","aws.ecr"]}`, true},
		{`{"source":["aws.batch"]}`, false},
		{`{"source":["aws.ecr"],"detail":{"action-type":["DELETE"]}}`, false},
		{`{"detail":{"image-tag":[{"exists":true}]}}`, true},
		{`{"detail":{"image-tag":[{"exists":false}]}}`, false},
		{`{"detail":{"other":[{"exists":false}]}}`, true},
		{`{"other":{"inner":["x"]}}`, false},
		{`{"detail":{"size":[3]}}`, true},
		{`{"detail":{"size":["3"]}}`, false},
		{`{"resources":["b"]}`, true},
		{`{"detail":{"repository-name":[{"prefix":"team/"}]}}`, true},
		{`{"detail":{"repository-name":[{"prefix":"other/"},{"suffix":"/app"}]}}`, true},
		{`{"detail":{"repository-name":[{"wildcard":"t*m/*p"}]}}`, true},
		{`{"detail":{"repository-name":[{"wildcard":"*x*"}]}}`, false},
		{`{"detail":{"repository-name":[{"wildcard":"team/app"}]}}`, true},
		{`{"detail":{"action-type":[{"equals-ignore-case":"push"}]}}`, true},
		{`{"detail":{"image-tag":[{"anything-but":["latest"]}]}}`, true},
		{`{"detail":{"image-tag":[{"anything-but":"1.0"}]}}`, false},
		{`{"detail":{"$or":[{"size":[4]},{"image-tag":["1.0"],"action-type":["PUSH"]}]}}`, true},
		{`{"detail":{"$or":[{"size":[4]},{"image-tag":["2.0"]}]}}`, false},
	} {
		p, err := pattern.Parse(tc.pattern)
		if err != nil {
			t.Errorf("%s: %v", tc.pattern, err)
			continue
		}
		var event map[string]any
		if err := json.Unmarshal([]byte(push), &event); err != nil {
			t.Fatal(err)
		}
		if got := p.Match(event); got != tc.want {
			t.Errorf("%s: %t", tc.pattern, got)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	for text, want := range map[string]string{
		`x`:                                   "not valid",
		`{}`:                                  "empty",
		`{"source":"aws.ecr"}`:                "must be an object or an array",
		`{"source":[]}`:                       "empty arrays",
		`{"a":{"b":[{"numeric":[">",1]}]}}`:   `the filter "numeric"`,
		`{"a":[{"cidr":"10.0.0.0/8"}]}`:       `the filter "cidr"`,
		`{"a":[{"exists":"yes"}]}`:            "true or false",
		`{"a":[{"prefix":"x","suffix":"y"}]}`: "one member",
		`{"a":[{"anything-but":[{"prefix":"x"}]}]}`: "anything-but of values only",
		`{"$or":["x"]}`: "$or must be",
	} {
		if _, err := pattern.Parse(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", text, err, want)
		}
	}
}

// FuzzParse holds that nothing breaks the parser, and that what it takes can be matched.
func FuzzParse(f *testing.F) {
	f.Add(`{"source":["aws.ecr"],"detail":{"$or":[{"a":[{"wildcard":"*x*y"}]},{"b":[1,null,{"exists":false}]}]}}`)
	f.Fuzz(func(t *testing.T, text string) {
		p, err := pattern.Parse(text)
		if err != nil {
			return
		}
		var event map[string]any
		if err := json.Unmarshal([]byte(push), &event); err != nil {
			t.Fatal(err)
		}
		p.Match(event)
		p.Match(nil)
	})
}
