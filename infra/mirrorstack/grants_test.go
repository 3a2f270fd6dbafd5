package mirrorstack_test

import (
	"slices"
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

// repositories are the ARNs of what the settings name.
func repositories(names ...string) []string {
	var list []string
	for _, n := range names {
		if !strings.HasPrefix(n, "arn:") {
			n = "arn:PARTITION:ecr:*:ACCOUNT:repository/" + n
		}
		list = append(list, n)
	}
	slices.Sort(list)
	return slices.Compact(list)
}

func readable(p settings.Props) []string {
	return repositories(append(slices.Clone(p.Registries.Repositories), p.Registries.SourceRepositories...)...)
}

func writable(p settings.Props) []string { return repositories(p.Registries.Repositories...) }

// longSettings are the parameters of what is too long for an environment.
func longSettings(role string) func(p settings.Props) []string {
	return func(p settings.Props) (list []string) {
		add := func(name, text string) {
			if len(text) > 512 {
				list = append(list, local("ssm", "parameter/Setting"+name))
			}
		}
		r := p.Registries
		add("AssumeRoles", strings.Join(r.Roles, ","))
		add("AllowedSources", strings.Join(r.AllowedSources, ","))
		own := len(r.Roles) * len(",ecr:123456789012") // what own comes to
		add("AllowedDestinations", strings.Join(r.AllowedDestinations, ",")+strings.Repeat("x", own))
		if role == "MirrorRole" {
			add("CreateRepositories", r.Template)
			add("SignaturePolicy", r.SignaturePolicy)
		}
		return list
	}
}

func ifTemplateHas(member string) func(settings.Props) []string {
	return func(p settings.Props) []string {
		if p.Registries.Template == "" || !strings.Contains(p.Registries.Template, member) {
			return nil
		}
		return writable(p)
	}
}

func commercial(p settings.Props) bool {
	return !strings.HasPrefix(p.Region, "cn-") && !strings.HasPrefix(p.Region, "us-gov-")
}

func readsPublic(p settings.Props) bool {
	return commercial(p) && p.Registries.Public != settings.PublicAnonymous
}

func writesPublic(p settings.Props) bool {
	return commercial(p) && p.Registries.Public == settings.PublicWrite
}

func createsPublic(p settings.Props) bool { return writesPublic(p) && p.Registries.Template != "" }

func hasTableKey(p settings.Props) []string {
	if strings.HasPrefix(p.Table.Encryption, "arn:") {
		return []string{p.Table.Encryption}
	}
	return nil
}

func secrets(p settings.Props) (list []string) {
	for _, id := range p.Registries.AuthSecrets {
		id = strings.TrimPrefix(id, "ghcr.io=")
		if !strings.HasPrefix(id, "arn:") {
			id = local("secretsmanager", "secret:"+id+"-??????")
		}
		list = append(list, id)
	}
	return list
}

func parameter(p settings.Props) []string {
	if p.Registries.AuthParameter == "" {
		return nil
	}
	return []string{local("ssm", "parameter/"+strings.TrimPrefix(p.Registries.AuthParameter, "/"))}
}

func assumed(p settings.Props) (list []string) {
	for _, spec := range p.Registries.Roles {
		_, arn, _ := strings.Cut(spec, "=")
		arn, _, _ = strings.Cut(arn, "#")
		list = append(list, arn)
	}
	return list
}

// submitted are what the submission of these jobs concerns; of the queue the logical id.
func submitted(queue string, jobs ...string) (list []string) {
	list = append(list, queue)
	for _, job := range jobs {
		list = append(list, local("batch", "job-definition/ecrmirror-"+job), local("batch", "job-definition/ecrmirror-"+job+":*"))
	}
	return list
}

// ofImage is the repository of the service's own image.
func ofImage(p settings.Props) []string {
	switch {
	case p.Image.Name == "":
		repository := local("ecr", "repository/cdk-hnb659fds-container-assets-ACCOUNT-REGION")
		if p.Region != "" { // CDK writes it out
			repository = strings.ReplaceAll(repository, "REGION", p.Region)
		}
		return []string{repository}
	case strings.HasPrefix(p.Image.Name, "111122223333.dkr.ecr."):
		return []string{"arn:PARTITION:ecr:us-east-1:111122223333:repository/ecrmirror"}
	}
	return nil
}

// templateKey is the key by which repositories are created that are encrypted with one of the user's.
func templateKey(p settings.Props) []string {
	const key = "arn:aws:kms:us-east-1:111122223333:key/33333333-2222-3333-4444-555555555555"
	if strings.Contains(p.Registries.Template, key) {
		return []string{key}
	}
	return nil
}

func templateAlias(p settings.Props) []string {
	if strings.Contains(p.Registries.Template, "alias/images") {
		return []string{"arn:PARTITION:kms:*:ACCOUNT:key/*"}
	}
	return nil
}

func ifPrivateImage(p settings.Props) []string {
	if ofImage(p) == nil {
		return nil
	}
	return []string{"*"}
}

func functionInVPC(p settings.Props) bool {
	return p.Network.Kind == settings.NetworkPrivate || p.Network.Kind == settings.NetworkExisting && !p.Network.PublicIP
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
		{role: role, why: "read images", actions: []string{"ecr:BatchGetImage", "ecr:DescribeImages", "ecr:GetDownloadUrlForLayer"}, on: "`repositories` and `sourceRepositories` (default: `arn:PARTITION:ecr:*:ACCOUNT:repository/*`)", list: readable},
		{role: role, why: "write images", actions: []string{"ecr:BatchCheckLayerAvailability", "ecr:CompleteLayerUpload", "ecr:InitiateLayerUpload", "ecr:PutImage", "ecr:UploadLayerPart"}, on: named, list: writable},
		{role: role, why: "create missing repositories", actions: []string{"ecr:CreateRepository"}, on: "`repositories`", when: "`createRepositories`", list: ifTemplateHas("")},
		{role: role, why: "their lifecycle policy", actions: []string{"ecr:PutLifecyclePolicy"}, on: "`repositories`", when: "`createRepositories` has `lifecyclePolicy`", list: ifTemplateHas("lifecyclePolicy")},
		{role: role, why: "their policy", actions: []string{"ecr:SetRepositoryPolicy"}, on: "`repositories`", when: "`createRepositories` has `repositoryPolicy`", list: ifTemplateHas("repositoryPolicy")},
		{role: role, why: "their tags", actions: []string{"ecr:TagResource"}, on: "`repositories`", when: "`createRepositories` has `resourceTags`", list: ifTemplateHas("resourceTags")},
		{role: role, why: "write to ECR Public", actions: []string{"ecr-public:BatchCheckLayerAvailability", "ecr-public:CompleteLayerUpload", "ecr-public:DescribeImages", "ecr-public:InitiateLayerUpload", "ecr-public:PutImage", "ecr-public:UploadLayerPart"}, on: "`arn:PARTITION:ecr-public::ACCOUNT:repository/*`", when: "`ecrPublic=write`", list: provided(writesPublic, public...)},
		{role: role, why: "create repositories there", actions: []string{"ecr-public:CreateRepository"}, on: "the same", when: "`ecrPublic=write` and `createRepositories`", list: provided(createsPublic, public...)},
		{role: role, why: "with tags", actions: []string{"ecr-public:TagResource"}, on: "the same", when: "and that has `resourceTags`", list: provided(func(p settings.Props) bool {
			return createsPublic(p) && strings.Contains(p.Registries.Template, "resourceTags")
		}, public...)},
		{role: role, why: "find the account's aliases there", actions: []string{"ecr-public:DescribeRegistries"}, on: "`*`: there is no finer", when: "`ecrPublic=write` and `createRepositories`", list: provided(createsPublic, "*")},
	}
	list = append(list,
		grant{role: role, why: "encrypt them with a key of yours", actions: []string{"kms:CreateGrant", "kms:DescribeKey"}, on: "that key, through ECR alone", when: "`createRepositories` has a `kmsKey` that is an ARN or id", list: templateKey, only: `{"StringLike":{"kms:ViaService":"ecr.*.SUFFIX"}}`},
		grant{role: role, why: "the same, by an alias", actions: []string{"kms:CreateGrant", "kms:DescribeKey"}, on: "keys of that alias, through ECR alone", when: "`createRepositories` has a `kmsKey` that is an alias", list: templateAlias, only: `{"ForAnyValue:StringEquals":{"kms:ResourceAliases":"alias/images"},"StringLike":{"kms:ViaService":"ecr.*.SUFFIX"}}`},
		grant{role: role, why: "have ECR sign what is pushed", actions: []string{"signer:SignPayload"}, on: "those profiles", when: "`signingProfiles`", list: func(p settings.Props) []string { return p.Registries.SigningProfiles }},
	)
	return append(list, loginGrants(role)...)
}

