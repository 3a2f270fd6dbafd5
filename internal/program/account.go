package program

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"ecrmirror/internal/awserror"
	"ecrmirror/internal/imagename"
)

// HomeRegistry returns the private registry of an account in the configuration's region. Without an account it is that
// of the credentials, which STS is asked for.
func HomeRegistry(ctx context.Context, cfg aws.Config, account string) (imagename.ECRRegistry, error) {
	if account == "" {
		out, err := sts.NewFromConfig(cfg).GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{})
		if err != nil {
			return imagename.ECRRegistry{}, fmt.Errorf("asking STS for the account: %w", awserror.Plain(err))
		}
		account = aws.ToString(out.Account)
	}
	return imagename.ECRRegistry{Account: account, Region: cfg.Region, Partition: imagename.Partition(cfg.Region)}, nil
}
