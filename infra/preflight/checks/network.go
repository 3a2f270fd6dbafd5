package checks

import (
	"context"
	"maps"
	"slices"
	"strings"

	"ecrmirror/infra/assembly"
	"ecrmirror/infra/ec2"
	"ecrmirror/internal/contract"
)

// network looks at an existing VPC: whether its subnets are there, and how jobs in them get out.
func network(ctx context.Context, w World) []Finding {
	const what = "network"
	ids, public, err := existingSubnets(w.Stack, w.Place)
	if err != nil {
		return []Finding{fix(what, "the template's subnets cannot be read: %v", err)}
	}
	if len(ids) == 0 {
		return nil
	}
	subnets, err := w.AWS.Networks.Subnets(ctx, ids)
	switch {
	case strings.HasPrefix(codeOf(err), "InvalidSubnet"):
		return []Finding{fix(what, "one of %s does not exist here: aws ec2 describe-subnets lists them; correct "+
			"subnetIds", strings.Join(ids, ", "))}
	case err != nil:
		return []Finding{asked(what, "ec2:DescribeSubnets", err)}
	}
	vpc := subnets[0].VPC
	for _, s := range subnets {
		if s.VPC != vpc {
			return []Finding{fix(what, "%s is in %s and %s in %s: subnetIds must be of the one VPC of vpcId",
				subnets[0].ID, vpc, s.ID, s.VPC)}
		}
	}
	findings := []Finding{okay(what, "%d subnets of %s", len(subnets), vpc)}
	for _, s := range subnets {
		if slices.Contains(withoutFargate, s.ZoneID) {
			findings = append(findings, fix(what, "%s is in %s, which has no Fargate or no Lambda in a VPC: leave "+
				"it out of subnetIds", s.ID, s.ZoneID))
		}
	}
	tables, err := w.AWS.Networks.RouteTables(ctx, vpc)
	if err != nil {
		return append(findings, asked("ways out", "ec2:DescribeRouteTables", err))
	}
	endpoints, err := w.AWS.Networks.Endpoints(ctx, vpc)
	if err != nil {
		return append(findings, asked("endpoints", "ec2:DescribeVpcEndpoints", err))
	}
	for _, s := range subnets {
		findings = append(findings, wayOut(s, routesOf(s.ID, tables), public, endpoints, w))
	}
	return findings
}

// existingSubnets returns the ids of subnets that the template does not make, and whether jobs get
// public addresses there.
func existingSubnets(s assembly.Stack, p assembly.Place) (ids []string, public bool, err error) {
	for _, id := range s.OfType("AWS::Batch::ComputeEnvironment") {
		resources, _ := s.Resources[id].Properties["ComputeResources"].(map[string]any)
		subnets, _ := resources["Subnets"].([]any)
		for _, subnet := range subnets {
			if made := s.Resources[assembly.ReferredTo(subnet)]; made.Type != "" {
				continue
			}
			name, err := s.Text(subnet, p)
			if err != nil {
				return nil, false, err
			}
			if !slices.Contains(ids, name) {
				ids = append(ids, name)
			}
		}
	}
	for _, id := range s.OfType("AWS::Batch::JobDefinition") {
		container, _ := s.Resources[id].Properties["ContainerProperties"].(map[string]any)
		config, _ := container["NetworkConfiguration"].(map[string]any)
		public = public || config["AssignPublicIp"] == "ENABLED"
	}
	return ids, public, nil
}

// routesOf returns the routes of a subnet: its table's, or else the main table's.
func routesOf(subnet string, tables []ec2.RouteTable) []ec2.Route {
	var main []ec2.Route
	for _, table := range tables {
		for _, a := range table.Associations {
			if a.Subnet == subnet {
				return table.Routes
			}
			if a.Main {
				main = table.Routes
			}
		}
	}
	return main
}

// wayOut says whether a job in the subnet reaches AWS, and registries.
func wayOut(s ec2.Subnet, routes []ec2.Route, public bool, endpoints []string, w World) Finding {
	what := "ways out of " + s.ID
	for _, r := range routes {
		if r.To != "0.0.0.0/0" || r.State == "blackhole" {
			continue
		}
		switch internet := strings.HasPrefix(r.Gateway, "igw-"); {
		case internet && public:
			return okay(what, "an internet gateway, and jobs have public addresses")
		case internet:
			return fix(what, "its way out is an internet gateway, which takes public addresses: -c publicIp=true, "+
				"or name subnets behind a NAT gateway")
		default:
			return okay(what, "%s", firstOf(r.NAT, r.Transit, r.Peer, r.Gateway))
		}
	}
	var lacking []string
	for _, service := range endpointsFor(w) {
		name := "com.amazonaws." + w.Place.Region + "." + service
		if w.Place.Partition == "aws-cn" && service != "s3" && service != "dynamodb" {
			name = "cn." + name
		}
		if !slices.Contains(endpoints, name) && !slices.Contains(endpoints, strings.TrimPrefix(name, "cn.")) {
			lacking = append(lacking, service)
		}
	}
	if len(lacking) > 0 {
		return fix(what, "it has no way to the internet, and the VPC lacks endpoints for %s: make them (gateways "+
			"for s3 and dynamodb, interfaces for the others), or a NAT gateway", strings.Join(lacking, ", "))
	}
	return okay(what, "none to the internet; endpoints for all of AWS that is used: only ECR of this region is reached")
}

// endpointsFor returns the services that are used, by the names that endpoints have.
func endpointsFor(w World) []string {
	list := []string{"s3", "dynamodb", "ecr.api", "ecr.dkr", "batch", "logs"}
	programs, err := w.Stack.Programs(w.Place)
	if err != nil {
		return list
	}
	needs := map[string]bool{}
	inSSM := func(value string) bool { return strings.HasPrefix(value, contract.FromParameter) }
	for _, p := range programs {
		needs["ssm"] = needs["ssm"] || p.Environment[contract.EnvAuthParameter] != "" ||
			slices.ContainsFunc(slices.Collect(maps.Values(p.Environment)), inSSM)
		needs["secretsmanager"] = needs["secretsmanager"] || p.Environment[contract.EnvAuthSecret] != ""
		needs["sts"] = needs["sts"] || p.Environment[contract.EnvAssumeRoles] != ""
		needs["kms"] = needs["kms"] || w.may("kms:GetPublicKey", p.Role)
	}
	for _, service := range []string{"ssm", "secretsmanager", "sts", "kms"} {
		if needs[service] {
			list = append(list, service)
		}
	}
	return list
}

// may says whether a role of the stack may do something by its policies. Which keys entries may name stands in no
// program's environment.
func (w World) may(action, id string) bool {
	role, err := w.Stack.Role(id, w.Place)
	return err == nil && slices.ContainsFunc(role.Statements, func(s assembly.Statement) bool {
		return s.Effect == "Allow" && slices.Contains(s.Actions, action)
	})
}

func firstOf(texts ...string) string {
	for _, t := range texts {
		if t != "" {
			return t
		}
	}
	return "a route to 0.0.0.0/0"
}
