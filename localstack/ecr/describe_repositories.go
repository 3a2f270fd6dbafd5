package ecr

import (
	"context"
)

type describeRepositoriesInput struct {
	RegistryID *string  `json:"registryId"`
	Names      []string `json:"repositoryNames"`
	paging
}

type describeRepositoriesOutput struct {
	Repositories []repositoryDetail `json:"repositories"`
	NextToken    string             `json:"nextToken,omitempty"`
}

func (r *Registry) describeRepositories(
	_ context.Context, c call, in describeRepositoriesInput,
) (out describeRepositoriesOutput, err error) {
	reg, err := registryOf(in.RegistryID, c)
	if err != nil {
		return out, err
	}
	if err := in.check(in.Names != nil, "repositoryNames"); err != nil {
		return out, err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	repos, err := r.named(reg, in.Names)
	if err != nil {
		return out, err
	}
	if in.Names == nil {
		list := "DescribeRepositories " + reg.Account + "/" + reg.Region
		repos, out.NextToken, err = page(in.paging, list, pageSize, repos,
			func(repo *repository) string { return repo.id.Name })
	}
	out.Repositories = make([]repositoryDetail, len(repos))
	for i, repo := range repos {
		out.Repositories[i] = repo.detail()
	}
	return out, err
}

// named returns the registry's repositories of the given names; nil names are all. Callers hold r.mu.
func (r *Registry) named(reg registryID, names []string) ([]*repository, error) {
	if names == nil {
		return r.inRegistry(reg), nil
	}
	if err := length("repositoryNames", len(names), 1, maxBatch); err != nil {
		return nil, err
	}
	repos := make([]*repository, len(names))
	for i, name := range names {
		if err := reg.checkName("repositoryNames", name); err != nil {
			return nil, err
		}
		var err error
		if repos[i], err = r.find(repositoryID{registryID: reg, Name: name}); err != nil {
			return nil, err
		}
	}
	return repos, nil
}
