package iam_test

import (
	"strings"
	"testing"

	"ecrmirror/localstack/iam"
)

func TestMalformedPolicies(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{`[]`, "cannot unmarshal"},
		{`{"Version":"2012-10-17"}`, "no statements"},
		{`{"Version":"2026-01-01","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}`, "no version"},
		{`{"Statements":[]}`, `no element "Statements"`},
		{`{"Statement":{"Action":"*","Resource":"*"}}`, "no Effect"},
		{`{"Statement":{"Effect":"allow","Action":"*","Resource":"*"}}`, "Effect: is"},
		{`{"Statement":{"Effect":"Allow","Resource":"*"}}`, "no Action"},
		{`{"Statement":{"Effect":"Allow","Action":"*","NotAction":"*","Resource":"*"}}`, "beside its opposite"},
		{`{"Statement":{"Effect":"Allow","Action":[],"Resource":"*"}}`, "is empty"},
		{`{"Statement":{"Effect":"Allow","Action":7,"Resource":"*"}}`, "cannot unmarshal"},
		{`{"Statement":{"Effect":"Allow","Action":"*","Condition":{"Bool":{"a":{}}}}}`, "a value is"},
	} {
		if _, err := iam.Parse("P", c.text); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %s", c.text, err, c.want)
		}
	}
}

func TestWildcard(t *testing.T) {
	for _, c := range []struct {
		pattern, text string
		want          bool
	}{
		{"", "", true},
		{"*", "", true},
		{"?", "", false},
		{"a*c", "abbc", true},
		{"a*c", "abcd", false},
		{"a*b*c", "axbxbxc", true},
		{"*-??????", "mirror/ghcr-AbCdEf", true},
		{"*-??????", "mirror/ghcr-AbCdE", false},
		{"**", "x", true},
		{"a", "A", false},
	} {
		if got := iam.Wildcard(c.pattern, c.text); got != c.want {
			t.Errorf("%q, %q: %v", c.pattern, c.text, got)
		}
	}
}

// FuzzParse holds that nothing that is no policy breaks the parser, and that what it takes can be evaluated.
func FuzzParse(f *testing.F) {
	f.Add(`{"Version":"2012-10-17","Statement":[{"Effect":"Deny","NotPrincipal":{"AWS":["*"]},"NotAction":"a:*",` +
		`"Condition":{"ForAllValues:StringLikeIfExists":{"aws:SourceArn":["a","*"]}}}]}`)
	f.Add(`{"Statement":{"Effect":"Allow","Principal":"*","Action":"ecr:*","Resource":["*"]}}`)
	f.Fuzz(func(t *testing.T, text string) {
		p, err := iam.Parse("P", text)
		if err != nil {
			return
		}
		r := iam.Request{Principal: job(), Action: "ecr:ListImages", Resource: app}
		if d := iam.Evaluate(r, iam.Policies{Identity: []*iam.Policy{p}, Resource: p}); !d.Allowed &&
			d.Message(r) == "" {
			t.Error("denied without a reason")
		}
	})
}
