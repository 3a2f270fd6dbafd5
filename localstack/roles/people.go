package roles

import (
	"encoding/json"

	"ecrmirror/localstack/identity"
)

const (
	ledgerTable      = "arn:${Partition}:dynamodb:${Region}:${Account}:table/${Ledger}"
	entriesTable     = "arn:${Partition}:dynamodb:${Region}:${Account}:table/${Entries}"
	ownRepositories  = "arn:${Partition}:ecr:*:${Account}:repository/*"
	mirrorQueue      = "arn:${Partition}:batch:${Region}:${Account}:job-queue/${MirrorQueue}"
	mirrorDefinition = "arn:${Partition}:batch:${Region}:${Account}:job-definition/${MirrorJob}"
)

// people are those of the document: each needs this and nothing else.
var people = []struct {
	name       string
	statements []statement
}{
	{
		"Viewer",
		[]statement{
			{[]string{"dynamodb:DescribeTable"}, []string{entriesTable}},
			{[]string{"dynamodb:Scan", "dynamodb:Query"}, []string{entriesTable, ledgerTable}},
			{[]string{"dynamodb:BatchGetItem"}, []string{ledgerTable}},
		},
	},
	{
		"Editor",
		[]statement{{[]string{
			"dynamodb:Scan", "dynamodb:Query", "dynamodb:DescribeTable", "dynamodb:UpdateItem",
			"dynamodb:DeleteItem",
		}, []string{entriesTable}}},
	},
	{"Planner", []statement{
		{[]string{"dynamodb:Scan", "dynamodb:DescribeTable"}, []string{entriesTable}},
		{[]string{"dynamodb:BatchGetItem"}, []string{entriesTable, ledgerTable}},
		{[]string{
			"ecr:BatchGetImage", "ecr:DescribeImages", "ecr:DescribeRepositories", "ecr:GetDownloadUrlForLayer",
			"ecr:ListImageReferrers",
			"ecr:ListImages",
		}, []string{ownRepositories}},
		{[]string{"ssm:GetParameter"}, []string{"arn:${Partition}:ssm:${Region}:${Account}:parameter/mirror/*"}},
		{
			[]string{"secretsmanager:GetSecretValue"},
			[]string{"arn:${Partition}:secretsmanager:${Region}:${Account}:secret:mirror/*"},
		},
		{[]string{"sts:AssumeRole"}, []string{"arn:${Partition}:iam::*:role/mirror"}},
		{[]string{"ecr-public:GetAuthorizationToken", "sts:GetServiceBearerToken"}, []string{"*"}},
	}},
	{
		"Historian",
		[]statement{{[]string{"dynamodb:Scan", "dynamodb:Query", "dynamodb:BatchGetItem"}, []string{ledgerTable}}},
	},
	{
		"Keeper",
		[]statement{
			{[]string{"dynamodb:DescribeTable", "dynamodb:UpdateItem"}, []string{entriesTable}},
			{[]string{"dynamodb:Scan", "dynamodb:BatchGetItem", "dynamodb:UpdateItem"}, []string{ledgerTable}},
		},
	},
	{
		"Submitter",
		[]statement{{[]string{"batch:SubmitJob"}, []string{mirrorQueue, mirrorDefinition, mirrorDefinition + ":*"}}},
	},
	{"Syncer", []statement{
		{[]string{
			"ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:CompleteLayerUpload", "ecr:CreateRepository",
			"ecr:DescribeImages", "ecr:DescribeRepositories", "ecr:GetDownloadUrlForLayer", "ecr:InitiateLayerUpload",
			"ecr:ListImageReferrers", "ecr:ListImages", "ecr:PutImage", "ecr:PutLifecyclePolicy",
			"ecr:SetRepositoryPolicy", "ecr:TagResource", "ecr:UploadLayerPart",
		}, []string{ownRepositories}},
		{[]string{
			"ecr-public:BatchCheckLayerAvailability", "ecr-public:CompleteLayerUpload", "ecr-public:CreateRepository",
			"ecr-public:DescribeImages", "ecr-public:InitiateLayerUpload", "ecr-public:PutImage",
			"ecr-public:TagResource", "ecr-public:UploadLayerPart",
		}, []string{"arn:${Partition}:ecr-public::${Account}:repository/*"}},
		{
			[]string{
				"ecr-public:DescribeRegistries", "ecr-public:GetAuthorizationToken", "sts:GetServiceBearerToken",
			},
			[]string{"*"},
		},
		{[]string{"ssm:GetParameter"}, []string{"arn:${Partition}:ssm:${Region}:${Account}:parameter/mirror/*"}},
		{
			[]string{"secretsmanager:GetSecretValue"},
			[]string{"arn:${Partition}:secretsmanager:${Region}:${Account}:secret:mirror/*"},
		},
		{[]string{"sts:AssumeRole"}, []string{"arn:${Partition}:iam::*:role/mirror"}},
		{
			[]string{"kms:GetPublicKey", "kms:Sign"},
			[]string{"arn:${Partition}:kms:${Region}:${Account}:key/${ReceiptKey}"},
		},
	}},
}

// signedIn is the trust policy of people's roles.
const signedIn = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"sso.amazonaws.com"},` +
	`"Action":"sts:AssumeRole"}]}`

type statement struct{ actions, on []string }

// People returns roles with what docs/security.md says that people need, who look
// (Viewer), change entries (Editor), plan (Planner), look into the ledger (Historian), adopt, save or fill it
// (Keeper), submit mirror jobs (Submitter), and mirror files (Syncer).
func (d Deployment) People() ([]identity.Role, error) {
	var list []identity.Role
	for _, p := range people {
		var statements []map[string]any
		for _, s := range p.statements {
			statements = append(statements, map[string]any{"Effect": "Allow", "Action": s.actions, "Resource": s.on})
		}
		document, err := json.Marshal(map[string]any{"Version": "2012-10-17", "Statement": statements})
		if err != nil {
			return nil, err
		}
		list = append(list, identity.Role{
			ARN: d.ARN(p.name), Trust: signedIn, Policies: map[string]string{"WhatPeopleNeed": d.fill(document)},
		})
	}
	return list, nil
}
