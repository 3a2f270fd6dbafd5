package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/arn"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"ecrmirror/internal/imagename"
	"ecrmirror/internal/program"
)

// homeRegistry returns the private registry of the account in the configuration's
// region. STS is asked whose the credentials are, unless the account is given.
func homeRegistry(ctx context.Context, cfg aws.Config, account string) (imagename.ECRRegistry, error) {
	if account != "" {
		return imagename.ECRRegistry{Account: account, Region: cfg.Region, Partition: partitionOf(cfg.Region)}, nil
	}
	out, err := sts.NewFromConfig(cfg).GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{})
	if err != nil {
		return imagename.ECRRegistry{}, program.Fail(fmt.Errorf("asking STS for the account: %w", err))
	}
	caller, err := arn.Parse(aws.ToString(out.Arn))
	if err != nil {
		return imagename.ECRRegistry{}, program.Fail(fmt.Errorf("asking STS for the account: %q: %w", aws.ToString(out.Arn), err))
	}
	return imagename.ECRRegistry{Account: aws.ToString(out.Account), Region: cfg.Region, Partition: caller.Partition}, nil
}

// partitionOf returns the partition that a region belongs to by its name, as AWS names regions.
func partitionOf(region string) string {
	for _, p := range []struct{ prefix, name string }{
		{"cn-", "aws-cn"},
		{"us-gov-", "aws-us-gov"},
		{"us-iso-", "aws-iso"},
		{"us-isob-", "aws-iso-b"},
		{"eu-isoe-", "aws-iso-e"},
		{"us-isof-", "aws-iso-f"},
		{"eusc-", "aws-eusc"},
	} {
		if strings.HasPrefix(region, p.prefix) {
			return p.name
		}
	}
	return "aws"
}
