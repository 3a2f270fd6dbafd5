package main

import (
	"testing"

	"ecrmirror/internal/contract"
)

// faultsOfReplies are those of the replies themselves, of callers whom IAM can't judge, and of what settings need in
// a network without a way to the internet.
func faultsOfReplies() []fault {
	noRoutes := replies("ec2:DescribeRouteTables", `<R><routeTableSet/></R>`)
	grant := func(t *testing.T, p *plan, actions ...any) {
		policy := p.of(t, "MirrorRoleDefaultPolicy")["PolicyDocument"].(map[string]any)
		policy["Statement"] = append(policy["Statement"].([]any),
			map[string]any{"Effect": "Allow", "Resource": "*", "Action": actions})
	}
	needs := func(variable, value string) func(*testing.T, *plan) {
		return func(t *testing.T, p *plan) {
			p.existing(false)
			container := p.of(t, "MirrorJob")["ContainerProperties"].(map[string]any)
			container["Environment"] = append(container["Environment"].([]any),
				map[string]any{"Name": variable, "Value": value})
			grant(t, p, "ssm:GetParameter", "secretsmanager:GetSecretValue", "sts:AssumeRole")
			if variable == contract.EnvReceiptKey {
				grant(t, p, "kms:GetPublicKey", "kms:Sign")
			}
		}
	}
	const lacks = "FIX  ways out of subnet-1: it has no way to the internet, and the VPC lacks endpoints for s3, " +
		"dynamodb, ecr.api, ecr.dkr, batch, logs, "
	return []fault{
		{
			name: "logins in SSM, and no endpoint", replies: noRoutes,
			change: needs(contract.EnvAuthParameter, "/mirror/logins"), want: []string{lacks + "ssm: make them"},
		},
		{
			name: "a long setting, which stands in SSM, and no endpoint", replies: noRoutes,
			change: needs(contract.EnvAllowedSources, contract.FromParameter+"Setting"),
			want:   []string{lacks + "ssm: make them"},
		},
		{
			name: "logins in Secrets Manager, and no endpoint", replies: noRoutes,
			change: needs(contract.EnvAuthSecret, "ghcr.io=mirror/ghcr"),
			want:   []string{lacks + "secretsmanager: make them"},
		},
		{
			name: "roles of other accounts, and no endpoint", replies: noRoutes,
			change: needs(contract.EnvAssumeRoles, "444455556666=arn:aws:iam::444455556666:role/mirror"),
			want:   []string{lacks + "sts: make them"},
		},
		{
			name: "a key that signs receipts, and no endpoint", replies: noRoutes,
			change: needs(contract.EnvReceiptKey, "arn:aws:kms:us-east-1:111122223333:key/x"),
			want:   []string{lacks + "kms: make them"},
		},
		{
			name: "keys that entries may verify by, and no endpoint", replies: noRoutes,
			change: func(t *testing.T, p *plan) { p.existing(false); grant(t, p, "kms:GetPublicKey") },
			want:   []string{lacks + "kms: make them"},
		},
		{
			name: "a reply that is none of AWS's", replies: replies("cloudformation:DescribeStacks", `<html`),
			want: []string{
				"?    stack: the endpoint's reply to cloudformation:DescribeStacks (HTTP 200) could not be read: ",
			},
		},
		{
			name: "a reply that is none of EC2's", replies: replies("ec2:DescribeAvailabilityZones", `<html`),
			want: []string{"?    zones: the endpoint's reply to ec2:DescribeAvailabilityZones could not be read: XML"},
		},
		{
			name: "a connection that ends", refuses: refuses("cloudformation:DescribeStacks", noReply),
			change: func(t *testing.T, _ *plan) { t.Setenv("AWS_MAX_ATTEMPTS", "1") },
			want:   []string{"?    stack: could not reach cloudformation:DescribeStacks: EOF"},
		},
		{
			name: "a caller whom IAM does not simulate", replies: replies("sts:GetCallerIdentity",
				`<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:sts::`+number+
					`:federated-user/me</Arn><Account>`+number+
					`</Account></GetCallerIdentityResult></GetCallerIdentityResponse>`),
			want: []string{"?    your rights: IAM does not simulate arn:aws:sts::111122223333:federated-user/me"},
		},
	}
}
