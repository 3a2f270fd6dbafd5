package iam_test

import (
	"strings"
	"testing"

	"ecrmirror/localstack/iam"
)

const (
	home    = "111122223333"
	other   = "444455556666"
	role    = "arn:aws:iam::111122223333:role/mirror"
	session = "arn:aws:sts::111122223333:assumed-role/mirror/job"
	app     = "arn:aws:ecr:us-east-1:111122223333:repository/app"
	theirs  = "arn:aws:ecr:us-east-1:444455556666:repository/app"
	allow   = `"Effect":"Allow","Action":"ecr:ListImages"`
)

func job() iam.Principal { return iam.Principal{ARN: session, Account: home, Role: role} }

func root(account string) iam.Principal {
	return iam.Principal{ARN: "arn:aws:iam::" + account + ":root", Account: account, Root: true}
}

// policy makes a document of statements.
func policy(t *testing.T, name string, statements ...string) *iam.Policy {
	t.Helper()
	if len(statements) == 0 {
		return nil
	}
	p, err := iam.Parse(name, `{"Version":"2012-10-17","Statement":[`+strings.Join(statements, ",")+`]}`)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestEvaluate(t *testing.T) {
	const onApp = `{"Sid":"Read",` + allow + `,"Resource":"` + app + `"}`
	type list = []string
	for _, c := range []struct {
		name     string
		who      iam.Principal
		on       string
		identity list
		resource list
		keys     map[string][]string
		want     string // statement that allows, or the end of the message
	}{
		{"nothing", job(), app, nil, nil, nil, "because no identity-based policy allows the ecr:ListImages action"},
		{"its policy", job(), app, list{onApp}, nil, nil, "Own/Read"},
		{
			"another resource", job(), app + "s",
			list{onApp},
			nil, nil,
			"because no identity-based policy allows the ecr:ListImages action",
		},
		{
			"another action", job(), app,
			list{`{"Effect":"Allow","Action":["ecr:PutImage","ecr:DescribeImages"],"Resource":"*"}`},
			nil, nil,
			"no identity-based policy allows the ecr:ListImages action",
		},
		{
			"wildcards", job(), app,
			list{`{"Effect":"Allow","Action":"ECR:list*","Resource":"arn:aws:ecr:*:111122223333:repository/a?p"}`},
			nil,
			nil, "Own/statement 1",
		},
		{
			"a wildcard ends with its part", job(), app,
			list{`{` + allow + `,"Resource":"arn:aws:ecr:*:repository/app"}`},
			nil, nil, "no identity-based policy allows the ecr:ListImages action",
		},
		{
			"not these actions", job(), app,
			list{`{"Effect":"Allow","NotAction":"ecr:Put*","Resource":"*"}`},
			nil, nil,
			"Own/statement 1",
		},
		{
			"not this resource", job(), app,
			list{`{` + allow + `,"NotResource":"` + app + `"}`},
			nil, nil,
			"no identity-based policy allows the ecr:ListImages action",
		},
		{
			"deny is stronger", job(), app,
			list{onApp, `{"Effect":"Deny","Action":"ecr:*","Resource":"*"}`},
			nil, nil,
			"with an explicit deny in an identity-based policy",
		},
		{
			"denied by the repository", job(), app,
			list{onApp},
			list{`{"Effect":"Deny","Action":"ecr:*","Principal":"*"}`},
			nil,
			"with an explicit deny in a resource-based policy",
		},

		{
			"the repository names the role", job(), app, nil,
			list{`{` + allow + `,"Principal":{"AWS":"` + role + `"}}`},
			nil, "Repository/statement 1",
		},
		{
			"the repository names the account", job(), app, nil,
			list{`{` + allow + `,"Principal":{"AWS":"arn:aws:iam::111122223333:root"}}`},
			nil,
			"no identity-based policy allows the ecr:ListImages action",
		},
		{
			"another account, its side alone", job(), theirs, nil,
			list{`{` + allow + `,"Principal":{"AWS":"` + role + `"}}`},
			nil,
			"no identity-based policy allows the ecr:ListImages action",
		},
		{
			"another account, our side alone", job(), theirs,
			list{`{` + allow + `,"Resource":"*"}`},
			nil, nil,
			"because no resource-based policy allows the ecr:ListImages action",
		},
		{
			"another account, both", job(), theirs,
			list{`{"Sid":"S",` + allow + `,"Resource":"*"}`},
			list{`{` + allow + `,"Principal":{"AWS":"111122223333"}}`},
			nil, "Own/S",
		},
		{
			"another account, a third's", job(), theirs,
			list{`{` + allow + `,"Resource":"*"}`},
			list{`{` + allow + `,"Principal":{"AWS":"777788889999"}}`},
			nil,
			"because no resource-based policy allows the ecr:ListImages action",
		},
		{
			"everyone but us", job(), theirs,
			list{`{` + allow + `,"Resource":"*"}`},
			list{`{` + allow + `,"NotPrincipal":{"AWS":"` + role + `"}}`},
			nil,
			"because no resource-based policy allows the ecr:ListImages action",
		},

		{"root", root(home), app, nil, nil, nil, "root user"},
		{
			"root, denied by the repository", root(home), app, nil,
			list{`{"Effect":"Deny","Action":"ecr:*","Principal":"*"}`},
			nil,
			"with an explicit deny in a resource-based policy",
		},
		{
			"root elsewhere", root(home), theirs, nil, nil, nil,
			"because no resource-based policy allows the ecr:ListImages action",
		},

		{
			"a condition that holds", job(), app,
			list{`{` + allow + `,"Resource":"*","Condition":{"StringEquals":{"aws:SourceAccount":["1","2"]}}}`},
			nil,
			map[string][]string{"aws:SourceAccount": {"2"}},
			"Own/statement 1",
		},
		{
			"a condition that does not", job(), app,
			list{`{` + allow + `,"Resource":"*","Condition":{"StringEquals":{"aws:SourceAccount":"1"}}}`},
			nil,
			map[string][]string{"aws:SourceAccount": {"2"}},
			"no identity-based policy allows the ecr:ListImages action",
		},
		{
			"a condition on what is not there", job(), app,
			list{`{` + allow + `,"Resource":"*","Condition":{"StringLike":{"aws:SourceArn":"*"}}}`},
			nil, nil,
			"no identity-based policy allows the ecr:ListImages action",
		},
		{
			"if it is there", job(), app,
			list{`{` + allow + `,"Resource":"*","Condition":{"ArnLikeIfExists":{"aws:SourceArn":"arn:aws:*"}}}`},
			nil,
			nil, "Own/statement 1",
		},
		{
			"not equal to what is not there", job(), app,
			list{`{` + allow + `,"Resource":"*","Condition":{"StringNotEquals":{"aws:SourceAccount":"1"}}}`},
			nil, nil,
			"Own/statement 1",
		},
		{
			"deny without TLS", job(), app,
			list{
				onApp,
				`{"Effect":"Deny","Action":"*","Resource":"*","Condition":{"Bool":{"aws:SecureTransport":"false"}}}`,
			},
			nil, nil, "Own/Read",
		},
		{
			"null", job(), app,
			list{`{` + allow + `,"Resource":"*","Condition":{"Null":{"aws:SourceArn":"true"}}}`},
			nil,
			nil, "Own/statement 1",
		},

		{
			"an operator that is not known", job(), app,
			list{`{"Sid":"Odd",` + allow + `,"Resource":"*","Condition":{"IpAddress":{"aws:SecureTransport":"1"}}}`},
			nil, nil, "because localstack does not know the condition operator IpAddress in statement Own/Odd",
		},
		{
			"a key that is not known", job(), app,
			list{
				onApp,
				`{"Sid":"Odd","Effect":"Deny","Action":"*","Resource":"*",` +
					`"Condition":{"StringEquals":{"aws:SourceVpc":"vpc-1"}}}`,
			},
			nil, nil,
			"does not know the condition key aws:SourceVpc in statement Own/Odd",
		},
		{
			"a variable", job(), app,
			list{`{` + allow + `,"Resource":"arn:aws:ecr:*:*:repository/${aws:username}"}`},
			nil,
			nil,
			"does not know the policy variable in arn:aws:ecr:*:*:repository/${aws:username} in statement " +
				"Own/statement 1",
		},
		{
			"an element that is not known", job(), app,
			list{`{` + allow + `,"Resource":"*","Extra":1}`},
			nil, nil,
			"does not know the element Extra in statement Own/statement 1",
		},
		{
			"a principal that is not known", job(), app,
			list{onApp},
			list{`{` + allow + `,"Principal":{"Federated":"accounts.example.com"}}`},
			nil,
			"does not know a principal of the kind Federated in statement Repository/statement 1",
		},
		{
			"what is not known of another action", job(), app,
			list{
				onApp,
				`{"Effect":"Allow","Action":"ecr:PutImage","Resource":"*",` +
					`"Condition":{"IpAddress":{"aws:SourceIp":"10.0.0.0/8"}}}`,
			},
			nil, nil, "Own/Read",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := iam.Request{
				Principal: c.who, Action: "ecr:ListImages", Resource: c.on, Account: strings.Split(c.on, ":")[4],
				Keys: c.keys,
			}
			var p iam.Policies
			if c.identity != nil {
				p.Identity = append(p.Identity, policy(t, "Own", c.identity...))
			}
			p.Resource = policy(t, "Repository", c.resource...)
			d := iam.Evaluate(r, p)
			got := d.By
			if !d.Allowed {
				got = d.Message(r)
			}
			if !strings.HasSuffix(got, c.want) || d.Allowed != (got == c.want) {
				t.Errorf("%s, want %s", got, c.want)
			}
		})
	}
}
