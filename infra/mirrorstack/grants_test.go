package mirrorstack_test

import (
	"strings"

	"ecrmirror/infra/schedule"
	"ecrmirror/infra/settings"
)

// A grant is a row of the table of docs/security.md: what a role may do to what.
type grant struct {
	role    string // beginning of its logical id
	why     string
	actions []string
	on      string                          // the resources, for people
	when    string                          // for people; "" for always
	list    func(p settings.Props) []string // the resources, exactly; none: not granted
	only    string                          // the condition, if there is one
}

// roles are those that there may be, with who takes them, and when.
var roles = []struct{ id, who, service string }{
	{"MirrorRole", "mirror jobs", "ecs-tasks.amazonaws.com"},
	{"ControllerRole", "the controller's jobs", "ecs-tasks.amazonaws.com"},
	{"FunctionRole", "the controller as a function (`push=lambda`)", "lambda.amazonaws.com"},
	{"MirrorExecutionRole", "ECS, to start mirror jobs", "ecs-tasks.amazonaws.com"},
	{"ControllerExecutionRole", "ECS, to start the controller's jobs", "ecs-tasks.amazonaws.com"},
	{"EventsRole", "EventBridge, to submit the controller's jobs", "events.amazonaws.com"},
	{"SpotComputeInstanceProfileRole", "EC2 instances on Spot (`compute=ec2`)", "ec2.amazonaws.com"},
	{"OnDemandComputeInstanceProfileRole", "EC2 instances on demand (`compute=ec2`)", "ec2.amazonaws.com"},
}

const (
	here    = "arn:PARTITION:%s:REGION:ACCOUNT:"
	entries = "the table"
	ledger  = "the ledger"
)

func local(service, resource string) string {
	return strings.Replace(here, "%s", service, 1) + resource
}

func always(list ...string) func(settings.Props) []string {
	return func(settings.Props) []string { return list }
}

func provided(cond func(settings.Props) bool, list ...string) func(settings.Props) []string {
	return func(p settings.Props) []string {
		if cond(p) {
			return list
		}
		return nil
	}
}

// grants are all that any role may do. Both programs read logins and assume roles alike,
// and the function may do what the controller's jobs may.
func grants() []grant {
	list := mirrorGrants()
	for _, role := range []string{"ControllerRole", "FunctionRole"} {
		list = append(list, controllerGrants(role)...)
	}
	list = append(list, functionGrants()...)
	for _, role := range []string{"MirrorExecutionRole", "ControllerExecutionRole"} {
		list = append(list, executionGrants(role)...)
	}
	return append(list, grant{
		role: "EventsRole", why: "submit the controller's jobs", actions: []string{"batch:SubmitJob"},
		on: "the controller's queue, the job definitions of sweeps (unless `schedule=off`) and pushes (`push=batch`)",
		list: func(p settings.Props) []string {
			var jobs []string
			if p.Push.Target == settings.PushBatch {
				jobs = append(jobs, "event")
			}
			if p.Schedule != schedule.Off {
				jobs = append(jobs, "sweep")
			}
			return submitted("ControlQueue", jobs...)
		},
	})
}

