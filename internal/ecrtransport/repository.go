package ecrtransport

import (
	"context"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/aws/aws-sdk-go-v2/service/ecr/types"
	"github.com/aws/smithy-go"
	"github.com/opencontainers/go-digest"

	"ecrmirror/internal/imagename"
)

// A repository is where calls go: the repository of an image, and the client for its registry.
type repository struct {
	api    DestinationAPI
	name   imagename.Name
	limits limits
	stall  time.Duration // see Options.Stall
	// creation creates the repository where a call finds it missing; nil means never.
	creation *creation
	writes   bool   // it is a destination
	hint     string // see Options.CreateHint
}

// A privateRepository is one of private ECR, which can be read, listed and created as well.
type privateRepository struct {
	repository
	api   API
	large largeAnswers
}

// repository returns the repository of an image in private ECR.
func (t *Transport) repository(name imagename.Name) (privateRepository, error) {
	if name.Kind == imagename.ECRPublic {
		return privateRepository{}, fmt.Errorf("image name %q: this transport only writes to ECR Public; read it by the docker transport", name)
	}
	if t.opts.Client == nil {
		return privateRepository{}, fmt.Errorf("client for %s: Options.Client is missing", name.Host)
	}
	api, err := t.opts.Client(name.ECR)
	if err != nil {
		return privateRepository{}, fmt.Errorf("client for %s: %w", name.Host, err)
	}
	return privateRepository{repository{api: api, name: name, limits: privateLimits, stall: t.opts.Stall}, api, t.large}, nil
}

// destination returns the repository of an image that is to be written, in private ECR or in ECR
// Public.
func (t *Transport) destination(name imagename.Name) (repository, error) {
	if name.Kind == imagename.ECRPublic {
		if t.opts.Public == nil {
			return repository{}, fmt.Errorf("client for %s: Options.Public is missing", name.Host)
		}
		repo := repository{
			api: publicDestination{t.opts.Public}, name: name, limits: publicLimits, stall: t.opts.Stall, writes: true, hint: t.opts.CreateHint,
		}
		if template := t.opts.CreateRepositories; template != nil {
			repo.creation = t.creations.of(name, func(ctx context.Context) error {
				return repo.createPublic(ctx, t.opts.Public, template)
			})
		}
		return repo, nil
	}
	private, err := t.repository(name)
	if err != nil {
		return repository{}, err
	}
	repo := private.repository
	repo.writes, repo.hint = true, t.opts.CreateHint
	if template := t.opts.CreateRepositories; template != nil {
		repo.creation = t.creations.of(name, func(ctx context.Context) error { return private.create(ctx, template) })
	}
	return repo, nil
}

// registryID is how calls name the registry: by the account, in ECR Public by its alias.
func (r repository) registryID() *string {
	if r.name.Kind == imagename.ECRPublic {
		alias, _ := r.name.SplitAlias()
		return aws.String(alias)
	}
	return aws.String(r.name.ECR.Account)
}

func (r repository) repositoryName() *string {
	if r.name.Kind == imagename.ECRPublic {
		_, name := r.name.SplitAlias()
		return aws.String(name)
	}
	return aws.String(r.name.Repository)
}

// calling makes a call that writes. Where it finds the repository missing, and missing ones are to
// be created, it is made once more after that.
func calling[I, O any](
	ctx context.Context, r repository, operation string,
	do func(context.Context, *I, ...func(*ecr.Options)) (*O, error), in *I,
) (*O, error) {
	seen := r.creation.seen()
	out, err := do(ctx, in)
	if r.creation != nil && errorCode(err) == codeRepositoryNotFound {
		if err := r.creation.after(ctx, seen); err != nil {
			return nil, err
		}
		out, err = do(ctx, in)
	}
	if err != nil {
		return nil, r.failed(operation, err)
	}
	return out, nil
}

// failed says which call err came from.
func (r repository) failed(operation string, err error) error {
	return &callError{operation: operation, name: r.name, err: err, writes: r.writes, createHint: r.hint}
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
