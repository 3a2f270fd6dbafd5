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

// ErrNoRepository says that a repository does not exist, or not for this login. [Client.Tags] wraps it; so does
// [Client.Repositories], of a namespace that does not exist, where the registry tells.
var ErrNoRepository = errors.New("no such repository")

// TagOptions say what [Client.Tags] is to tell besides names.
type TagOptions struct {
	// Times asks Amazon ECR when each image was pushed, by another call, which tells more than is needed. Other
	// registries tell times in their lists, or not at all.
	Times bool
}

// Tags returns all tags of a repository; the tag and digest of the name do not matter. Amazon ECR and Google's
// registries tell what each tag points at, and Google's when it came. It counts as no pull.
//
// The list comes whole or not at all: what cuts it off is an error. One of [ErrNoRepository] says that there is no such
// repository; others are those of the registry's client, with a DeferredUntil method where it is rate-limited. Where
// the same is asked for meanwhile, both get the same list, which neither may change.
func (r *Client) Tags(ctx context.Context, repository imagename.Name, opts TagOptions) (listed.Tags, error) {
	repository.Tag, repository.Digest = "", ""
	return r.tags.Do(ctx, tagList{repository, opts}, func() (listed.Tags, error) {
		return r.listTags(ctx, repository, opts)
	})
}

// A tagList is what is asked for.
type tagList struct {
	repository imagename.Name
	opts       TagOptions
}

func (r *Client) listTags(ctx context.Context, name imagename.Name, opts TagOptions) (listed.Tags, error) {
	switch name.Kind {
	case imagename.ECR:
		tags, err := r.ecr.Tags(ctx, name, opts.Times)
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
// by what they tell of each repository; others by their catalogue. One that does not tell is a [*NoCatalogError], which
// says what would do.
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
		return listed.Repositories{}, &NoCatalogError{
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

// A NoCatalogError says that a registry does not tell which repositories it has, or not to this login.
type NoCatalogError = registryclient.NoCatalogError

// absence marks an error that says that something does not exist.
func absence(err error) error {
	_, lacks := errors.AsType[*NoCatalogError](err)
	if lacks || !errors.Is(err, registryclient.ErrNotFound) && !errors.Is(err, ecr.ErrRepositoryNotFound) {
		return err
	}
	return &absentError{err}
}

// An absentError is an [ErrNoRepository], in the words of the registry's client.
type absentError struct{ err error }

func (e *absentError) Error() string        { return e.err.Error() }
func (e *absentError) Unwrap() error        { return e.err }
func (e *absentError) Is(target error) bool { return errors.Is(target, ErrNoRepository) }