func mirrorGrants() []grant {
	const role = "MirrorRole"
	const named = "`repositories` (default: `arn:PARTITION:ecr:*:ACCOUNT:repository/*`)"
	public := []string{"arn:PARTITION:ecr-public::ACCOUNT:repository/*"}
	list := []grant{
		{
			role: role, why: "read images, and list what belongs to them", actions: []string{
				"ecr:BatchGetImage", "ecr:DescribeImages", "ecr:GetDownloadUrlForLayer", "ecr:ListImageReferrers",
			}, on: "`repositories` and `sourceRepositories` (default: `arn:PARTITION:ecr:*:ACCOUNT:repository/*`)",
			list: readable,
		},
		{role: role, why: "write images", actions: []string{
			"ecr:BatchCheckLayerAvailability", "ecr:CompleteLayerUpload", "ecr:InitiateLayerUpload", "ecr:PutImage",
			"ecr:UploadLayerPart",
		}, on: named, list: writable},
		{
			role: role, why: "create missing repositories", actions: []string{"ecr:CreateRepository"},
			on: "`repositories`", when: "`createRepositories`", list: ifTemplateHas(""),
		},
		{
			role: role, why: "their lifecycle policy", actions: []string{"ecr:PutLifecyclePolicy"}, on: "`repositories`",
			when: "`createRepositories` has `lifecyclePolicy`", list: ifTemplateHas("lifecyclePolicy"),
		},
		{
			role: role, why: "their policy", actions: []string{"ecr:SetRepositoryPolicy"}, on: "`repositories`",
			when: "`createRepositories` has `repositoryPolicy`", list: ifTemplateHas("repositoryPolicy"),
		},
		{
			role: role, why: "their tags", actions: []string{"ecr:TagResource"}, on: "`repositories`",
			when: "`createRepositories` has `resourceTags`", list: ifTemplateHas("resourceTags"),
		},
		{
			role: role, why: "write to ECR Public", actions: []string{
				"ecr-public:BatchCheckLayerAvailability", "ecr-public:CompleteLayerUpload", "ecr-public:DescribeImages",
				"ecr-public:InitiateLayerUpload", "ecr-public:PutImage", "ecr-public:UploadLayerPart",
			}, on: "`arn:PARTITION:ecr-public::ACCOUNT:repository/*`", when: "`ecrPublic=write`",
			list: provided(writesPublic, public...),
		},
		{
			role: role, why: "create repositories there", actions: []string{"ecr-public:CreateRepository"}, on: "the same",
			when: "`ecrPublic=write` and `createRepositories`", list: provided(createsPublic, public...),
		},
		{
			role: role, why: "with tags", actions: []string{"ecr-public:TagResource"}, on: "the same",
			when: "and that has `resourceTags`", list: provided(func(p settings.Props) bool {
				return createsPublic(p) && strings.Contains(p.Registries.Template, "resourceTags")
			}, public...),
		},
		{
			role: role, why: "find the account's aliases there", actions: []string{"ecr-public:DescribeRegistries"},
			on: "`*`: there is no finer", when: "`ecrPublic=write` and `createRepositories`",
			list: provided(createsPublic, "*"),
		},
	}
	list = append(list,
		grant{
			role: role, why: "encrypt them with a key of yours",
			actions: []string{"kms:CreateGrant", "kms:DescribeKey"}, on: "that key, through ECR alone",
			when: "`createRepositories` has a `kmsKey` that is an ARN or id", list: templateKey,
			only: `{"StringLike":{"kms:ViaService":"ecr.*.SUFFIX"}}`,
		},
		grant{
			role: role, why: "the same, by an alias", actions: []string{"kms:CreateGrant", "kms:DescribeKey"},
			on: "keys of that alias, through ECR alone", when: "`createRepositories` has a `kmsKey` that is an alias",
			list: templateAlias,
			only: `{"ForAnyValue:StringEquals":{"kms:ResourceAliases":"alias/images"},` +
				`"StringLike":{"kms:ViaService":"ecr.*.SUFFIX"}}`,
		},
		grant{
			role: role, why: "sign receipts", actions: []string{"kms:GetPublicKey", "kms:Sign"}, on: "that key",
			when: "`receiptKey`", list: func(p settings.Props) []string {
				if p.Registries.ReceiptKey == "" {
					return nil
				}
				return []string{p.Registries.ReceiptKey}
			},
		},
		grant{
			role: role, why: "verify by keys of KMS", actions: []string{"kms:GetPublicKey"}, on: "those keys",
			when: "`verifyKeys`, or `verify` names such",
			list: func(p settings.Props) []string { return p.Registries.PolicyKeys() },
		},
		grant{
			role: role, why: "have ECR sign what is pushed", actions: []string{"signer:SignPayload"},
			on: "those profiles", when: "`signingProfiles`",
			list: func(p settings.Props) []string { return p.Registries.SigningProfiles },
		},
	)
	list = append(list, outcomeGrants(role)...)
	return append(list, loginGrants(role)...)
}

func loginGrants(role string) []grant {
	return []grant{
		{
			role: role, why: "read settings that are too long for an environment", actions: []string{"ssm:GetParameter"},
			on: "the stack's parameters of those",
			when: "`assumeRoles`, `allowedSources`, `allowedDestinations`, or for mirror jobs `createRepositories`, " +
				"`signaturePolicy` or `verify` has more than 512 characters", list: longSettings(role),
		},
		{
			role: role, why: "read ECR Public at its full rate",
			actions: []string{"ecr-public:GetAuthorizationToken", "sts:GetServiceBearerToken"},
			on:      "`*`: there is no finer", when: "unless `ecrPublic=anonymous`; never in GovCloud and China",
			list: provided(readsPublic, "*"),
		},
		{
			role: role, why: "read logins", actions: []string{"ssm:GetParameter"}, on: "that parameter",
			when: "`authParameter`", list: parameter,
		},
		{
			role: role, why: "read logins", actions: []string{"secretsmanager:GetSecretValue"}, on: "those secrets",
			when: "`authSecrets`", list: secrets,
		},
		{
			role: role, why: "decrypt logins", actions: []string{"kms:Decrypt"}, on: "those keys", when: "`kmsKeys`",
			list: func(p settings.Props) []string { return p.Registries.Keys },
		},
		{
			role: role, why: "reach other accounts", actions: []string{"sts:AssumeRole"}, on: "those roles",
			when: "`assumeRoles`", list: assumed,
		},
	}
}