func loginGrants(role string) []grant {
	return []grant{
		{role: role, why: "read settings that are too long for an environment", actions: []string{"ssm:GetParameter"}, on: "the stack's parameters of those", when: "`assumeRoles`, `allowedSources`, `allowedDestinations`, or for mirror jobs `createRepositories` or `signaturePolicy` has more than 512 characters", list: longSettings(role)},
		{role: role, why: "read ECR Public at its full rate", actions: []string{"ecr-public:GetAuthorizationToken", "sts:GetServiceBearerToken"}, on: "`*`: there is no finer", when: "unless `ecrPublic=anonymous`; never in GovCloud and China", list: provided(readsPublic, "*")},
		{role: role, why: "read logins", actions: []string{"ssm:GetParameter"}, on: "that parameter", when: "`authParameter`", list: parameter},
		{role: role, why: "read logins", actions: []string{"secretsmanager:GetSecretValue"}, on: "those secrets", when: "`authSecrets`", list: secrets},
		{role: role, why: "decrypt logins", actions: []string{"kms:Decrypt"}, on: "those keys", when: "`kmsKeys`", list: func(p settings.Props) []string { return p.Registries.Keys }},
		{role: role, why: "reach other accounts", actions: []string{"sts:AssumeRole"}, on: "those roles", when: "`assumeRoles`", list: assumed},
	}
}

