package main

import (
	"slices"
	"strings"
	"testing"
)

// A fault is one thing that is wrong with an account that is in order otherwise.
type fault struct {
	name    string
	replies map[string]string
	refuses map[string]string
	denied  []string
	change  func(t *testing.T, p *plan)
	builds  bool
	want    []string // beginnings of lines; all other lines are ok
}

func refuses(action, code string) map[string]string { return map[string]string{action: code} }

func replies(action, reply string) map[string]string { return map[string]string{action: reply} }

// TestEachFaultHasItsLine provokes each line that says what is to be fixed, and each that says
// why something could not be asked: one fault at a time in an account that is in order.
func TestEachFaultHasItsLine(t *testing.T) {
	for _, c := range slices.Concat(faults(), faultsOfLimits(), faultsOfReplies()) {
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

// faults are those up to the instances that jobs run on.
func faults() []fault {
	return []fault{
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
					"delete-stack --stack-name ecrmirror",
			},
		},
		{
			name:    "a roll-back that failed",
			replies: replies("cloudformation:DescribeStacks", stackReply("UPDATE_ROLLBACK_FAILED")), want: []string{
				"FIX  stack: ecrmirror is UPDATE_ROLLBACK_FAILED: aws cloudformation continue-update-rollback",
			},
		},
		{
			name: "a stack at work", replies: replies("cloudformation:DescribeStacks",
				stackReply("UPDATE_IN_PROGRESS")),
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
					"Lambda runs images of its own region only",
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
	}
}
