package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// An account is a strict stand-in for what preflight asks of AWS: it answers what the account
// has, as AWS's protocols have it, and nothing else. A question that it does not know fails the test.
type account struct {
	t       *testing.T
	replies map[string]string // by service and action: what is answered in place of what an account in order has
	refuses map[string]string // by service and action: the code of a refusal
	denied  []string          // actions that the caller may not do
}

const number = "111122223333"

// noReply is the code of what is not answered at all: the connection ends.
const noReply = "no reply"

// inOrder is what an account has in which nothing is to be fixed.
var inOrder = map[string]string{
	"sts:GetCallerIdentity":                   `<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:sts::` + number + `:assumed-role/Deploy/me</Arn><Account>` + number + `</Account></GetCallerIdentityResult></GetCallerIdentityResponse>`,
	"cloudformation:DescribeStacks":           stackReply("UPDATE_COMPLETE"),
	"ssm:GetParameter":                        `{"Parameter":{"Name":"x","Value":"30"}}`,
	"servicequotas:GetServiceQuota":           `{"Quota":{"Value":1000}}`,
	"iam:GetRole":                             `<GetRoleResponse><GetRoleResult><Role><Path>/team/</Path><RoleName>Deploy</RoleName><RoleId>AROAEXAMPLE</RoleId><Arn>arn:aws:iam::` + number + `:role/team/Deploy</Arn><CreateDate>2026-01-01T00:00:00Z</CreateDate></Role></GetRoleResult></GetRoleResponse>`,
	"ec2:DescribeAvailabilityZones":           `<R><availabilityZoneInfo><item><zoneName>us-east-1b</zoneName><zoneId>use1-az2</zoneId></item><item><zoneName>us-east-1a</zoneName><zoneId>use1-az1</zoneId></item></availabilityZoneInfo></R>`,
	"ec2:DescribeSubnets":                     `<R><subnetSet><item><subnetId>subnet-1</subnetId><vpcId>vpc-1</vpcId><availabilityZoneId>use1-az1</availabilityZoneId></item></subnetSet></R>`,
	"ec2:DescribeRouteTables":                 routesReply("natGatewayId", "nat-1"),
	"ec2:DescribeVpcEndpoints":                `<R><vpcEndpointSet/></R>`,
	"ecr:DescribeImages":                      `{"imageDetails":[{"imageManifestMediaType":"application/vnd.oci.image.manifest.v1+json"}]}`,
	"servicequotas:GetAWSDefaultServiceQuota": `{"Quota":{"Value":6}}`,
}

func stackReply(status string) string {
	return `<DescribeStacksResponse><DescribeStacksResult><Stacks><member><StackName>ecrmirror</StackName><CreationTime>2026-01-01T00:00:00Z</CreationTime><StackStatus>` +
		status + `</StackStatus></member></Stacks></DescribeStacksResult></DescribeStacksResponse>`
}

func routesReply(kind, to string) string {
	return `<R><routeTableSet><item><associationSet><item><main>true</main></item></associationSet><routeSet><item><destinationCidrBlock>0.0.0.0/0</destinationCidrBlock><` +
		kind + `>` + to + `</` + kind + `></item></routeSet></item></routeTableSet></R>`
}

// scope is the credential scope of a signature: KEY/DATE/REGION/SERVICE/aws4_request.
var scope = regexp.MustCompile(`Credential=[^/]+/\d{8}/([a-z0-9-]+)/([a-z0-9-]+)/aws4_request`)

func (a *account) start() string {
	server := httptest.NewServer(a)
	a.t.Cleanup(server.Close)
	return server.URL
}