func controllerGrants(role string) []grant {
	list := []grant{
		{role: role, why: "read entries", actions: []string{
			"dynamodb:BatchGetItem", "dynamodb:DescribeTable", "dynamodb:Scan",
		}, on: "the table", list: always(entries)},
		{
			role: role, why: "record what became of them", actions: []string{"dynamodb:UpdateItem"}, on: "the table",
			list: always(entries),
		},
		{role: role, why: "keep the ledger", actions: []string{
			"dynamodb:BatchGetItem", "dynamodb:UpdateItem",
		}, on: "the ledger", when: "unless `ledger=off`", list: provided(settings.Props.HasLedger, ledger)},
		{
			role: role, why: "the same, with a key of yours", actions: tableKeyActions,
			on: "that key, through DynamoDB alone", when: "`tableEncryption` is a key's ARN", list: hasTableKey,
			only: throughDynamoDB,
		},
		{
			role: role, why: "compare digests", actions: []string{"ecr:DescribeImages", "ecr:ListImages"},
			on: "`repositories` and `sourceRepositories`", list: readable,
		},
		{
			role: role, why: "read which platforms a source has, where an entry asks for some, and what belongs to images",
			actions: []string{"ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer", "ecr:ListImageReferrers"},
			on:      "`repositories` and `sourceRepositories`", list: readable,
		},
		{
			role: role, why: "list the repositories of a namespace", actions: []string{"ecr:DescribeRepositories"},
			on: "all repositories of the account", list: always("arn:PARTITION:ecr:*:ACCOUNT:repository/*"),
		},
		{
			role: role, why: "submit mirror jobs", actions: []string{"batch:SubmitJob"},
			on: "the mirror jobs' queue and job definition", list: always(submitted("MirrorQueue", "mirror")...),
		},
		{
			role: role, why: "tag them", actions: []string{"batch:TagResource"},
			on: "`arn:PARTITION:batch:REGION:ACCOUNT:job/*`", list: always(local("batch", "job/*")),
		},
		{
			role: role, why: "see what is in flight, and whether the job definition takes options",
			actions: []string{"batch:DescribeJobDefinitions", "batch:DescribeJobs", "batch:ListJobs"},
			on:      "`*`: there is no finer", list: always("*"),
		},
	}
	return append(list, loginGrants(role)...)
}

func functionGrants() []grant {
	const role = "FunctionRole"
	return []grant{
		{
			role: role, why: "write its log", actions: []string{"logs:CreateLogStream", "logs:PutLogEvents"},
			on: "its log group", list: always(local("logs", "log-group:/ecrmirror/push:*")),
		},
		{
			role: role, why: "keep events that failed", actions: []string{"sqs:SendMessage"},
			on: "the dead letters of pushes", list: always("PushDeadLetters"),
		},
		{
			role: role, why: "join the VPC", actions: []string{
				"ec2:AssignPrivateIpAddresses", "ec2:CreateNetworkInterface", "ec2:DeleteNetworkInterface",
				"ec2:DescribeNetworkInterfaces", "ec2:DescribeSubnets", "ec2:UnassignPrivateIpAddresses",
			}, on: "`*`: Lambda asks for it", when: "`network=private`, or an existing one without `publicIp`",
			list: provided(functionInVPC, "*"),
		},
	}
}

func executionGrants(role string) []grant {
	group := strings.TrimSuffix(role, "ExecutionRole") + "Logs"
	return []grant{
		{role: role, why: "pull the service's image", actions: []string{
			"ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer",
		}, on: "its repository", when: "it is in private ECR", list: ofImage},
		{
			role: role, why: "log in for that", actions: []string{"ecr:GetAuthorizationToken"},
			on: "`*`: there is no finer", when: "it is in private ECR", list: ifPrivateImage,
		},
		{
			role: role, why: "write the jobs' logs", actions: []string{"logs:CreateLogStream", "logs:PutLogEvents"},
			on: "their log group", list: always(group),
		},
	}
}
