package iam_test

import (
	"strings"
	"testing"

	"ecrmirror/localstack/iam"
)

func TestTrust(t *testing.T) {
	const theirRole = "arn:aws:iam::444455556666:role/theirs"
	may := `{"Effect":"Allow","Action":"sts:AssumeRole","Resource":"*"}`
	trust := func(principal, condition string) string {
		return `{"Effect":"Allow","Action":"sts:AssumeRole","Principal":` + principal + condition + `}`
	}
	const external = `,"Condition":{"StringEquals":{"sts:ExternalId":"ours"}}`
	for _, c := range []struct {
		name     string
		who      iam.Principal
		on       string
		identity bool
		trust    string
		external string
		want     string // "" = allowed
	}{
		{"of the account, by name", job(), role, false, trust(`{"AWS":"`+role+`"}`, ""), "", ""},
		{
			"of the account, by account", job(), role, false, trust(`{"AWS":"111122223333"}`, ""), "",
			"no identity-based policy",
		},
		{
			"of the account, by account, and its own policy", job(), role, true,
			trust(`{"AWS":"111122223333"}`, ""), "", "",
		},
		{
			"of the account, not trusted", job(), role, true, trust(`{"Service":"ecs-tasks.amazonaws.com"}`, ""), "",
			"no role trust policy",
		},
		{
			"elsewhere, trusted", job(), theirRole, false, trust(`{"AWS":"`+role+`"}`, ""), "",
			"no identity-based policy",
		},
		{"elsewhere, both", job(), theirRole, true, trust(`{"AWS":"`+role+`"}`, ""), "", ""},
		{"external id", job(), theirRole, true, trust(`{"AWS":"`+role+`"}`, external), "ours", ""},
		{
			"another external id", job(), theirRole, true, trust(`{"AWS":"`+role+`"}`, external), "theirs",
			"no role trust policy",
		},
		{"no external id", job(), theirRole, true, trust(`{"AWS":"`+role+`"}`, external), "", "no role trust policy"},
		{
			"a service",
			iam.Principal{ARN: "ecs-tasks.amazonaws.com", Service: "ecs-tasks.amazonaws.com"},
			role, false,
			trust(`{"Service":"ecs-tasks.amazonaws.com"}`, ""), "", "",
		},
		{
			"another service",
			iam.Principal{ARN: "lambda.amazonaws.com", Service: "lambda.amazonaws.com"},
			role, false,
			trust(`{"Service":"ecs-tasks.amazonaws.com"}`, ""), "", "no role trust policy",
		},
		{
			"anyone is no service",
			iam.Principal{ARN: "lambda.amazonaws.com", Service: "lambda.amazonaws.com"},
			role,
			false, trust(`"*"`, ""), "", "no role trust policy",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := iam.Policies{Trust: true, Resource: policy(t, "Trust", c.trust)}
			if c.identity {
				p.Identity = []*iam.Policy{policy(t, "Own", may)}
			}
			r := iam.Request{
				Principal: c.who, Action: "sts:AssumeRole", Resource: c.on, Account: strings.Split(c.on, ":")[4],
			}
			if c.external != "" {
				r.Keys = map[string][]string{"sts:ExternalId": {c.external}}
			}
			d := iam.Evaluate(r, p)
			if d.Allowed != (c.want == "") || !d.Allowed && !strings.Contains(d.Message(r),
				"because "+c.want+" allows the sts:AssumeRole action") {
				t.Errorf("%+v: %s", d, d.Message(r))
			}
		})
	}
}
