package ecr

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecr"

	"ecrmirror/internal/imagename"
	"ecrmirror/internal/listed"
)

// Repositories returns the repositories of a registry of private ECR below a path, which has no slash at its end; below
// "" are all. ECR lists a registry's repositories as a whole, so that it takes a call of DescribeRepositories for each
// 1,000 that there are, and permission for all of them.
func (c *Client) Repositories(
	ctx context.Context, registry imagename.ECRRegistry, path string,
) (listed.Repositories, error) {
	host := registry.Host()
	if c.opts.API == nil {
		return listed.Repositories{}, fmt.Errorf("client for %s: Options.API is missing", host)
	}
	api, err := c.opts.API(registry)
	if err != nil {
		return listed.Repositories{}, fmt.Errorf("client for %s: %w", host, err)
	}
	names := listed.Below(path)
	err = pages(mostPages, func(token *string) (next *string, err error) {
		out, err := api.DescribeRepositories(ctx, &ecr.DescribeRepositoriesInput{
			RegistryId: aws.String(registry.Account), NextToken: token, MaxResults: aws.Int32(pageSize),
		})
		if err != nil {
			return nil, err
		}
		if out.Repositories == nil {
			return nil, errNoList
		}
		for _, repository := range out.Repositories {
			if err := names.Add(aws.ToString(repository.RepositoryName)); err != nil {
				return nil, err
			}
		}
		return out.NextToken, nil
	})
	if err != nil {
		name := imagename.Name{Kind: imagename.ECR, ECR: registry, Host: host, Repository: path}
		return listed.Repositories{}, calls{name: name}.failed("DescribeRepositories", err)
	}
	return names.Repositories(), nil
}
