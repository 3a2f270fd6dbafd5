package ecr

import (
	"context"
	"errors"

	"github.com/aws/aws-sdk-go-v2/service/ecr"
	ecrtypes "github.com/aws/aws-sdk-go-v2/service/ecr/types"
	"github.com/aws/aws-sdk-go-v2/service/ecrpublic"
	publictypes "github.com/aws/aws-sdk-go-v2/service/ecrpublic/types"
)

// publicDestination is ECR Public's API as the one of private ECR, so that images are written to
// both by the same code. The operations are the same; RegistryId is an alias. Of the functions that
// change options only what they add to APIOptions arrives.
type publicDestination struct{ api PublicAPI }

var _ DestinationAPI = publicDestination{}

// options carries over what the functions do to the way a call is made.
func (publicDestination) options(optFns []func(*ecr.Options)) func(*ecrpublic.Options) {
	var o ecr.Options
	for _, f := range optFns {
		f(&o)
	}
	return func(public *ecrpublic.Options) { public.APIOptions = append(public.APIOptions, o.APIOptions...) }
}

func (p publicDestination) BatchCheckLayerAvailability(
	ctx context.Context, in *ecr.BatchCheckLayerAvailabilityInput, optFns ...func(*ecr.Options),
) (*ecr.BatchCheckLayerAvailabilityOutput, error) {
	out, err := p.api.BatchCheckLayerAvailability(ctx, &ecrpublic.BatchCheckLayerAvailabilityInput{
		RegistryId: in.RegistryId, RepositoryName: in.RepositoryName, LayerDigests: in.LayerDigests,
	}, p.options(optFns))
	if err != nil {
		return nil, err
	}
	converted := &ecr.BatchCheckLayerAvailabilityOutput{ResultMetadata: out.ResultMetadata}
	for _, layer := range out.Layers {
		converted.Layers = append(converted.Layers, ecrtypes.Layer{
			LayerAvailability: ecrtypes.LayerAvailability(layer.LayerAvailability),
			LayerDigest:       layer.LayerDigest, LayerSize: layer.LayerSize, MediaType: layer.MediaType,
		})
	}
	for _, f := range out.Failures {
		converted.Failures = append(converted.Failures, ecrtypes.LayerFailure{
			FailureCode: ecrtypes.LayerFailureCode(f.FailureCode), FailureReason: f.FailureReason,
			LayerDigest: f.LayerDigest,
		})
	}
	return converted, nil
}

func (p publicDestination) InitiateLayerUpload(
	ctx context.Context, in *ecr.InitiateLayerUploadInput, optFns ...func(*ecr.Options),
) (*ecr.InitiateLayerUploadOutput, error) {
	out, err := p.api.InitiateLayerUpload(ctx, &ecrpublic.InitiateLayerUploadInput{
		RegistryId: in.RegistryId, RepositoryName: in.RepositoryName,
	}, p.options(optFns))
	if err != nil {
		return nil, err
	}
	return &ecr.InitiateLayerUploadOutput{
		PartSize:       out.PartSize,
		UploadId:       out.UploadId,
		ResultMetadata: out.ResultMetadata,
	}, nil
}

func (p publicDestination) UploadLayerPart(
	ctx context.Context, in *ecr.UploadLayerPartInput, optFns ...func(*ecr.Options),
) (*ecr.UploadLayerPartOutput, error) {
	out, err := p.api.UploadLayerPart(ctx, &ecrpublic.UploadLayerPartInput{
		RegistryId: in.RegistryId, RepositoryName: in.RepositoryName, UploadId: in.UploadId,
		PartFirstByte: in.PartFirstByte, PartLastByte: in.PartLastByte, LayerPartBlob: in.LayerPartBlob,
	}, p.options(optFns))
	var invalid *publictypes.InvalidLayerPartException
	switch {
	case errors.As(err, &invalid):
		return nil, invalidPart{err, &ecrtypes.InvalidLayerPartException{
			Message: invalid.Message, RegistryId: invalid.RegistryId, RepositoryName: invalid.RepositoryName,
			UploadId: invalid.UploadId, LastValidByteReceived: invalid.LastValidByteReceived,
		}}
	case err != nil:
		return nil, err
	}
	return &ecr.UploadLayerPartOutput{
		RegistryId: out.RegistryId, RepositoryName: out.RepositoryName, UploadId: out.UploadId,
		LastByteReceived: out.LastByteReceived, ResultMetadata: out.ResultMetadata,
	}, nil
}

