package ecr

import (
	"cmp"
	"context"
	"strings"
)

type encryption struct {
	Type string `json:"encryptionType"`
	Key  string `json:"kmsKey,omitempty"`
}

type scanning struct {
	OnPush bool `json:"scanOnPush"`
}

type createRepositoryInput struct {
	target
	mutability
	Scanning   scanning    `json:"imageScanningConfiguration"`
	Encryption *encryption `json:"encryptionConfiguration"`
	// Tags are checked but not kept: no operation here returns them.
	Tags []resourceTag `json:"tags"`
}

type resourceTag struct{ Key, Value string }

// repositoryDetail is a repository in the API's words.
type repositoryDetail struct {
	ARN        string `json:"repositoryArn"`
	RegistryID string `json:"registryId"`
	Name       string `json:"repositoryName"`
	URI        string `json:"repositoryUri"`
	CreatedAt  epoch  `json:"createdAt"`
	mutability
	Scanning   scanning   `json:"imageScanningConfiguration"`
	Encryption encryption `json:"encryptionConfiguration"`
}

type repositoryOutput struct {
	Repository repositoryDetail `json:"repository"`
}

func (repo *repository) detail() repositoryDetail {
	return repositoryDetail{
		ARN: repo.id.arn(), RegistryID: repo.id.Account, Name: repo.id.Name, URI: repo.id.host() + "/" + repo.id.Name,
		CreatedAt: epoch(repo.createdAt), mutability: repo.mutability,
		Scanning: scanning{repo.scanOnPush}, Encryption: repo.encryption,
	}
}

func (r *Registry) createRepository(_ context.Context, c call, in createRepositoryInput) (repositoryOutput, error) {
	id, err := in.resolve(c)
	if err != nil {
		return repositoryOutput{}, err
	}
	in.Setting = cmp.Or(in.Setting, mutable)
	if in.Encryption == nil {
		in.Encryption = &encryption{Type: "AES256"}
	}
	if err := in.check(); err != nil {
		return repositoryOutput{}, err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.repositories[id] != nil {
		return repositoryOutput{}, refuse("RepositoryAlreadyExistsException",
			"The repository with name '%s' already exists in the registry with id '%s'", id.Name, id.Account)
	}
	if len(r.inRegistry(id.registryID)) >= r.limits.repositories {
		return repositoryOutput{}, limitExceeded("The registry with id '%s' has %d repositories", id.Account, r.limits.repositories)
	}
	repo := newRepository(id)
	repo.createdAt, repo.mutability = r.opts.Now(), in.mutability
	repo.scanOnPush, repo.encryption = in.Scanning.OnPush, *in.Encryption
	r.repositories[id] = repo
	return repositoryOutput{repo.detail()}, nil
}

func (in createRepositoryInput) check() error {
	if err := in.mutability.check(); err != nil {
		return err
	}
	if err := oneOf("encryptionConfiguration.encryptionType", in.Encryption.Type, "AES256", "KMS", "KMS_DSSE"); err != nil {
		return err
	}
	if len(in.Tags) > 50 {
		return refuse("TooManyTagsException", "The list of tags on the repository is over the limit of 50")
	}
	for _, t := range in.Tags {
		if t.Key == "" || len(t.Key) > 128 || len(t.Value) > 256 || strings.HasPrefix(strings.ToLower(t.Key), "aws:") {
			return refuse("InvalidTagParameterException", "The tag with key '%s' is invalid", t.Key)
		}
	}
	return nil
}

type deleteRepositoryInput struct {
	target
	Force bool `json:"force"`
}

func (r *Registry) deleteRepository(ctx context.Context, c call, in deleteRepositoryInput) (repositoryOutput, error) {
	id, err := in.resolve(c)
	if err != nil {
		return repositoryOutput{}, err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	repo, err := r.find(id)
	if err != nil {
		return repositoryOutput{}, err
	}
	if len(repo.images) > 0 && !in.Force {
		return repositoryOutput{}, refuse("RepositoryNotEmptyException",
			"The repository with name '%s' in registry with id '%s' cannot be deleted because it still contains images", id.Name, id.Account)
	}
	for _, u := range repo.uploads {
		u.end(ctx)
	}
	if err := r.store.Remove(context.WithoutCancel(ctx), id.storage()); err != nil {
		return repositoryOutput{}, err
	}
	delete(r.repositories, id)
	return repositoryOutput{repo.detail()}, nil
}
