package mirrorstack

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsbatch"

	"ecrmirror/infra/settings"
	"ecrmirror/internal/credentials"
	"ecrmirror/internal/images"
)

// mirrorPermissions are what a mirror job calls.
func (s *stack) mirrorPermissions() []permission {
	r := s.props.Registries
	written := s.repositories(r.Repositories)
	permissions := []permission{
		{
			sid: "ReadImages", resources: s.readRepositories(),
			actions: []string{
				"ecr:BatchGetImage", "ecr:DescribeImages", "ecr:GetDownloadUrlForLayer", "ecr:ListImageReferrers",
			},
		},
		{
			sid: "WriteImages", resources: written,
			actions: []string{
				"ecr:BatchCheckLayerAvailability", "ecr:CompleteLayerUpload", "ecr:InitiateLayerUpload",
				"ecr:PutImage", "ecr:UploadLayerPart",
			},
		},
	}
	if actions := creationActions(r.Template); len(actions) > 0 {
		permissions = append(permissions, permission{sid: "CreateRepositories", resources: written, actions: actions})
		permissions = append(permissions, s.encryptionPermissions()...)
	}
	if len(r.SigningProfiles) > 0 {
		// ECR signs as the one who pushes: https://docs.aws.amazon.com/AmazonECR/latest/userguide/managed-signing.html
		permissions = append(permissions, permission{
			sid: "SignImages", resources: r.SigningProfiles, actions: []string{"signer:SignPayload"},
		})
	}
	if r.ReceiptKey != "" {
		permissions = append(permissions, permission{
			sid: "SignReceipts", resources: []string{r.ReceiptKey}, actions: []string{"kms:GetPublicKey", "kms:Sign"},
		})
	}
	if keys := r.PolicyKeys(); len(keys) > 0 {
		permissions = append(permissions, permission{
			sid: "ReadVerifyKeys", resources: keys, actions: []string{"kms:GetPublicKey"},
		})
	}
	permissions = append(permissions, s.publicPermissions()...)
	permissions = append(permissions, s.outcomePermissions()...)
	permissions = append(permissions, s.documentPermissions(mirrorDocuments...)...)
	return append(permissions, s.loginPermissions()...)
}

// controllerPermissions are what the controller calls, as a job and as a function.
func (s *stack) controllerPermissions(q queues, mirrorJob string) []permission {
	permissions := []permission{
		{
			sid: "ReadEntries", resources: []string{*s.table.TableArn()},
			actions: []string{"dynamodb:BatchGetItem", "dynamodb:DescribeTable", "dynamodb:Scan"},
		},
		{sid: "RecordStatus", resources: []string{*s.table.TableArn()}, actions: []string{"dynamodb:UpdateItem"}},
		{
			// Digests are compared. Of sources of which an entry asks for some platforms the index is read, or the
			// configuration. Of images that destinations hold, manifests are read, and what belongs to them is listed.
			sid: "CompareImages", resources: s.readRepositories(),
			actions: []string{
				"ecr:BatchGetImage", "ecr:DescribeImages", "ecr:GetDownloadUrlForLayer", "ecr:ListImageReferrers",
				"ecr:ListImages",
			},
		},
		// All repositories of a registry: one that is asked which it has names none (Service Authorization Reference,
		// Amazon ECR).
		{
			sid: "ListRepositories", resources: s.repositories([]string{"*"}),
			actions: []string{"ecr:DescribeRepositories"},
		},
		{sid: "SubmitJobs", actions: []string{"batch:SubmitJob"}, resources: s.jobResources(q.mirror, mirrorJob)},
		{sid: "TagJobs", actions: []string{"batch:TagResource"}, resources: []string{s.arn("batch", "job/*")}},
		// Batch knows no resources for these three (Service Authorization Reference, AWS Batch).
		{
			sid: "FindJobs", resources: []string{"*"},
			actions: []string{"batch:DescribeJobDefinitions", "batch:DescribeJobs", "batch:ListJobs"},
		},
	}
	permissions = append(permissions, s.ledgerPermissions()...)
	permissions = append(permissions, s.keyPermissions("UseKeyOfTable")...)
	if s.props.PublicAccess() != settings.PublicAnonymous {
		permissions = append(permissions, publicToken())
	}
	permissions = append(permissions, s.documentPermissions(commonDocuments...)...)
	return append(permissions, s.loginPermissions()...)
}

