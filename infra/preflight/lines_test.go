package main

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"ecrmirror/internal/contract"
)

// TestEachFaultHasItsLine provokes each line that says what is to be fixed, and each that says
// why something could not be asked: one fault at a time in an account that is in order.
func TestEachFaultHasItsLine(t *testing.T) {
	type fault struct {
		name    string
		replies map[string]string
		refuses map[string]string
		denied  []string
		change  func(t *testing.T, p *plan)
		builds  bool
		want    []string // beginnings of lines; all other lines are ok
	}
	refuses := func(action, code string) map[string]string { return map[string]string{action: code} }
	replies := func(action, reply string) map[string]string { return map[string]string{action: reply} }
	for _, c := range []fault{
		{
			name: "credentials that AWS does not take", refuses: refuses("sts:GetCallerIdentity", "ExpiredToken"),
			want: []string{
				"FIX  credentials: AWS does not take them (ExpiredToken): renew them by aws sso login",
			},
		},
		{
			name:    "a stack that was rolled back",
			replies: replies("cloudformation:DescribeStacks", stackReply("ROLLBACK_COMPLETE")), want: []string{
				"FIX  stack: ecrmirror is ROLLBACK_COMPLETE, which cannot be updated: aws cloudformation " +
					"delete-stack " +
					"--stack-name ecrmirror",
			},
		},
		{
			name:    "a roll-back that failed",
			replies: replies("cloudformation:DescribeStacks", stackReply("UPDATE_ROLLBACK_FAILED")), want: []string{
				"FIX  stack: ecrmirror is UPDATE_ROLLBACK_FAILED: aws cloudformation continue-update-rollback",
			},
		},
		{
			name: "a stack at work", replies: replies("cloudformation:DescribeStacks", stackReply("UPDATE_IN_PROGRESS")),
			want: []string{
				"FIX  stack: ecrmirror is UPDATE_IN_PROGRESS: wait",
			},
		},
		{
			name: "stacks that may not be seen", refuses: refuses("cloudformation:DescribeStacks", "AccessDenied"),
			want: []string{
				"?    stack: these credentials may not ask: it takes cloudformation:DescribeStacks",
			},
		},
		{
			name: "no bootstrap stack", builds: true, refuses: refuses("ssm:GetParameter", "ParameterNotFound"),
			want: []string{
				"FIX  bootstrap: the account has no bootstrap stack in this region, which make deploy takes: make " +
					"bootstrap PLACE=aws://111122223333/us-east-1",
			},
		},
		{
			name: "an old bootstrap stack", builds: true,
			replies: replies("ssm:GetParameter", `{"Parameter":{"Value":"5"}}`), want: []string{
				"FIX  bootstrap: the bootstrap stack has version 5, and 6 is the least that does: make bootstrap " +
					"PLACE=",
			},
		},
		{
			name: "a parameter that may not be read", refuses: refuses("ssm:GetParameter", "AccessDeniedException"),
			want: []string{
				"?    bootstrap: these credentials may not ask: it takes ssm:GetParameter on " +
					"/cdk-bootstrap/hnb659fds/version",
			},
		},
		{
			name: "an image that is nowhere", refuses: refuses("ecr:DescribeImages", "ImageNotFoundException"),
			want: []string{
				"FIX  image: " + image + " does not exist: make image IMAGE=" + image,
			},
		},
		{
			name: "a repository that is nowhere", refuses: refuses("ecr:DescribeImages", "RepositoryNotFoundException"),
			want: []string{
				"FIX  image: the repository of " + image +
					" does not exist: aws ecr create-repository --region us-east-1 --repository-name ecrmirror",
			},
		},
		{
			name: "an index, which Lambda does not run",
			replies: replies(
				"ecr:DescribeImages",
				`{"imageDetails":[{"imageManifestMediaType":"application/vnd.oci.image.index.v1+json"}]}`,
			), want: []string{
				"FIX  image: " + image + " is an index",
			},
		},
		{
			name:   "an image of another region",
			change: func(_ *testing.T, p *plan) { p.named(strings.Replace(image, "us-east-1", "eu-west-1", 1)) },
			want: []string{
				"FIX  image: 111122223333.dkr.ecr.eu-west-1.amazonaws.com/ecrmirror:1.0.0 is in eu-west-1, and " +
					"Lambda " +
					"runs images of its own region only",
			},
		},
		{
			name:   "an image of another registry",
			change: func(_ *testing.T, p *plan) { p.named("ghcr.io/example/ecrmirror:1") }, want: []string{
				"?    image: ghcr.io/example/ecrmirror:1 is not in private ECR",
			},
		},
		{
			name: "an image that may not be seen", refuses: refuses("ecr:DescribeImages", "AccessDeniedException"),
			want: []string{
				"?    image: these credentials may not ask: it takes ecr:DescribeImages on ecrmirror",
			},
		},
		{name: "an environment that is too large", change: func(t *testing.T, p *plan) {
			variables := p.of(t, "Function")["Environment"].(map[string]any)["Variables"].(map[string]any)
			variables["MIRROR_ALLOWED_SOURCES"] = strings.Repeat("x", 4096)
		}, want: []string{"FIX  size of Function's environment, bytes: 4"}},
		{name: "a definition that is too large", change: func(t *testing.T, p *plan) {
			container := p.of(t, "MirrorJob")["ContainerProperties"].(map[string]any)
			container["Environment"] = append(
				container["Environment"].([]any),
				map[string]any{"Name": "MIRROR_SIGNATURE_POLICY", "Value": strings.Repeat("x", 31000)},
			)
		}, want: []string{"FIX  size of MirrorJob's definition, bytes: 3"}},
		{name: "policies that are too large", change: func(t *testing.T, p *plan) {
			policy := p.of(t, "MirrorRoleDefaultPolicy")["PolicyDocument"].(map[string]any)
			policy["Statement"].([]any)[0].(map[string]any)["Sid"] = strings.Repeat("x", 11000)
		}, want: []string{"FIX  size of MirrorRole's policies, characters: 1"}},
		{name: "a template that is too large", change: func(t *testing.T, p *plan) {
			p.of(t, "MirrorLogs")["Note"] = strings.Repeat("x", 1<<20)
		}, want: []string{"FIX  size of the template, bytes: 1"}},
		{name: "too many resources", change: func(_ *testing.T, p *plan) {
			for i := range 500 {
				p.Resources["Topic"+strings.Repeat("x", i)] = &resource{Type: "AWS::SNS::Topic"}
			}
		}, want: []string{"FIX  size of the stack, resources: 5"}},
		{name: "no role for Batch and ECS", refuses: refuses("iam:GetRole", "NoSuchEntity"), want: []string{
			"FIX  role AWSServiceRoleForBatch: does not exist: aws iam create-service-linked-role --aws-service-name " +
				"batch.amazonaws.com",
			"FIX  role AWSServiceRoleForECS: does not exist: aws iam create-service-linked-role --aws-service-name " +
				"ecs.amazonaws.com",
			"?    your rights: iam:GetRole on Deploy was refused: NoSuchEntity",
		}},
		{
			name: "no quota for Fargate", replies: replies("servicequotas:GetServiceQuota", `{"Quota":{"Value":6}}`),
			want: []string{
				"FIX  quota Fargate on demand: 6 vCPUs, and the settings ask for 20 at once: lower maxVcpus and " +
					"controllerMaxVcpus, or aws service-quotas request-service-quota-increase --service-code fargate " +
					"--quota-code L-3032A538 --desired-value 20",
				"FIX  quota Fargate Spot: 6 vCPUs, and the settings ask for 16 at once: lower maxVcpus, or aws " +
					"service-quotas request-service-quota-increase --service-code fargate --quota-code L-36FBB829 " +
					"--desired-value 16",
			},
		},
		{
			name:    "AWS's own quota, where the account has none",
			refuses: refuses("servicequotas:GetServiceQuota", "NoSuchResourceException"), want: []string{
				"FIX  quota Fargate on demand: 6 vCPUs", "FIX  quota Fargate Spot: 6 vCPUs",
			},
		},
		{
			name:    "instances, without a role and a quota for Spot",
			replies: replies("servicequotas:GetServiceQuota", `{"Quota":{"Value":5}}`),
			refuses: refuses("iam:GetRole", "NoSuchEntity"),
			change: func(_ *testing.T, p *plan) {
				for _, properties := range p.ofType("AWS::Batch::ComputeEnvironment") {
					resources := properties["ComputeResources"].(map[string]any)
					resources["Type"] = map[any]string{"FARGATE": "EC2", "FARGATE_SPOT": "SPOT"}[resources["Type"]]
				}
			}, want: []string{
				"FIX  role AWSServiceRoleForBatch", "FIX  role AWSServiceRoleForECS",
				"FIX  role AWSServiceRoleForEC2Spot: does not exist: aws iam create-service-linked-role " +
					"--aws-service-name spot.amazonaws.com",
				"FIX  quota EC2 on demand: 5 vCPUs, and the settings ask for 20 at once: lower maxVcpus, or",
				"FIX  quota EC2 Spot: 5 vCPUs",
				"?    your rights",
			},
		},
		{
			name:    "no concurrency for the function",
			replies: replies("servicequotas:GetServiceQuota", `{"Quota":{"Value":100}}`),
			change: func(t *testing.T, p *plan) {
				p.of(t, "Function")["ReservedConcurrentExecutions"] = 5
			}, want: []string{
				"FIX  quota Lambda concurrency: 100, of which Lambda keeps 100 unreserved, and functionConcurrency " +
					"asks for 5",
			},
		},
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
			name: "zones that may not be seen", refuses: refuses("ec2:DescribeAvailabilityZones", "UnauthorizedOperation"),
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
					"dynamodb, " +
					"ecr.api, ecr.dkr, batch, logs: make them",
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
					"stack's " +
					"roles: have it allowed sts:AssumeRole on arn:aws:iam::111122223333:role/cdk-hnb659fds-deploy-role-111122223333-us-east-1",
			},
		},
		{
			name: "a caller who may not make queues", refuses: refuses("ssm:GetParameter", "ParameterNotFound"),
			denied: []string{"batch:CreateJobQueue", "iam:PassRole"}, want: []string{
				"FIX  your rights: arn:aws:sts::111122223333:assumed-role/Deploy/me may not deploy by " +
					"CloudFormation: " +
					"have it allowed batch:CreateJobQueue, iam:PassRole",
			},
		},
		{
			name: "rights that may not be simulated", refuses: refuses("iam:SimulatePrincipalPolicy", "AccessDenied"),
			want: []string{
				"?    your rights: these credentials may not ask: it takes iam:SimulatePrincipalPolicy",
			},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := defaults(t)
			p.named(image)
			if c.change != nil {
				c.change(t, p)
			}
			code, report := preflight(
				t, &account{t: t, replies: c.replies, refuses: c.refuses, denied: c.denied}, p, c.builds,
			)
			checkLines(t, code, report, c.want)
		})
	}
}

// checkLines holds the lines of a report that are not ok, its last line and the exit code to what is wanted.
func checkLines(t *testing.T, code int, report string, want []string) {
	t.Helper()
	var got []string
	unasked := false
	for line := range strings.Lines(report) {
		if strings.HasPrefix(line, "FIX ") || strings.HasPrefix(line, "? ") {
			got = append(got, line)
			unasked = unasked || strings.Contains(
				line, "these credentials may not ask",
			) || strings.Contains(line, " was refused: ")
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
