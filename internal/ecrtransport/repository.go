package ecrtransport

import (
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecr/types"
	"github.com/aws/smithy-go"
	"github.com/opencontainers/go-digest"

	"ecrmirror/internal/imagename"
)

// A repository is where calls go: the repository of an image, and the client for its registry.
type repository struct {
	api  API
	name imagename.Name
}

func (r repository) registryID() *string     { return aws.String(r.name.ECR.Account) }
func (r repository) repositoryName() *string { return aws.String(r.name.Repository) }

// failed says which call err came from.
func (r repository) failed(operation string, err error) error {
	return &callError{operation: operation, name: r.name, err: err}
}

// imageFailed is failed for one image in the answer to a batch.
func (r repository) imageFailed(operation string, f types.ImageFailure) error {
	code, reason := string(f.FailureCode), aws.ToString(f.FailureReason)
	return r.failed(operation, &smithy.GenericAPIError{Code: code, Message: reason})
}

// imageID identifies an image by tag, digest or both, whichever is not "".
func imageID(tag string, digest digest.Digest) types.ImageIdentifier {
	var id types.ImageIdentifier
	if tag != "" {
		id.ImageTag = aws.String(tag)
	}
	if digest != "" {
		id.ImageDigest = aws.String(digest.String())
	}
	return id
}