// tableActions are what the controller does to the table.
func tableActions() []string {
	return []string{"dynamodb:BatchGetItem", "dynamodb:DescribeTable", "dynamodb:Scan", "dynamodb:UpdateItem"}
}

// jobResources are what a submission concerns: the queue, and the definition in whatever
// revision is in force.
func (s *stack) jobResources(queue awsbatch.JobQueue, names ...string) []string {
	list := []string{*queue.JobQueueArn()}
	for _, name := range names {
		list = append(list, s.arn("batch", "job-definition/"+name), s.arn("batch", "job-definition/"+name+":*"))
	}
	return list
}

// creationActions are what it takes to create a repository by the template.
func creationActions(template string) []string {
	if template == "" {
		return nil
	}
	var members map[string]any
	if err := json.Unmarshal([]byte(template), &members); err != nil {
		return nil // Validate has said so
	}
	actions := []string{"ecr:CreateRepository"}
	for _, needs := range []struct{ member, action string }{
		{"lifecyclePolicy", "ecr:PutLifecyclePolicy"},
		{"repositoryPolicy", "ecr:SetRepositoryPolicy"},
		{"resourceTags", "ecr:TagResource"},
	} {
		if _, ok := members[needs.member]; ok {
			actions = append(actions, needs.action)
		}
	}
	return actions
}

// encryptionPermissions are what it takes to create a repository that is encrypted with a key of the user's: ECR
// asks for them as the one who creates it. An alias stands for a key in each region, which IAM knows by the
// condition alone. https://docs.aws.amazon.com/AmazonECR/latest/userguide/encryption-at-rest.html
func (s *stack) encryptionPermissions() []permission {
	template, err := images.ParseRepositoryTemplate([]byte(s.props.Registries.Template))
	if err != nil || template.EncryptionConfiguration == nil || template.EncryptionConfiguration.KmsKey == nil {
		return nil // none, or AWS's own key for ECR
	}
	through := conditions{}.with("StringLike", "kms:ViaService", "ecr.*."+*awscdk.Aws_URL_SUFFIX())
	key := *template.EncryptionConfiguration.KmsKey
	name := key[strings.LastIndex(key, ":")+1:] // of an ARN: key/ID or alias/NAME
	switch {
	case strings.HasPrefix(name, "alias/"):
		through.with("ForAnyValue:StringEquals", "kms:ResourceAliases", name)
		key = fmt.Sprintf("arn:%s:kms:*:%s:key/*", *awscdk.Aws_PARTITION(), *awscdk.Aws_ACCOUNT_ID())
	case !strings.HasPrefix(key, "arn:"):
		key = fmt.Sprintf("arn:%s:kms:*:%s:key/%s", *awscdk.Aws_PARTITION(), *awscdk.Aws_ACCOUNT_ID(),
			strings.TrimPrefix(key, "key/"))
	}
	return []permission{{
		sid: "EncryptRepositories", resources: []string{key},
		actions: []string{"kms:CreateGrant", "kms:DescribeKey"}, when: through,
	}}
}

