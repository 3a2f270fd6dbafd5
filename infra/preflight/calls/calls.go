// Package calls lists the actions of AWS that the programs of the service call, given their environment. A test holds
// it against the programs' source.
package calls

import (
	"slices"
	"strings"

	"ecrmirror/internal/contract"
	"ecrmirror/internal/verify/policy"
)

// A call is an action, and the settings under which it is made.
type call struct {
	action string
	when   func(environment map[string]string) bool // nil = always
}

// Mirror returns the actions that mirror calls.
func Mirror(environment map[string]string) []string { return under(environment, mirror, logins) }

// Controller returns the actions that controller calls, as a job and as a function.
func Controller(environment map[string]string) []string {
	return under(environment, controller, logins)
}

// Function returns the actions that Lambda calls by the function's role.
func Function(map[string]string) []string {
	return []string{"logs:CreateLogStream", "logs:PutLogEvents", "sqs:SendMessage"}
}

// Execution returns the actions that ECS calls by the role that starts a job.
func Execution(image string) []string {
	list := []string{"logs:CreateLogStream", "logs:PutLogEvents"}
	if strings.Contains(image, ".dkr.ecr.") {
		list = append(list, "ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage",
			"ecr:GetAuthorizationToken", "ecr:GetDownloadUrlForLayer")
	}
	return list
}

// Events returns the actions that EventBridge calls to submit a job.
func Events() []string { return []string{"batch:SubmitJob"} }

var mirror = []call{
	{action: "ecr:BatchCheckLayerAvailability"},
	{action: "ecr:BatchGetImage"},
	{action: "ecr:CompleteLayerUpload"},
	{action: "ecr:DescribeImages"},
	{action: "ecr:GetDownloadUrlForLayer"},
	{action: "ecr:InitiateLayerUpload"},
	{action: "ecr:ListImageReferrers"},
	{action: "ecr:PutImage"},
	{action: "ecr:UploadLayerPart"},
	{action: "dynamodb:GetItem", when: has(contract.EnvLedger)},
	{action: "dynamodb:UpdateItem", when: has(contract.EnvLedger)},
	{action: "ecr:CreateRepository", when: has(contract.EnvRepositoryTemplate)},
	{action: "ecr:PutLifecyclePolicy", when: templateHas(`"lifecyclePolicy"`)},
	{action: "ecr:SetRepositoryPolicy", when: templateHas(`"repositoryPolicy"`)},
	{action: "ecr:TagResource", when: templateHas(`"resourceTags"`)},
	{action: "ecr-public:BatchCheckLayerAvailability", when: writesPublic},
	{action: "ecr-public:CompleteLayerUpload", when: writesPublic},
	{action: "ecr-public:DescribeImages", when: writesPublic},
	{action: "ecr-public:InitiateLayerUpload", when: writesPublic},
	{action: "ecr-public:PutImage", when: writesPublic},
	{action: "ecr-public:UploadLayerPart", when: writesPublic},
	{action: "ecr-public:CreateRepository", when: createsPublic},
	{action: "ecr-public:DescribeRegistries", when: createsPublic},
	{action: "ecr-public:TagResource", when: tagsPublic},
	{action: "kms:GetPublicKey", when: readsKeys},
	{action: "kms:Sign", when: has(contract.EnvReceiptKey)},
}

var controller = []call{
	{action: "dynamodb:BatchGetItem"},
	{action: "dynamodb:DescribeTable"},
	{action: "dynamodb:Scan"},
	{action: "dynamodb:UpdateItem"},
	{action: "ecr:BatchGetImage"},
	{action: "ecr:DescribeImages"},
	{action: "ecr:DescribeRepositories"},
	{action: "ecr:GetDownloadUrlForLayer"},
	{action: "ecr:ListImageReferrers"},
	{action: "ecr:ListImages"},
	{action: "batch:DescribeJobDefinitions"},
	{action: "batch:DescribeJobs"},
	{action: "batch:ListJobs"},
	{action: "batch:SubmitJob"},
	{action: "batch:TagResource"},
}

var logins = []call{
	{action: "ssm:GetParameter", when: readsParameters},
	{action: "secretsmanager:GetSecretValue", when: has(contract.EnvAuthSecret)},
	{action: "sts:AssumeRole", when: has(contract.EnvAssumeRoles)},
}

func under(environment map[string]string, lists ...[]call) []string {
	var actions []string
	for _, c := range slices.Concat(lists...) {
		if c.when == nil || c.when(environment) {
			actions = append(actions, c.action)
		}
	}
	return actions
}

func has(name string) func(map[string]string) bool {
	return func(environment map[string]string) bool { return environment[name] != "" }
}

// readsKeys says whether receipts are signed by a key of KMS, or images verified.
func readsKeys(environment map[string]string) bool {
	p, err := policy.Parse(environment[contract.EnvVerify])
	return environment[contract.EnvReceiptKey] != "" || err == nil && len(p.KMSKeys()) > 0
}

// readsParameters says whether logins, or values that are too long for the environment, stand in SSM.
func readsParameters(environment map[string]string) bool {
	inSSM := func(name string) bool { return strings.HasPrefix(environment[name], contract.FromParameter) }
	return environment[contract.EnvAuthParameter] != "" || slices.ContainsFunc(contract.Documents(), inSSM)
}

// templateHas says whether the repository template has a member, "NAME".
func templateHas(member string) func(map[string]string) bool {
	return func(environment map[string]string) bool {
		return strings.Contains(environment[contract.EnvRepositoryTemplate], member)
	}
}

// writesPublic says whether ECR Public is among what is written.
func writesPublic(environment map[string]string) bool {
	patterns := strings.Split(environment[contract.EnvAllowedDestinations], ",")
	return slices.ContainsFunc(patterns, func(pattern string) bool {
		return pattern == "public.ecr.aws" || strings.HasPrefix(pattern, "public.ecr.aws/")
	})
}

func tagsPublic(environment map[string]string) bool {
	return createsPublic(environment) && templateHas(`"resourceTags"`)(environment)
}

func createsPublic(environment map[string]string) bool {
	return writesPublic(environment) && environment[contract.EnvRepositoryTemplate] != ""
}
