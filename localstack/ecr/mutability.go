package ecr

import (
	"context"
	"regexp"
	"strings"
)

// What tags of a repository may do.
const (
	mutable                = "MUTABLE"
	immutable              = "IMMUTABLE"
	mutableWithExclusion   = "MUTABLE_WITH_EXCLUSION"
	immutableWithExclusion = "IMMUTABLE_WITH_EXCLUSION"
)

var exclusionPattern = regexp.MustCompile(`^[0-9a-zA-Z._*-]{1,128}$`)

// fixed reports whether a tag, once there, cannot be moved.
func (m mutability) fixed(tag string) bool {
	excluded := false
	for _, f := range m.Filters {
		pattern := strings.ReplaceAll(regexp.QuoteMeta(f.Filter), `\*`, ".*")
		excluded = excluded || regexp.MustCompile("^"+pattern+"$").MatchString(tag)
	}
	switch m.Setting {
	case immutable:
		return true
	case immutableWithExclusion:
		return !excluded
	case mutableWithExclusion:
		return excluded
	}
	return false
}

// check holds a setting to the model: filters come with the settings that have
// exclusions, one to five of them, and with no other.
func (m mutability) check() error {
	if err := oneOf("imageTagMutability", m.Setting, mutable, immutable, mutableWithExclusion,
		immutableWithExclusion); err != nil {
		return err
	}
	const parameter = "imageTagMutabilityExclusionFilters"
	if m.Setting == mutable || m.Setting == immutable {
		if len(m.Filters) > 0 {
			return invalid(parameter, "must not be set when imageTagMutability is %s", m.Setting)
		}
		return nil
	}
	if err := length(parameter, len(m.Filters), 1, 5); err != nil {
		return err
	}
	for _, f := range m.Filters {
		if err := oneOf(parameter+".filterType", f.Type, "WILDCARD"); err != nil {
			return err
		}
		if err := matches(parameter+".filter", f.Filter, exclusionPattern); err != nil {
			return err
		}
	}
	return nil
}

type mutabilityInput struct {
	target
	mutability
}

type mutabilityOutput struct {
	RegistryID     string `json:"registryId"`
	RepositoryName string `json:"repositoryName"`
	mutability
}

func (r *Registry) putImageTagMutability(_ context.Context, c call, in mutabilityInput) (mutabilityOutput, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	repo, err := in.find(r, c, in.check())
	if err != nil {
		return mutabilityOutput{}, err
	}
	repo.mutability = in.mutability
	return mutabilityOutput{RegistryID: repo.id.Account, RepositoryName: repo.id.Name, mutability: repo.mutability}, nil
}
