package ecr

import (
	"cmp"

	"ecrmirror/localstack/awsjson"
)

// A target is the repository that a request names.
type target struct {
	RegistryID     *string `json:"registryId"`
	RepositoryName *string `json:"repositoryName"`
}

// resolve returns the repository's identity, in the caller's region and, unless
// the request says otherwise, account. The repository need not exist.
func (t target) resolve(c call) (repositoryID, error) {
	reg, err := registryOf(t.RegistryID, c)
	if err != nil {
		return repositoryID{}, err
	}
	name, err := required("repositoryName", t.RepositoryName)
	if err != nil {
		return repositoryID{}, err
	}
	return repositoryID{registryID: reg, Name: name}, reg.checkName("repositoryName", name)
}

// find returns the repository. Wrong is what is wrong with the rest of the request, if anything: ECR looks at
// that before it looks whether there is the repository. Callers hold r.mu.
func (t target) find(r *Registry, c call, wrong error) (*repository, error) {
	id, err := t.resolve(c)
	if err := cmp.Or(err, wrong); err != nil {
		return nil, err
	}
	return r.find(id)
}

func registryOf(id *string, c call) (registryID, error) {
	if id == nil {
		return registryID{Account: c.Account, Region: c.Region}, nil
	}
	if c.alias && !accountID.MatchString(*id) {
		return registryID{Account: c.Account, Region: c.Region}, checkAlias(*id, c.Account)
	}
	if err := matches("registryId", *id, accountID); err != nil {
		return registryID{}, err
	}
	return registryID{Account: *id, Region: c.Region}, nil
}

// A call is what an operation knows of the request beside its input.
type call struct {
	awsjson.Caller        // in ECR Public, the region is publicRegion
	host           string // to which the client sent the request
	alias          bool   // registryId may be an alias of ECR Public
}

// maxBody is the greatest body of an API request, in bytes: a part of 20 MiB in
// base64 and enough over it to tell that a part is too large.
const maxBody = 40 << 20
