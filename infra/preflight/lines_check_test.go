package main

import (
	"maps"
	"slices"
	"strings"
	"testing"
)

// checkLines holds the lines of a report that are not ok, its last line and the exit code to what is wanted.
func checkLines(t *testing.T, code int, report string, want []string) {
	t.Helper()
	var got []string
	unasked := false
	for line := range strings.Lines(report) {
		if strings.HasPrefix(line, "FIX ") || strings.HasPrefix(line, "? ") {
			got = append(got, line)
			for _, why := range []string{"these credentials may not ask", " was refused: ", " could not reach "} {
				unasked = unasked || strings.Contains(line, why)
			}
		}
	}
	for _, beginning := range want {
		i := slices.IndexFunc(got, func(line string) bool { return strings.HasPrefix(line, beginning) })
		if i < 0 {
			t.Errorf("no line begins with %q in\n%s", beginning, report)
			continue
		}
		got = slices.Delete(got, i, i+1)
	}
	if len(got) > 0 {
		t.Errorf("further lines:\n%s", strings.Join(got, ""))
	}
	fixes := slices.ContainsFunc(want, func(line string) bool { return strings.HasPrefix(line, "FIX") })
	if (code == 1) != (fixes || unasked) || code > 1 {
		t.Errorf("exit code %d", code)
	}
	if ahead := strings.Contains(report, "\nNothing to fix: the deployment can go ahead."); ahead != (code == 0) {
		t.Errorf("exit code %d, and the report ends\n%s", code, report[strings.LastIndex(report, "\n\n"):])
	}
}

func zonesReply(zones ...string) string {
	reply := `<R><availabilityZoneInfo>`
	for _, z := range zones {
		name, id, _ := strings.Cut(z, " ")
		reply += `<item><zoneName>` + name + `</zoneName><zoneId>` + id + `</zoneId></item>`
	}
	return reply + `</availabilityZoneInfo></R>`
}

func existing(public bool) func(*testing.T, *plan) {
	return func(_ *testing.T, p *plan) { p.existing(public) }
}

// without takes an action from a policy.
func without(policy, action string) func(*testing.T, *plan) {
	return func(t *testing.T, p *plan) {
		for _, s := range p.of(t, policy)["PolicyDocument"].(map[string]any)["Statement"].([]any) {
			statement := s.(map[string]any)
			if list, ok := statement["Action"].([]any); ok {
				statement["Action"] = slices.DeleteFunc(list, func(a any) bool { return a == action })
			}
		}
	}
}

// TestAnExistingNetworkInOrder has ways out of each kind.
func TestAnExistingNetworkInOrder(t *testing.T) {
	services := []string{"s3", "dynamodb", "ecr.api", "ecr.dkr", "batch", "logs"}
	endpoints := `<R><vpcEndpointSet>`
	for _, s := range services {
		endpoints += `<item><serviceName>com.amazonaws.us-east-1.` + s + `</serviceName></item>`
	}
	none := map[string]string{"ec2:DescribeRouteTables": `<R><routeTableSet/></R>`}
	withEndpoints := maps.Clone(none)
	withEndpoints["ec2:DescribeVpcEndpoints"] = endpoints + `</vpcEndpointSet></R>`
	for _, c := range []struct {
		name    string
		public  bool
		replies map[string]string
		want    string
	}{
		{"a NAT gateway", false, nil, "ok   ways out of subnet-1: nat-1\n"},
		{
			"an internet gateway", true,
			map[string]string{"ec2:DescribeRouteTables": routesReply("gatewayId", "igw-1")},
			"ok   ways out of subnet-1: an internet gateway, and jobs have public addresses\n",
		},
		{
			"endpoints alone", false, withEndpoints,
			"ok   ways out of subnet-1: none to the internet; endpoints for all of AWS that is used",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := defaults(t)
			p.named(image)
			p.existing(c.public)
			code, report := preflight(t, &account{t: t, replies: c.replies}, p, false)
			if code != 0 || !strings.Contains(report, c.want) {
				t.Errorf("exit code %d, no %q in\n%s", code, c.want, report)
			}
		})
	}
}
