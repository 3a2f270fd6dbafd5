package policy_test

import (
	"errors"
	"strings"
	"testing"

	"ecrmirror/internal/verify/policy"
)

const (
	google  = "https://accounts.google.com"
	actions = "https://token.actions.githubusercontent.com"
	kmsKey  = "arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
)

// key is a key of ECDSA, as cosign.pub has it.
const key = `-----BEGIN PUBLIC KEY-----
MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEdzGGq9cIEs2Hb7o0opoXY8g1nUye
S/0WGz7ShX+gIP0ibZ6LZbkEqmxuIjDFsbfCHphnG7+joZW+iVGZIiePpw==
-----END PUBLIC KEY-----
`

func TestWhatIsWrong(t *testing.T) {
	for _, c := range []struct {
		r    policy.Requirement
		want string // in what is wrong; "" = nothing
	}{
		{policy.Requirement{Key: []string{"cosign.pub"}}, ""},
		{policy.Requirement{Key: []string{"cosign.pub"}, TLog: true}, ""},
		{policy.Requirement{Issuer: google, Identity: []string{"a@example.com", "b@example.com"}}, ""},
		{policy.Requirement{Issuer: google, IdentityPattern: `^[a-z]+@example\.com$`}, ""},
		{policy.Requirement{GitHub: []string{"org/app"}}, ""},
		{policy.Requirement{GitHub: []string{"org/app@refs/tags/v*"}}, ""},
		{policy.Requirement{GitHub: []string{"org/app/.github/workflows/release.yml"}}, ""},
		{policy.Requirement{GitHub: []string{"org_corp/my.app/.github/workflows/re-lease.yaml@refs/heads/**"}}, ""},
		{policy.Requirement{GitHub: []string{"org/app"}, Workflow: "org/ci/.github/workflows/sign.yml@refs/tags/v1"}, ""},
		{policy.Requirement{GitHub: []string{"org/app"}, PredicateTypes: []string{"https://slsa.dev/provenance/v1"}}, ""},

		{policy.Requirement{}, "says nobody who must have signed"},
		{policy.Requirement{TLog: true}, "tlog is for keys"},
		{policy.Requirement{Key: []string{"cosign.pub"}, GitHub: []string{"org/app"}}, "has key and github"},
		{policy.Requirement{Key: []string{"cosign.pub"}, Issuer: google}, "has key and issuer"},
		{policy.Requirement{GitHub: []string{"org/app"}, TLog: true}, "tlog is for keys"},
		{policy.Requirement{Key: []string{""}}, "key is empty"},
		{
			policy.Requirement{Key: []string{"arn:aws:kms:us-east-1:111122223333:key/1"}},
			"is no key: it is an ARN",
		},
		{policy.Requirement{Key: []string{kmsKey, "awskms:///" + kmsKey}}, ""},
		{policy.Requirement{Key: []string{"awskms:///alias/app"}}, "key: KMS key \"awskms:///alias/app\" says no region"},
		{policy.Requirement{Key: []string{"awskms://kms.test/" + kmsKey}}, "has an endpoint"},
		{
			policy.Requirement{Key: []string{"gcpkms://projects/p"}},
			"keys of gcpkms are not read; give the public key itself",
		},
		{policy.Requirement{Key: []string{"-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----"}}, "key: "},
		{policy.Requirement{Key: make([]string, 17)}, "key has 17 elements; it may have 16"},

		{policy.Requirement{Issuer: google}, "everybody with an account there could have signed"},
		{policy.Requirement{Identity: []string{"a@example.com"}}, "identity needs issuer"},
		{policy.Requirement{IdentityPattern: "^a$"}, "identityPattern needs issuer"},
		{policy.Requirement{Issuer: "accounts.google.com", Identity: []string{"a@b.c"}}, "is not the URL of one"},
		{policy.Requirement{Issuer: google, Identity: []string{""}}, "identity is empty"},
		{policy.Requirement{Issuer: google, Identity: []string{"*@example.com"}}, "a pattern is an identityPattern"},
		{policy.Requirement{Issuer: google, Identity: []string{"a"}, IdentityPattern: "^a$"}, "are both there"},

		{policy.Requirement{Issuer: google, IdentityPattern: `.*@example\.com`}, "begin it with ^"},
		{policy.Requirement{Issuer: google, IdentityPattern: `^a@example\.com`}, "end it with $"},
		{policy.Requirement{Issuer: google, IdentityPattern: `^a@x$|b@x$`}, "begin it with ^"},
		{policy.Requirement{Issuer: google, IdentityPattern: `^a@x|^b@x$`}, "end it with $"},
		{policy.Requirement{Issuer: google, IdentityPattern: `(?m)^a@x$`}, "begin it with ^"},
		{policy.Requirement{Issuer: google, IdentityPattern: `^?a@x$`}, "begin it with ^"},
		{policy.Requirement{Issuer: google, IdentityPattern: `(^a|^b)@x$`}, ""},
		{policy.Requirement{Issuer: google, IdentityPattern: `^(?:a|b)@x$`}, ""},
		{policy.Requirement{Issuer: google, IdentityPattern: `^a@x$|^b@x$`}, ""},
		{policy.Requirement{Issuer: google, IdentityPattern: `^.*$`}, "matches everybody"},
		{policy.Requirement{Issuer: google, IdentityPattern: `^.+@.+$`}, "matches everybody"},
		{policy.Requirement{Issuer: google, IdentityPattern: `^(a$`}, "missing closing )"},

		{policy.Requirement{GitHub: []string{"org"}}, "is not OWNER/REPO"},
		{policy.Requirement{GitHub: []string{"https://github.com/org/app"}}, "is not OWNER/REPO"},
		{policy.Requirement{GitHub: []string{"org/*"}}, "is not OWNER/REPO"},
		{policy.Requirement{GitHub: []string{"org/app/release.yml"}}, "is not OWNER/REPO"},
		{policy.Requirement{GitHub: []string{"org/app@v1"}}, "write the whole ref"},
		{policy.Requirement{GitHub: []string{"org/app@"}}, "write the whole ref"},
		{policy.Requirement{Workflow: "org/ci/.github/workflows/sign.yml"}, "anybody can call a public workflow"},
		{policy.Requirement{GitHub: []string{"org/app"}, Workflow: "org/ci"}, "names no file"},
		{
			policy.Requirement{
				GitHub:   []string{"org/app/.github/workflows/a.yml"},
				Workflow: "org/ci/.github/workflows/sign.yml",
			},
			"both name a workflow",
		},
		{policy.Requirement{GitHub: []string{"org/app"}, PredicateTypes: []string{"spdxjson"}}, "write https://spdx.dev/"},
		{policy.Requirement{GitHub: []string{"org/app"}, PredicateTypes: []string{"sbom"}}, "is not the URI of a type"},
	} {
		got := errors.Join(c.r.Problems()...)
		if (got == nil) != (c.want == "") || got != nil && !strings.Contains(got.Error(), c.want) {
			t.Errorf("%s: %v, want %q", c.r, got, c.want)
		}
		keys := files{"cosign.pub": key, kmsKey: key, "awskms:///" + kmsKey: key}
		if _, err := (policy.Policy{c.r}).Compile(t.Context(), keys); (err == nil) != (got == nil) {
			t.Errorf("%s compiles: %v", c.r, err)
		}
	}
	if got := errors.Join(make(policy.Policy, 17).Problems()...); got == nil || !strings.Contains(got.Error(), "16") {
		t.Error(got)
	}
}

