package mirrorstack

import (
	"fmt"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsecr"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsecrassets"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsecs"
	"github.com/aws/jsii-runtime-go"

	"ecrmirror/infra/settings"
)

// newImage returns the image of the props, or one that deployment builds from the Dockerfile.
func (s *stack) newImage() image {
	if s.props.Image.Name == "" {
		return s.builtImage()
	}
	named, ok := settings.ParseECRImage(s.props.Image.Name)
	if !ok {
		return image{container: awsecs.ContainerImage_FromRegistry(&s.props.Image.Name, nil)}
	}
	repository := awsecr.Repository_FromRepositoryAttributes(s.scope, jsii.String("Repository"),
		&awsecr.RepositoryAttributes{
			RepositoryArn: jsii.String(fmt.Sprintf("arn:%s:ecr:%s:%s:repository/%s",
				*awscdk.Aws_PARTITION(), named.Region, named.Account, named.Repository)),
			RepositoryName: &named.Repository,
		})
	return image{
		container:   awsecs.ContainerImage_FromEcrRepository(repository, &named.TagOrDigest),
		repository:  repository,
		tagOrDigest: named.TagOrDigest,
	}
}

func (s *stack) builtImage() image {
	platform := awsecrassets.Platform_LINUX_ARM64()
	if s.props.Architecture == settings.AMD64 {
		platform = awsecrassets.Platform_LINUX_AMD64()
	}
	asset := awsecrassets.NewDockerImageAsset(s.scope, jsii.String("Image"), &awsecrassets.DockerImageAssetProps{
		Directory: &s.props.Image.Directory,
		Platform:  platform,
		BuildArgs: environment(s.props.Image.BuildArgs),
		// A commit that does not touch the programs makes no new image, and so no new job definitions.
		Invalidation: &awsecrassets.DockerImageAssetInvalidationOptions{BuildArgs: jsii.Bool(false)},
		// What the image is not made of must not make a new one.
		Exclude: texts(
			"**", "!Dockerfile", "!go.mod", "!go.sum", "!awsclient/**", "!cmd/**", "!internal/**",
			"**/*_test.go", "**/testdata",
		),
		IgnoreMode: awscdk.IgnoreMode_DOCKER,
	})
	return image{
		container:   awsecs.ContainerImage_FromDockerImageAsset(asset),
		repository:  asset.Repository(),
		tagOrDigest: *asset.ImageTag(),
	}
}
