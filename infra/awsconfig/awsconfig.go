// Package awsconfig reads whose credentials are used and where, for the programs that look at an AWS account.
package awsconfig

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"

	"ecrmirror/awsclient"
)

// Load reads the AWS SDK's own environment and files. Where they name no region, it is the given one, which may
// be "". Credentials are not looked for before they are used.
func Load(ctx context.Context, region string) (aws.Config, error) {
	cfg, err := config.LoadDefaultConfig(ctx)
	var missing config.SharedConfigProfileNotExistError
	switch {
	case errors.As(err, &missing):
		return cfg, fmt.Errorf("AWS profile %q does not exist: set AWS_PROFILE to one of those in ~/.aws/config and "+
			"~/.aws/credentials", missing.Profile)
	case err != nil:
		return cfg, fmt.Errorf("reading the AWS configuration: %w", err)
	}
	if cfg.Region == "" {
		cfg.Region = region
	}
	cfg.HTTPClient = awsclient.Of(cfg)
	return cfg, nil
}
