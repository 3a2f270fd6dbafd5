package ecr

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/aws/aws-sdk-go-v2/service/ecrpublic"
)

// API is the part of Amazon ECR's API that this package calls. [*ecr.Client] implements it.
type API interface {
	DestinationAPI
	BatchDeleteImage(
		context.Context, *ecr.BatchDeleteImageInput, ...func(*ecr.Options),
	) (*ecr.BatchDeleteImageOutput, error)
	BatchGetImage(context.Context, *ecr.BatchGetImageInput, ...func(*ecr.Options)) (*ecr.BatchGetImageOutput, error)
	CreateRepository(
		context.Context, *ecr.CreateRepositoryInput, ...func(*ecr.Options),
	) (*ecr.CreateRepositoryOutput, error)
	DescribeRepositories(
		context.Context, *ecr.DescribeRepositoriesInput, ...func(*ecr.Options),
	) (*ecr.DescribeRepositoriesOutput, error)
	GetDownloadUrlForLayer(
		context.Context, *ecr.GetDownloadUrlForLayerInput, ...func(*ecr.Options),
	) (*ecr.GetDownloadUrlForLayerOutput, error)
	ListImageReferrers(
		context.Context, *ecr.ListImageReferrersInput, ...func(*ecr.Options),
	) (*ecr.ListImageReferrersOutput, error)
	ListImages(context.Context, *ecr.ListImagesInput, ...func(*ecr.Options)) (*ecr.ListImagesOutput, error)
	PutLifecyclePolicy(
		context.Context, *ecr.PutLifecyclePolicyInput, ...func(*ecr.Options),
	) (*ecr.PutLifecyclePolicyOutput, error)
	SetRepositoryPolicy(
		context.Context, *ecr.SetRepositoryPolicyInput, ...func(*ecr.Options),
	) (*ecr.SetRepositoryPolicyOutput, error)
}

// DestinationAPI is the part of [API] that writes images. ECR Public's API has the same operations.
type DestinationAPI interface {
	BatchCheckLayerAvailability(
		context.Context, *ecr.BatchCheckLayerAvailabilityInput, ...func(*ecr.Options),
	) (*ecr.BatchCheckLayerAvailabilityOutput, error)
	CompleteLayerUpload(
		context.Context, *ecr.CompleteLayerUploadInput, ...func(*ecr.Options),
	) (*ecr.CompleteLayerUploadOutput, error)
	DescribeImages(
		context.Context, *ecr.DescribeImagesInput, ...func(*ecr.Options),
	) (*ecr.DescribeImagesOutput, error)
	InitiateLayerUpload(
		context.Context, *ecr.InitiateLayerUploadInput, ...func(*ecr.Options),
	) (*ecr.InitiateLayerUploadOutput, error)
	PutImage(context.Context, *ecr.PutImageInput, ...func(*ecr.Options)) (*ecr.PutImageOutput, error)
	UploadLayerPart(
		context.Context, *ecr.UploadLayerPartInput, ...func(*ecr.Options),
	) (*ecr.UploadLayerPartOutput, error)
}

// PublicAPI is the part of ECR Public's API that this package calls. [*ecrpublic.Client] implements
// it.
type PublicAPI interface {
	BatchCheckLayerAvailability(
		context.Context, *ecrpublic.BatchCheckLayerAvailabilityInput, ...func(*ecrpublic.Options),
	) (*ecrpublic.BatchCheckLayerAvailabilityOutput, error)
	CompleteLayerUpload(
		context.Context, *ecrpublic.CompleteLayerUploadInput, ...func(*ecrpublic.Options),
	) (*ecrpublic.CompleteLayerUploadOutput, error)
	CreateRepository(
		context.Context, *ecrpublic.CreateRepositoryInput, ...func(*ecrpublic.Options),
	) (*ecrpublic.CreateRepositoryOutput, error)
	DescribeImages(
		context.Context, *ecrpublic.DescribeImagesInput, ...func(*ecrpublic.Options),
	) (*ecrpublic.DescribeImagesOutput, error)
	DescribeRegistries(
		context.Context, *ecrpublic.DescribeRegistriesInput, ...func(*ecrpublic.Options),
	) (*ecrpublic.DescribeRegistriesOutput, error)
	GetAuthorizationToken(
		context.Context, *ecrpublic.GetAuthorizationTokenInput, ...func(*ecrpublic.Options),
	) (*ecrpublic.GetAuthorizationTokenOutput, error)
	InitiateLayerUpload(
		context.Context, *ecrpublic.InitiateLayerUploadInput, ...func(*ecrpublic.Options),
	) (*ecrpublic.InitiateLayerUploadOutput, error)
	PutImage(
		context.Context, *ecrpublic.PutImageInput, ...func(*ecrpublic.Options),
	) (*ecrpublic.PutImageOutput, error)
	UploadLayerPart(
		context.Context, *ecrpublic.UploadLayerPartInput, ...func(*ecrpublic.Options),
	) (*ecrpublic.UploadLayerPartOutput, error)
}

var (
	_ API       = (*ecr.Client)(nil)
	_ PublicAPI = (*ecrpublic.Client)(nil)
)

// publicRegion is where ECR Public's API is, wherever its images are read.
const publicRegion = "us-east-1"
