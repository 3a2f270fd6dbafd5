package main

import (
	"testing"

	"ecrmirror/internal/contract"
)

// faultsOfLimits are those of instances, quotas and rights.
func faultsOfLimits() []fault {
	return []fault{
		{
			name:    "quotas that may not be seen",
			refuses: refuses("servicequotas:GetServiceQuota", "AccessDeniedException"), want: []string{
				"?    quota Fargate on demand: these credentials may not ask: it takes servicequotas:GetServiceQuota",
				"?    quota Fargate Spot", "?    quota Lambda concurrency",
			},
		},
		{
			name: "zones without Fargate",
			replies: replies(
				"ec2:DescribeAvailabilityZones",
				zonesReply("us-east-1a use1-az3", "us-east-1b use1-az1", "us-east-1c use1-az2"),
			), want: []string{
				"FIX  zones: us-east-1a (use1-az3) has no Fargate or no Lambda in a VPC: -c " +
					"availabilityZones=us-east-1b," +
					"us-east-1c",
			},
		},
		{
			name: "a single zone", replies: replies("ec2:DescribeAvailabilityZones", zonesReply("us-east-1a use1-az1")),
			want: []string{
				"FIX  zones: the settings want more zones than these credentials see, us-east-1a",
			},
		},
		{name: "a zone of elsewhere", change: func(
			_ *testing.T, p *plan,
		) {
			p.ofType("AWS::EC2::Subnet")[0]["AvailabilityZone"] = "eu-west-1a"
		}, want: []string{
			"FIX  zones: eu-west-1a is not a zone of this region",
		}},
		{
			name: "zones that may not be seen", refuses: refuses("ec2:DescribeAvailabilityZones",
				"UnauthorizedOperation"),
			want: []string{
				"?    zones: these credentials may not ask: it takes ec2:DescribeAvailabilityZones",
			},
		},
		{
			name: "subnets that are not there", change: existing(false),
			refuses: refuses("ec2:DescribeSubnets", "InvalidSubnetID.NotFound"), want: []string{
				"FIX  network: one of subnet-1 does not exist here",
			},
		},
		{
			name: "subnets of two VPCs", change: existing(false),
			replies: replies(
				"ec2:DescribeSubnets",
				`<R><subnetSet><item><subnetId>subnet-1</subnetId><vpcId>vpc-1</vpcId></item><item><subnetId>subnet-2</subnetId><vpcId>vpc-2</vpcId></item></subnetSet></R>`,
			), want: []string{
				"FIX  network: subnet-1 is in vpc-1 and subnet-2 in vpc-2",
			},
		},
		{
			name: "a subnet in a zone without Fargate", change: existing(false),
			replies: replies(
				"ec2:DescribeSubnets",
				`<R><subnetSet><item><subnetId>subnet-1</subnetId><vpcId>vpc-1</vpcId><availabilityZoneId>use1-az3</availabilityZoneId></item></subnetSet></R>`,
			), want: []string{
				"FIX  network: subnet-1 is in use1-az3, which has no Fargate",
			},
		},
		{
			name: "public subnets without public addresses", change: existing(false),
			replies: replies("ec2:DescribeRouteTables", routesReply("gatewayId", "igw-1")), want: []string{
				"FIX  ways out of subnet-1: its way out is an internet gateway, which takes public addresses: -c " +
					"publicIp=true",
			},
		},
		{
			name: "no way out and no endpoints", change: existing(false),
			replies: replies("ec2:DescribeRouteTables", `<R><routeTableSet/></R>`), want: []string{
				"FIX  ways out of subnet-1: it has no way to the internet, and the VPC lacks endpoints for s3, " +
					"dynamodb, ecr.api, ecr.dkr, batch, logs: make them",
			},
		},
		{
			name: "subnets that may not be seen", change: existing(false),
			refuses: refuses("ec2:DescribeSubnets", "UnauthorizedOperation"), want: []string{
				"?    network: these credentials may not ask: it takes ec2:DescribeSubnets",
			},
		},
		{
			name: "routes that may not be seen", change: existing(false),
			refuses: refuses("ec2:DescribeRouteTables", "UnauthorizedOperation"), want: []string{
				"?    ways out: these credentials may not ask: it takes ec2:DescribeRouteTables",
			},
		},
		{
			name: "endpoints that may not be seen", change: existing(false),
			refuses: refuses("ec2:DescribeVpcEndpoints", "UnauthorizedOperation"), want: []string{
				"?    endpoints: these credentials may not ask: it takes ec2:DescribeVpcEndpoints",
			},
		},
		{
			name: "a role that lacks a call", change: without("ControllerRoleDefaultPolicy", "ecr:ListImages"),
			want: []string{
				"FIX  role ControllerRole: IAM denies what its program calls: ecr:ListImages",
			},
		},
		{name: "a role that lacks what a document in SSM asks for", change: func(t *testing.T, p *plan) {
			p.Resources["Template"] = &resource{
				Type: "AWS::SSM::Parameter", Properties: map[string]any{"Value": `{"lifecyclePolicy":"{}"}`},
			}
			container := p.of(t, "MirrorJob")["ContainerProperties"].(map[string]any)
			container["Environment"] = append(container["Environment"].([]any), map[string]any{
				"Name": contract.EnvRepositoryTemplate,
				"Value": map[string]any{
					"Fn::Join": []any{"", []any{contract.FromParameter, map[string]any{"Ref": "Template"}}},
				},
			})
		}, want: []string{
			"FIX  role MirrorRole: IAM denies what its program calls: ecr:CreateRepository, ecr:PutLifecyclePolicy, " +
				"ssm:GetParameter",
		}},
		{
			name: "policies that may not be simulated", refuses: refuses("iam:SimulateCustomPolicy", "AccessDenied"),
			want: []string{
				"?    roles: these credentials may not ask: it takes iam:SimulateCustomPolicy",
			},
		},
		{
			name: "an emulator without simulations", refuses: refuses("iam:SimulateCustomPolicy", "NotImplemented"),
			want: []string{
				"?    roles: the endpoint does not have iam:SimulateCustomPolicy (NotImplemented)",
			},
		},
		{
			name: "a caller who may not take CDK's roles", builds: true, denied: []string{"sts:AssumeRole"},
			want: []string{
				"FIX  your rights: arn:aws:sts::111122223333:assumed-role/Deploy/me may not take the bootstrap " +
					"stack's roles: have it allowed sts:AssumeRole on " +
					"arn:aws:iam::111122223333:role/cdk-hnb659fds-deploy-role-111122223333-us-east-1",
			},
		},
		{
			name: "a caller who may not make queues", refuses: refuses("ssm:GetParameter", "ParameterNotFound"),
			denied: []string{"batch:CreateJobQueue", "iam:PassRole"}, want: []string{
				"FIX  your rights: arn:aws:sts::111122223333:assumed-role/Deploy/me may not deploy by " +
					"CloudFormation: have it allowed batch:CreateJobQueue, iam:PassRole",
			},
		},
		{
			name: "rights that may not be simulated", refuses: refuses("iam:SimulatePrincipalPolicy", "AccessDenied"),
			want: []string{
				"?    your rights: these credentials may not ask: it takes iam:SimulatePrincipalPolicy",
			},
		},
	}
}
