package images

import (
	"context"
	"errors"
	"fmt"

	"ecrmirror/internal/ecr"
	"ecrmirror/internal/imagename"
	"ecrmirror/internal/listed"
	"ecrmirror/internal/registryclient"
)

// Tags returns all tags of a repository; the tag and digest of the name do not matter. Amazon ECR and Google's
// registries tell what each tag points at, and Google's when the image came. With times, Amazon ECR is asked for that,
// too, by another call, which tells more than is needed; others tell it in their lists or not at all. It counts as no
// pull.
//
// The list comes whole or not at all: what cuts it off is an error. A repository that does not exist is
// [listed.ErrNoRepository]; other errors are those of the registry's client, with a DeferredUntil method where it is
// rate-limited. Those who ask for the same at a time get one list, which nobody may change.
func (r *Client) Tags(ctx context.Context, repository imagename.Name, times bool) (listed.Tags, error) {
	repository.Tag, repository.Digest = "", ""
	times = times && repository.Kind == imagename.ECR // others tell them unasked
	return r.tags.Do(ctx, tagList{repository, times}, func() (listed.Tags, error) {
		return r.listTags(ctx, repository, times)
	})
}

// A tagList is what is asked for.
type tagList struct {
	repository imagename.Name
	times      bool
}

func (r *Client) listTags(ctx context.Context, name imagename.Name, times bool) (listed.Tags, error) {
	switch name.Kind {
	case imagename.ECR:
		tags, err := r.ecr.Tags(ctx, name, times)
		return tags, absence(err)
	case imagename.Registry, imagename.ECRPublic:
		host, leave, err := r.hosts.Use(name.Host, r.newHost(name))
		if err != nil {
			return listed.Tags{}, err
		}
		defer leave()
		tags, err := host.Repository(name.Repository).Tags(ctx)
		return tags, absence(err)
	}
	return listed.Tags{}, fmt.Errorf("%s is not in a registry, and has no list of tags", name)
}

// Repositories returns all repositories below a path of a registry that the login for the path may see, by the names
// that they have in the registry. The path has no slash at its end; below "" are all. Of the registry's name kind and
// host matter. How depends on the registry: Amazon ECR by its API; Docker Hub, ghcr.io and quay.io by theirs; Google's
// by what they tell of each repository; others by their catalogue. One that does not tell is a
// [*listed.NoCatalogError], which says what would do.
//
// The list comes whole or not at all, as with [Client.Tags].
func (r *Client) Repositories(ctx context.Context, registry imagename.Name, path string) (listed.Repositories, error) {
	at := repositoryList{imagename.Name{Kind: registry.Kind, ECR: registry.ECR, Host: registry.Host}, path}
	return r.repositories.Do(ctx, at, func() (listed.Repositories, error) { return r.listRepositories(ctx, at) })
}

// A repositoryList is what is asked for.
type repositoryList struct {
	registry imagename.Name
	path     string
}

func (r *Client) listRepositories(ctx context.Context, at repositoryList) (listed.Repositories, error) {
	switch at.registry.Kind {
	case imagename.ECR:
		return r.ecr.Repositories(ctx, at.registry.ECR, at.path)
	case imagename.ECRPublic:
		return listed.Repositories{}, &listed.NoCatalogError{
			Host: at.registry.Host, Lacks: "lists an account's repositories to that account alone",
			Try: "Name them one by one",
		}
	case imagename.Registry:
		host, leave, err := r.hosts.Use(at.registry.Host, r.newHost(at.registry))
		if err != nil {
			return listed.Repositories{}, err
		}
		defer leave()
		all, err := host.Repositories(ctx, at.path)
		return all, absence(err)
	}
	return listed.Repositories{}, errors.New("what is not in a registry has no list of repositories")
}

// absence marks an error that says that something does not exist.
func absence(err error) error {
	_, lacks := errors.AsType[*listed.NoCatalogError](err)
	if lacks || !errors.Is(err, registryclient.ErrNotFound) && !errors.Is(err, ecr.ErrRepositoryNotFound) {
		return err
	}
	return &absentError{err}
}

// An absentError is a [listed.ErrNoRepository], in the words of the registry's client.
type absentError struct{ err error }

func (e *absentError) Error() string        { return e.err.Error() }
func (e *absentError) Unwrap() error        { return e.err }
func (e *absentError) Is(target error) bool { return errors.Is(target, listed.ErrNoRepository) }
