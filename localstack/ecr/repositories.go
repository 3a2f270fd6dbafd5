package ecr

import (
	"cmp"
	"context"
)

type scanning struct {
	OnPush bool `json:"scanOnPush"`
}

type createRepositoryInput struct {
	target
	mutability
	Scanning   scanning      `json:"imageScanningConfiguration"`
	Encryption *encryption   `json:"encryptionConfiguration"`
	Tags       []resourceTag `json:"tags"`
}

// repositoryDetail is a repository in the API's words.
type repositoryDetail struct {
	ARN        string `json:"repositoryArn"`
	RegistryID string `json:"registryId"`
	Name       string `json:"repositoryName"`
	URI        string `json:"repositoryUri"`
	CreatedAt  epoch  `json:"createdAt"`
	*settings
}

// settings are those of a private repository; ECR Public has none of them.
type settings struct {
	mutability
	Scanning   scanning   `json:"imageScanningConfiguration"`
	Encryption encryption `json:"encryptionConfiguration"`
}

type repositoryOutput struct {
	Repository repositoryDetail `json:"repository"`
}

func (repo *repository) detail() repositoryDetail {
	detail := repositoryDetail{
		ARN: repo.id.arn(), RegistryID: repo.id.Account, Name: repo.id.Name, URI: repo.id.host() + "/" + repo.id.Name,
		CreatedAt: epoch(repo.createdAt),
	}
	if !repo.id.public() {
		detail.settings = &settings{
			mutability: repo.mutability, Scanning: scanning{repo.scanOnPush}, Encryption: repo.encryption,
		}
	}
	return detail
}

func (r *Registry) createRepository(
	_ context.Context, c call, in createRepositoryInput,
) (out repositoryOutput, err error) {
	id, err := in.resolve(c)
	if err != nil {
		return out, err
	}
	in.Setting = cmp.Or(in.Setting, mutable)
	if err := in.check(); err != nil {
		return out, err
	}
	repo := newRepository(id)
	repo.mutability, repo.scanOnPush = in.mutability, in.Scanning.OnPush
	if repo.encryption, err = in.Encryption.settle(id.registryID); err != nil {
		return out, err
	}
	if err := checkTags(in.Tags); err != nil {
		return out, err
	}
	out.Repository, err = r.create(repo, in.Tags)
	return out, err
}

// create files a new repository with its tags.
func (r *Registry) create(repo *repository, tags []resourceTag) (repositoryDetail, error) {
	if err := repo.tag(tags); err != nil {
		return repositoryDetail{}, err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	id, most := repo.id, r.limitsOf(repo.id.registryID).repositories
	if r.repositories[id] != nil {
		return repositoryDetail{}, refuse("RepositoryAlreadyExistsException",
			"The repository with name '%s' already exists in the registry with id '%s'", id.Name, id.Account)
	}
	if len(r.inRegistry(id.registryID)) >= most {
		return repositoryDetail{}, limitExceeded("The registry with id '%s' has %d repositories", id.Account, most)
	}
	repo.createdAt = r.opts.Now()
	r.repositories[id] = repo
	return repo.detail(), nil
}

type deleteRepositoryInput struct {
	target
	Force bool `json:"force"`
}

func (r *Registry) deleteRepository(ctx context.Context, c call, in deleteRepositoryInput) (repositoryOutput, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	repo, err := in.find(r, c, nil)
	if err != nil {
		return repositoryOutput{}, err
	}
	if len(repo.images) > 0 && !in.Force {
		return repositoryOutput{}, refuse("RepositoryNotEmptyException",
			"The repository with name '%s' in registry with id '%s' cannot be deleted because it still contains images",
			repo.id.Name, repo.id.Account)
	}
	for _, u := range repo.uploads {
		u.end(ctx)
	}
	if err := r.store.Remove(context.WithoutCancel(ctx), repo.id.storage()); err != nil {
		return repositoryOutput{}, err
	}
	delete(r.repositories, repo.id)
	return repositoryOutput{repo.detail()}, nil
}