func controllerGrants(role string) []grant {
	list := []grant{
		{role: role, why: "read entries", actions: []string{"dynamodb:BatchGetItem", "dynamodb:DescribeTable", "dynamodb:Scan"}, on: "the table", list: always(entries)},
		{role: role, why: "record what became of them", actions: []string{"dynamodb:UpdateItem"}, on: "the table", list: always(entries)},
		{role: role, why: "the same, with a key of yours", actions: []string{"kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*"}, on: "that key, through DynamoDB alone", when: "`tableEncryption` is a key's ARN", list: hasTableKey, only: `{"StringEquals":{"kms:ViaService":"dynamodb.REGION.SUFFIX"}}`},
		{role: role, why: "compare digests", actions: []string{"ecr:DescribeImages", "ecr:ListImages"}, on: "`repositories` and `sourceRepositories`", list: readable},
		{role: role, why: "submit mirror jobs", actions: []string{"batch:SubmitJob"}, on: "the mirror jobs' queue and job definition", list: always(submitted("MirrorQueue", "mirror")...)},
		{role: role, why: "tag them", actions: []string{"batch:TagResource"}, on: "`arn:PARTITION:batch:REGION:ACCOUNT:job/*`", list: always(local("batch", "job/*"))},
		{role: role, why: "see what is in flight", actions: []string{"batch:DescribeJobs", "batch:ListJobs"}, on: "`*`: there is no finer", list: always("*")},
	}
	return append(list, loginGrants(role)...)
}

func functionGrants() []grant {
	const role = "FunctionRole"
	return []grant{
		{role: role, why: "write its log", actions: []string{"logs:CreateLogStream", "logs:PutLogEvents"}, on: "its log group", list: always(local("logs", "log-group:/ecrmirror/push:*"))},
		{role: role, why: "keep events that failed", actions: []string{"sqs:SendMessage"}, on: "the dead letters of pushes", list: always("PushDeadLetters")},
		{role: role, why: "join the VPC", actions: []string{"ec2:AssignPrivateIpAddresses", "ec2:CreateNetworkInterface", "ec2:DeleteNetworkInterface", "ec2:DescribeNetworkInterfaces", "ec2:DescribeSubnets", "ec2:UnassignPrivateIpAddresses"}, on: "`*`: Lambda asks for it", when: "`network=private`, or an existing one without `publicIp`", list: provided(functionInVPC, "*")},
	}
}

func executionGrants(role string) []grant {
	group := strings.TrimSuffix(role, "ExecutionRole") + "Logs"
	return []grant{
		{role: role, why: "pull the service's image", actions: []string{"ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"}, on: "its repository", when: "it is in private ECR", list: ofImage},
		{role: role, why: "log in for that", actions: []string{"ecr:GetAuthorizationToken"}, on: "`*`: there is no finer", when: "it is in private ECR", list: ifPrivateImage},
		{role: role, why: "write the jobs' logs", actions: []string{"logs:CreateLogStream", "logs:PutLogEvents"}, on: "their log group", list: always(group)},
	}
}