func (a *account) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	signed := scope.FindStringSubmatch(r.Header.Get("Authorization"))
	if signed == nil {
		a.t.Errorf("%s %s is not signed", r.Method, r.URL)
		return
	}
	service, query := signed[2], false
	_, action, _ := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
	if action == "" {
		if err := r.ParseForm(); err != nil {
			a.t.Error(err)
		}
		action, query = r.PostForm.Get("Action"), true
	}
	name := service + ":" + action
	code := a.refuses[name]
	reply := a.replies[name]
	if reply == "" {
		reply = inOrder[name]
	}
	switch {
	case code == noReply:
		panic(http.ErrAbortHandler)
	case code != "":
		refuse(w, service, code, query)
	case name == "iam:SimulateCustomPolicy" && a.replies[name] == "":
		_, _ = fmt.Fprint(w, simulated(action, r.PostForm, func(action, resource string) bool {
			return allowed(a.t, r.PostForm, action, resource)
		}))
	case name == "iam:SimulatePrincipalPolicy":
		if got := r.PostForm.Get("PolicySourceArn"); got != "arn:aws:iam::"+number+":role/team/Deploy" {
			a.t.Errorf("asked about %s: a session's role has a path", got)
		}
		_, _ = fmt.Fprint(
			w, simulated(action, r.PostForm, func(action, _ string) bool { return !slices.Contains(a.denied, action) }),
		)
	case reply == "":
		a.t.Errorf("asked for %s", name)
		refuse(w, service, "UnknownOperationException", query)
	default:
		_, _ = fmt.Fprint(w, reply)
	}
}

// refuse answers an error as the service's protocol has it.
func refuse(w http.ResponseWriter, service, code string, query bool) {
	w.WriteHeader(http.StatusBadRequest)
	switch {
	case service == "ec2":
		_, _ = fmt.Fprintf(
			w, `<Response><Errors><Error><Code>%s</Code><Message>no</Message></Error></Errors></Response>`, code,
		)
	case query:
		_, _ = fmt.Fprintf(
			w, `<ErrorResponse><Error><Type>Sender</Type><Code>%s</Code><Message>no</Message></Error></ErrorResponse>`,
			code,
		)
	default:
		_, _ = fmt.Fprintf(w, `{"__type":"%s","message":"no"}`, code)
	}
}

// simulated answers a simulation of IAM's: a result for each action and each resource.
func simulated(action string, form url.Values, allows func(action, resource string) bool) string {
	var b strings.Builder
	for _, a := range members(form, "ActionNames") {
		for _, resource := range members(form, "ResourceArns") {
			decision := "implicitDeny"
			if allows(a, resource) {
				decision = "allowed"
			}
			fmt.Fprintf(
				&b,
				`<member><EvalActionName>%s</EvalActionName><EvalResourceName>%s</EvalResourceName><EvalDecision>%s</EvalDecision></member>`,
				a, resource, decision,
			)
		}
	}
	return fmt.Sprintf(
		`<%[1]sResponse><%[1]sResult><IsTruncated>false</IsTruncated><EvaluationResults>%[2]s</EvaluationResults></%[1]sResult></%[1]sResponse>`,
		action, b.String(),
	)
}

func members(form url.Values, list string) (values []string) {
	for i := 1; form.Has(fmt.Sprintf("%s.member.%d", list, i)); i++ {
		values = append(values, form.Get(fmt.Sprintf("%s.member.%d", list, i)))
	}
	return values
}

// allowed says whether the policies of the request have the action and the resource. Conditions
// are not looked at.
func allowed(t *testing.T, form url.Values, action, resource string) bool {
	for _, text := range members(form, "PolicyInputList") {
		var policy struct {
			Statement []struct{ Action, Resource any }
		}
		if err := json.Unmarshal([]byte(text), &policy); err != nil {
			t.Error(err)
		}
		for _, s := range policy.Statement {
			if anyOf(s.Action, action) && anyOf(s.Resource, resource) {
				return true
			}
		}
	}
	return false
}

// anyOf matches patterns of policies, in which * stands for slashes too.
func anyOf(patterns any, text string) bool {
	flat := strings.NewReplacer("/", "-").Replace
	match := func(pattern any) bool {
		ok, err := path.Match(flat(fmt.Sprint(pattern)), flat(text))
		return ok && err == nil
	}
	if list, ok := patterns.([]any); ok {
		return slices.ContainsFunc(list, match)
	}
	return match(patterns)
}
