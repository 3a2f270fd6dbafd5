package main

import (
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/servicequotas"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"ecrmirror/infra/ec2"
	"ecrmirror/infra/preflight/checks"
)

// clients returns what the checks ask, all by the same configuration.
func clients(cfg aws.Config) checks.AWS {
	return checks.AWS{
		STS:       sts.NewFromConfig(cfg),
		Stacks:    cloudformation.NewFromConfig(cfg),
		IAM:       iam.NewFromConfig(cfg),
		Quotas:    servicequotas.NewFromConfig(cfg),
		Parameter: ssm.NewFromConfig(cfg),
		Networks:  ec2.New(cfg),
		Images: func(region string) checks.Images {
			return ecr.NewFromConfig(cfg, func(o *ecr.Options) { o.Region = region })
		},
	}
}
