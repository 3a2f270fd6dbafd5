package ecr

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecr"

	"ecrmirror/internal/imagename"
)

// creations lets a client create each missing repository once at a time. The zero value is
// ready.
type creations struct {
	turns turns[string] // by place

	mu   sync.Mutex
	done map[string]int // by place: how often it was created
}

// A creation creates one repository where it turns out to be missing.
type creation struct {
	all    *creations
	place  string
	create func(context.Context) error
}

func (c *creations) of(name imagename.Name, create func(context.Context) error) *creation {
	return &creation{all: c, place: name.Place(), create: create}
}

// seen returns how often the repository has been created so far. It is asked before the call that
// may find it missing.
func (c *creation) seen() int {
	if c == nil {
		return 0
	}
	c.all.mu.Lock()
	defer c.all.mu.Unlock()
	return c.all.done[c.place]
}

// after creates the repository, unless that was done since it had been done seen times: then what
// the caller found is out of date.
func (c *creation) after(ctx context.Context, seen int) error {
	end, err := c.all.turns.take(ctx, c.place)
	if err != nil {
		return err
	}
	defer end()
	if c.seen() != seen {
		return nil
	}
	if err := c.create(ctx); err != nil {
		return err
	}
	c.all.mu.Lock()
	defer c.all.mu.Unlock()
	if c.all.done == nil {
		c.all.done = map[string]int{}
	}
	c.all.done[c.place]++
	return nil
}

// create creates the repository by a template. That it exists is no error, for another writer, or a
// call whose reply was lost, may have created it a moment ago; its policies are set all the same.
func (r *Repository) create(ctx context.Context, template *RepositoryTemplate) error {
	_, err := r.api.CreateRepository(ctx, &ecr.CreateRepositoryInput{
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
	_, err := r.api.SetRepositoryPolicy(ctx, &ecr.SetRepositoryPolicyInput{
		RegistryId: r.registryID(), RepositoryName: r.repositoryName(), PolicyText: aws.String(template.RepositoryPolicy),
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
	_, err := r.api.PutLifecyclePolicy(ctx, &ecr.PutLifecyclePolicyInput{
		RegistryId: r.registryID(), RepositoryName: r.repositoryName(), LifecyclePolicyText: aws.String(template.LifecyclePolicy),
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
