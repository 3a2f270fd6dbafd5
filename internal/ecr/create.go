package ecr

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
)

// create creates the repository by a template. That it exists is no error, for another writer, or a
// call whose reply was lost, may have created it a moment ago; its policies are set all the same.
func (r *Repository) create(ctx context.Context, template *RepositoryTemplate) error {
	_, err := r.private.CreateRepository(ctx, &ecr.CreateRepositoryInput{
		RegistryId: r.registryID(), RepositoryName: r.repositoryName(),
		ImageTagMutability:                 template.ImageTagMutability,
		ImageTagMutabilityExclusionFilters: template.ImageTagMutabilityExclusionFilters,
		EncryptionConfiguration:            template.EncryptionConfiguration,
		ImageScanningConfiguration:         template.ImageScanningConfiguration,
		Tags:                               template.ResourceTags,
	})
	if err != nil && errorCode(err) != codeRepositoryExists {
		return fmt.Errorf("creating the missing repository: %w", r.failed("CreateRepository", err))
	}
	if err := errors.Join(r.setPolicy(ctx, template), r.putLifecycle(ctx, template)); err != nil {
		return &incompleteError{err}
	}
	return nil
}

func (r *Repository) setPolicy(ctx context.Context, template *RepositoryTemplate) error {
	if template.RepositoryPolicy == "" {
		return nil
	}
	_, err := r.private.SetRepositoryPolicy(ctx, &ecr.SetRepositoryPolicyInput{
		RegistryId: r.registryID(), RepositoryName: r.repositoryName(),
		PolicyText: aws.String(template.RepositoryPolicy),
	})
	if err != nil {
		return fmt.Errorf("it lacks the repository policy: %w", r.failed("SetRepositoryPolicy", err))
	}
	return nil
}

func (r *Repository) putLifecycle(ctx context.Context, template *RepositoryTemplate) error {
	if template.LifecyclePolicy == "" {
		return nil
	}
	_, err := r.private.PutLifecyclePolicy(ctx, &ecr.PutLifecyclePolicyInput{
		RegistryId: r.registryID(), RepositoryName: r.repositoryName(),
		LifecyclePolicyText: aws.String(template.LifecyclePolicy),
	})
	if err != nil {
		return fmt.Errorf("it lacks the lifecycle policy: %w", r.failed("PutLifecyclePolicy", err))
	}
	return nil
}

// An incompleteError is an [ErrRepositoryIncomplete] with its cause.
type incompleteError struct{ err error }

func (e *incompleteError) Error() string {
	return ErrRepositoryIncomplete.Error() + ": " + e.err.Error()
}

// Transient returns false, whatever the cause: the repository is there now.
func (e *incompleteError) Transient() bool { return false }

// Unwrap returns both.
func (e *incompleteError) Unwrap() []error { return []error{ErrRepositoryIncomplete, e.err} }
