package program

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsconfig "github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/smithy-go/logging"

	"ecrmirror/awsclient"
)

// ErrNoRegion says that AWS is needed, and not where.
var ErrNoRegion = errors.New("no AWS region: set AWS_REGION")

// AWSConfig reads the AWS SDK's own environment and files. A mistake in them is wrong usage.
// Where its credentials can't be had, the error is a [*CredentialsError]. Options are those of the transport by which
// all services are called.
func AWSConfig(ctx context.Context, options ...func(*http.Transport)) (aws.Config, error) {
	// The SDK logs what comes back as errors, too.
	cfg, err := awsconfig.LoadDefaultConfig(ctx, awsconfig.WithLogger(logging.Nop{}))
	var missing awsconfig.SharedConfigProfileNotExistError
	switch {
	case errors.As(err, &missing):
		return cfg, fmt.Errorf("AWS profile %q does not exist: "+
			"set AWS_PROFILE to one of those in ~/.aws/config and ~/.aws/credentials", missing.Profile)
	case err != nil:
		return cfg, fmt.Errorf("loading AWS configuration: %w", err)
	}
	cfg.HTTPClient = awsclient.Of(cfg, options...)
	cfg.Credentials = explained{cfg.Credentials, profileOf(cfg)}
	cfg.APIOptions = append(cfg.APIOptions, plainCredentialsErrors)
	return cfg, nil
}

// NeedAWS returns the same for work that can't do without: the configuration has a region, and credentials are to be
// had. That these are not is a *Failure; other errors are wrong usage.
func NeedAWS(ctx context.Context, options ...func(*http.Transport)) (aws.Config, error) {
	cfg, err := AWSConfig(ctx, options...)
	if err != nil {
		return cfg, err
	}
	if cfg.Region == "" {
		return cfg, ErrNoRegion
	}
	if _, err := cfg.Credentials.Retrieve(ctx); err != nil {
		return cfg, Fail(err)
	}
	return cfg, nil
}