// publicPermissions are those for ECR Public. Its tokens are no resources.
func (s *stack) publicPermissions() []permission {
	access := s.props.PublicAccess()
	if access == settings.PublicAnonymous {
		return nil
	}
	permissions := []permission{publicToken()}
	if access != settings.PublicWrite {
		return permissions
	}
	all := fmt.Sprintf("arn:%s:ecr-public::%s:repository/*", *awscdk.Aws_PARTITION(), *awscdk.Aws_ACCOUNT_ID())
	permissions = append(permissions, permission{
		sid: "WritePublicImages", resources: []string{all},
		actions: []string{
			"ecr-public:BatchCheckLayerAvailability", "ecr-public:CompleteLayerUpload", "ecr-public:DescribeImages",
			"ecr-public:InitiateLayerUpload", "ecr-public:PutImage", "ecr-public:UploadLayerPart",
		},
	})
	if actions := creationActions(s.props.Registries.Template); len(actions) > 0 {
		create := []string{"ecr-public:CreateRepository"}
		if slices.Contains(actions, "ecr:TagResource") {
			create = append(create, "ecr-public:TagResource")
		}
		permissions = append(permissions,
			permission{sid: "CreatePublicRepositories", resources: []string{all}, actions: create},
			permission{
				sid: "FindPublicRegistry", resources: []string{"*"}, actions: []string{"ecr-public:DescribeRegistries"},
			})
	}
	return permissions
}

func publicToken() permission {
	return permission{
		sid: "ReadPublicImages", resources: []string{"*"},
		actions: []string{"ecr-public:GetAuthorizationToken", "sts:GetServiceBearerToken"},
	}
}

// loginPermissions are those to read logins and to assume roles.
func (s *stack) loginPermissions() []permission {
	r := s.props.Registries
	var permissions []permission
	add := func(sid, action string, resources []string) {
		if len(resources) > 0 {
			permissions = append(permissions, permission{sid: sid, actions: []string{action}, resources: resources})
		}
	}
	if r.AuthParameter != "" {
		add("ReadLoginParameter", "ssm:GetParameter", []string{s.parameterARN(r.AuthParameter)})
	}
	var secrets, roles []string
	for _, id := range r.AuthSecrets {
		secrets = append(secrets, s.secretARN(id))
	}
	for _, spec := range r.Roles {
		_, arn, _ := strings.Cut(spec, "=")
		arn, _, _ = strings.Cut(arn, "#")
		if !slices.Contains(roles, arn) {
			roles = append(roles, arn)
		}
	}
	add("ReadLoginSecrets", "secretsmanager:GetSecretValue", secrets)
	add("DecryptLogins", "kms:Decrypt", r.Keys)
	add("AssumeRoles", "sts:AssumeRole", roles)
	return permissions
}

// parameterARN takes names with and without the slash that begins a path, and ARNs, and leaves out what
// follows either: the version.
func (s *stack) parameterARN(name string) string {
	if strings.HasPrefix(name, "arn:") {
		fields := strings.Split(name, ":") // arn:PARTITION:ssm:REGION:ACCOUNT:parameter/NAME[:VERSION]
		return strings.Join(fields[:min(6, len(fields))], ":")
	}
	name, _, _ = strings.Cut(name, ":")
	return s.arn("ssm", "parameter/"+strings.TrimPrefix(name, "/"))
}

// secretARN returns the ARN of a secret. That of a name ends with six characters that
// Secrets Manager chooses.
func (s *stack) secretARN(id string) string {
	id = credentials.SecretID(id)
	if strings.HasPrefix(id, "arn:") {
		return id
	}
	return s.arn("secretsmanager", "secret:"+id+"-??????")
}

// readRepositories are those that are written, which are compared, and the sources.
func (s *stack) readRepositories() []string {
	list := s.repositories(slices.Concat(s.props.Registries.Repositories, s.props.Registries.SourceRepositories))
	slices.Sort(list)
	return slices.Compact(list)
}

// repositories returns ARNs. A name is one of this account's, in all regions.
func (s *stack) repositories(names []string) []string {
	var list []string
	for _, name := range names {
		if !strings.HasPrefix(name, "arn:") {
			name = fmt.Sprintf("arn:%s:ecr:*:%s:repository/%s", *awscdk.Aws_PARTITION(), *awscdk.Aws_ACCOUNT_ID(), name)
		}
		list = append(list, name)
	}
	return list
}