// invalidPart is ECR Public's exception, and the same as one of private ECR's. It is the only one
// with more to it than its code.
type invalidPart struct {
	error
	private *ecrtypes.InvalidLayerPartException
}

// Unwrap returns both.
func (e invalidPart) Unwrap() []error { return []error{e.error, e.private} }

func (p publicDestination) CompleteLayerUpload(
	ctx context.Context, in *ecr.CompleteLayerUploadInput, optFns ...func(*ecr.Options),
) (*ecr.CompleteLayerUploadOutput, error) {
	out, err := p.api.CompleteLayerUpload(ctx, &ecrpublic.CompleteLayerUploadInput{
		RegistryId: in.RegistryId, RepositoryName: in.RepositoryName, UploadId: in.UploadId,
		LayerDigests: in.LayerDigests,
	}, p.options(optFns))
	if err != nil {
		return nil, err
	}
	return &ecr.CompleteLayerUploadOutput{
		RegistryId: out.RegistryId, RepositoryName: out.RepositoryName, UploadId: out.UploadId,
		LayerDigest: out.LayerDigest, ResultMetadata: out.ResultMetadata,
	}, nil
}

func (p publicDestination) PutImage(
	ctx context.Context, in *ecr.PutImageInput, optFns ...func(*ecr.Options),
) (*ecr.PutImageOutput, error) {
	out, err := p.api.PutImage(ctx, &ecrpublic.PutImageInput{
		RegistryId: in.RegistryId, RepositoryName: in.RepositoryName, ImageManifest: in.ImageManifest,
		ImageManifestMediaType: in.ImageManifestMediaType, ImageTag: in.ImageTag, ImageDigest: in.ImageDigest,
	}, p.options(optFns))
	if err != nil {
		return nil, err
	}
	converted := &ecr.PutImageOutput{ResultMetadata: out.ResultMetadata}
	if image := out.Image; image != nil {
		converted.Image = &ecrtypes.Image{
			ImageManifest: image.ImageManifest, ImageManifestMediaType: image.ImageManifestMediaType,
			RegistryId: image.RegistryId, RepositoryName: image.RepositoryName,
		}
		if id := image.ImageId; id != nil {
			converted.Image.ImageId = &ecrtypes.ImageIdentifier{ImageDigest: id.ImageDigest, ImageTag: id.ImageTag}
		}
	}
	return converted, nil
}

// DescribeImages asks the registry of the caller's account, for this operation takes no alias.
func (p publicDestination) DescribeImages(
	ctx context.Context, in *ecr.DescribeImagesInput, optFns ...func(*ecr.Options),
) (*ecr.DescribeImagesOutput, error) {
	asked := &ecrpublic.DescribeImagesInput{
		RepositoryName: in.RepositoryName, MaxResults: in.MaxResults, NextToken: in.NextToken,
	}
	for _, id := range in.ImageIds {
		asked.ImageIds = append(
			asked.ImageIds,
			publictypes.ImageIdentifier{ImageDigest: id.ImageDigest, ImageTag: id.ImageTag},
		)
	}
	out, err := p.api.DescribeImages(ctx, asked, p.options(optFns))
	if err != nil {
		return nil, err
	}
	converted := &ecr.DescribeImagesOutput{NextToken: out.NextToken, ResultMetadata: out.ResultMetadata}
	for _, d := range out.ImageDetails {
		converted.ImageDetails = append(converted.ImageDetails, ecrtypes.ImageDetail{
			ArtifactMediaType: d.ArtifactMediaType, ImageDigest: d.ImageDigest,
			ImageManifestMediaType: d.ImageManifestMediaType,
			ImagePushedAt:          d.ImagePushedAt, ImageSizeInBytes: d.ImageSizeInBytes, ImageTags: d.ImageTags,
			RegistryId: d.RegistryId, RepositoryName: d.RepositoryName,
		})
	}
	return converted, nil
}
