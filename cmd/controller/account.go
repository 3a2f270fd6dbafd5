package main

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"ecrmirror/internal/awserror"
	"ecrmirror/internal/imagename"
	"ecrmirror/internal/program"
)

// homeRegistry returns the private registry of the account in the configuration's
// region. STS is asked whose the credentials are, unless the account is given.
func homeRegistry(ctx context.Context, cfg aws.Config, account string) (imagename.ECRRegistry, error) {
	if account == "" {
		out, err := sts.NewFromConfig(cfg).GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{})
		if err != nil {
			return imagename.ECRRegistry{}, program.Fail(fmt.Errorf("asking STS for the account: %w", awserror.Plain(err)))
		}
		account = aws.ToString(out.Account)
	}
	return imagename.ECRRegistry{Account: account, Region: cfg.Region, Partition: imagename.Partition(cfg.Region)}, nil
}
