package ecr

import (
	"context"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/service/ecrpublic"
	publictypes "github.com/aws/aws-sdk-go-v2/service/ecrpublic/types"
)

// NewPublicAPI returns the SDK's client for ECR Public, for [Options].Public: in us-east-1, with the
// credentials and settings of cfg. Where cfg or the environment (AWS_ENDPOINT_URL,
// AWS_ENDPOINT_URL_ECR_PUBLIC) gives an endpoint, it is used as it is. Calls are attempted as those
// of [NewAPIs] are. The functions change the options last.
func NewPublicAPI(cfg aws.Config, optFns ...func(*ecrpublic.Options)) *ecrpublic.Client {
	ours := func(o *ecrpublic.Options) {
		o.Region = publicRegion
		o.Retryer = newRetryer(cfg.RetryMaxAttempts, retry.DefaultMaxBackoff)
		if o.BaseEndpoint != nil { // see variant
			o.EndpointOptions.UseFIPSEndpoint = aws.FIPSEndpointStateDisabled
			o.EndpointOptions.UseDualStackEndpoint = aws.DualStackEndpointStateDisabled
		}
	}
	return ecrpublic.NewFromConfig(cfg, append([]func(*ecrpublic.Options){ours}, optFns...)...)
}

// createPublic creates a repository in ECR Public, where templates hold little. The API creates in
// the registry of the caller's account only, so the alias has to be that one's.
func (c calls) createPublic(ctx context.Context, api PublicAPI, template *RepositoryTemplate) error {
	if settings := template.privateSettings(); len(settings) > 0 {
		return fmt.Errorf("%w: %s is not created, because ECR Public knows no %s as the template has; to create it: %s",
			ErrRepositoryNotFound, repositoryName(c.name), strings.Join(settings, ", "), createCommand(c.name))
	}
	registries, err := api.DescribeRegistries(ctx, &ecrpublic.DescribeRegistriesInput{})
	if err != nil {
		return fmt.Errorf("creating the missing repository: %w", c.failed("DescribeRegistries", err))
	}
	if alias := *c.registryID(); !hasAlias(registries.Registries, alias) {
		return fmt.Errorf("%w: %s is not created, because %s is not an alias of the caller's registry",
			ErrRepositoryNotFound, repositoryName(c.name), alias)
	}
	in := &ecrpublic.CreateRepositoryInput{RepositoryName: c.repositoryName()}
	for _, tag := range template.ResourceTags {
		in.Tags = append(in.Tags, publictypes.Tag{Key: tag.Key, Value: tag.Value})
	}
	if _, err := api.CreateRepository(ctx, in); err != nil && errorCode(err) != codeRepositoryExists {
		return fmt.Errorf("creating the missing repository: %w", c.failed("CreateRepository", err))
	}
	return nil
}

func hasAlias(registries []publictypes.Registry, alias string) bool {
	for _, registry := range registries {
		for _, a := range registry.Aliases {
			if aws.ToString(a.Name) == alias {
				return true
			}
		}
	}
	return false
}
