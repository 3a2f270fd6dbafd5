package ecr

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/aws/aws-sdk-go-v2/service/ecr/types"
	"github.com/aws/smithy-go"
	"github.com/opencontainers/go-digest"

	"ecrmirror/internal/imagename"
)

// calls is where calls go: a repository, and the SDK's client for its registry.
type calls struct {
	api  DestinationAPI
	name imagename.Name
	// creation creates the repository where a call finds it missing; nil means never.
	creation *creation
	writes   bool   // it is a destination
	hint     string // see Options.CreateHint
}

// registryID is how calls name the registry: by the account, in ECR Public by its alias.
func (c calls) registryID() *string {
	if c.name.Kind == imagename.ECRPublic {
		alias, _ := c.name.SplitAlias()
		return aws.String(alias)
	}
	return aws.String(c.name.ECR.Account)
}

func (c calls) repositoryName() *string {
	if c.name.Kind == imagename.ECRPublic {
		_, name := c.name.SplitAlias()
		return aws.String(name)
	}
	return aws.String(c.name.Repository)
}

// calling makes a call that writes. Where it finds the repository missing, and missing ones are to
// be created, it is made once more after that.
func calling[I, O any](
	ctx context.Context, c calls, operation string,
	do func(context.Context, *I, ...func(*ecr.Options)) (*O, error), in *I,
) (*O, error) {
	seen := c.creation.seen()
	out, err := do(ctx, in)
	if c.creation != nil && errorCode(err) == codeRepositoryNotFound {
		if err := c.creation.after(ctx, seen); err != nil {
			return nil, err
		}
		out, err = do(ctx, in)
	}
	if err != nil {
		return nil, c.failed(operation, err)
	}
	return out, nil
}

// failed says which call err came from.
func (c calls) failed(operation string, err error) error {
	return &callError{operation: operation, name: c.name, err: err, writes: c.writes, createHint: c.hint}
}

// imageFailed is failed for one image in the answer to a batch.
func (c calls) imageFailed(operation string, f types.ImageFailure) error {
	code, reason := string(f.FailureCode), aws.ToString(f.FailureReason)
	return c.failed(operation, &smithy.GenericAPIError{Code: code, Message: reason})
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