// TestOneText: policies that ask for the same have one text, and others have others.
func TestOneText(t *testing.T) {
	a := policy.Requirement{Key: []string{"b.pub", " a.pub", "b.pub"}, TLog: true}
	b := policy.Requirement{GitHub: []string{"org/app"}, PredicateTypes: []string{"https://b", "https://a"}}
	const want = `[{"github":["org/app"],"predicateTypes":["https://a","https://b"]},{"key":["a.pub","b.pub"],"tlog":true}]`
	for _, p := range []policy.Policy{{a, b}, {b, a}, {b, a, b}} {
		if got := p.String(); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
	if a.Key[0] != "b.pub" {
		t.Errorf("the policy itself was changed: %q", a.Key)
	}
	if got := (policy.Policy{}).String(); got != "" {
		t.Errorf("the empty policy is %q", got)
	}
}

// TestParse: a policy is read from its text, and nothing from one that says something else.
func TestParse(t *testing.T) {
	p := policy.Policy{
		{Key: []string{key}, TLog: true, PredicateTypes: []string{"https://a"}},
		{GitHub: []string{"org/app"}, Workflow: "org/ci/.github/workflows/a.yml"},
		{Issuer: google, Identity: []string{"<a&b@c>"}},
		{Issuer: google, IdentityPattern: `^a\.b$`},
	}
	got, err := policy.Parse(p.String())
	if err != nil || got.String() != p.String() || len(got) != len(p) {
		t.Errorf("%s, %v", got, err)
	}
	if got, err := policy.Parse(""); err != nil || got != nil {
		t.Errorf("%s, %v", got, err)
	}
	for text, want := range map[string]string{
		`[{"keys":["a"]}]`:   "unknown field",
		`{"key":["a"]}`:      "cannot unmarshal object",
		`[{"key":"a"}]`:      "cannot unmarshal string",
		`[{"key":["a"]}] []`: "after top-level value",
		`[]`:                 "is empty; it must say who must have signed",
		` [ ] `:              "it must say who must have signed",
		`null`:               "is empty; it must say who must have signed",
		`[null]`:             "says nobody",
		`[{}]`:               "says nobody",
		`[{"key":null}]`:     `"key" has no value; give it one, or leave it out`,
		`[{"github":["o/a"],"predicateTypes":null}]`: `"predicateTypes" has no value`,
		`[{"github":["o/a"],"predicateTypes":[]}]`:   `"predicateTypes" has no value`,
		`[{"key":["a"],"tlog":true,"tlog":false}]`:   `"tlog" comes twice`,
		`[{"key":["a"],"tlog":true,"TLog":false}]`:   `"tlog" comes twice`,
		`[{"key":["a"]}`:                    "unexpected end",
		strings.Repeat(" ", 1<<16) + "[{}]": "it may have 65536",
	} {
		if got, err := policy.Parse(text); err == nil || got != nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.40q: %s, %v", text, got, err)
		}
	}
}

func TestSummaries(t *testing.T) {
	for want, r := range map[string]policy.Requirement{
		"key a.pub or b.pub, in a transparency log": {Key: []string{"a.pub", "b.pub"}, TLog: true},
		"key sha256:1566d916fea3":                   {Key: []string{key}},
		"identity a@b.c of " + google:               {Issuer: google, Identity: []string{"a@b.c"}},
		"identities ^a@b$ of " + google:             {Issuer: google, IdentityPattern: "^a@b$"},
		"GitHub workflows of org/app, attesting https://spdx.dev/Document": {
			GitHub: []string{"org/app"}, PredicateTypes: []string{"https://spdx.dev/Document"},
		},
		"GitHub workflows of org/app by org/ci/.github/workflows/a.yml": {
			GitHub: []string{"org/app"}, Workflow: "org/ci/.github/workflows/a.yml",
		},
	} {
		if got := r.Summary(); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
