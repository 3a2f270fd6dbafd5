package ecr

import (
	"context"
	"encoding/json"
	"unicode/utf8"
)

type createPublicInput struct {
	target
	Catalog catalogInput  `json:"catalogData"`
	Tags    []resourceTag `json:"tags"`
	// Options of private repositories, which ECR Public does not have.
	Mutability json.RawMessage `json:"imageTagMutability"`
	Filters    json.RawMessage `json:"imageTagMutabilityExclusionFilters"`
	Scanning   json.RawMessage `json:"imageScanningConfiguration"`
	Encryption json.RawMessage `json:"encryptionConfiguration"`
}

// A catalog is what the gallery shows of a repository.
type catalog struct {
	Description   *string  `json:"description,omitempty"`
	Architectures []string `json:"architectures,omitempty"`
	Systems       []string `json:"operatingSystems,omitempty"`
	About         *string  `json:"aboutText,omitempty"`
	Usage         *string  `json:"usageText,omitempty"`
}

// A catalogInput has a logo too, which is not kept: only verified accounts' are shown.
type catalogInput struct {
	catalog
	Logo []byte `json:"logoImageBlob"`
}

type createPublicOutput struct {
	Repository repositoryDetail `json:"repository"`
	Catalog    catalog          `json:"catalogData"`
}

// createPublicRepository creates a repository in ECR Public, always in the caller's registry.
func (r *Registry) createPublicRepository(
	_ context.Context, c call, in createPublicInput,
) (out createPublicOutput, err error) {
	in.RegistryID = nil // not in the model
	id, err := in.resolve(c)
	if err != nil {
		return out, err
	}
	if err := in.check(); err != nil {
		return out, err
	}
	repo := newRepository(id)
	repo.mutability.Setting = mutable
	out.Catalog = in.Catalog.catalog
	out.Repository, err = r.create(repo, in.Tags)
	return out, err
}

// check refuses options that ECR Public does not have rather than ignore them, so that
// nobody believes that they are kept.
func (in createPublicInput) check() error {
	for parameter, value := range map[string]json.RawMessage{
		"imageTagMutability": in.Mutability, "imageTagMutabilityExclusionFilters": in.Filters,
		"imageScanningConfiguration": in.Scanning, "encryptionConfiguration": in.Encryption,
	} {
		if value != nil {
			return invalid(parameter, "is not an option of a public repository")
		}
	}
	if err := in.Catalog.check(); err != nil {
		return err
	}
	return checkTags(in.Tags)
}

func (in catalogInput) check() error {
	for _, text := range []struct {
		parameter string
		value     *string
		most      int
	}{
		{"catalogData.description", in.Description, 1024},
		{"catalogData.aboutText", in.About, 25_600},
		{"catalogData.usageText", in.Usage, 25_600},
	} {
		if text.value != nil {
			if err := length(text.parameter, utf8.RuneCountInString(*text.value), 0, text.most); err != nil {
				return err
			}
		}
	}
	if err := checkLabels("catalogData.architectures", in.Architectures); err != nil {
		return err
	}
	if err := checkLabels("catalogData.operatingSystems", in.Systems); err != nil {
		return err
	}
	return length("catalogData.logoImageBlob", len(in.Logo), 0, 512_000)
}

func checkLabels(parameter string, labels []string) error {
	if err := length(parameter, len(labels), 0, 50); err != nil {
		return err
	}
	for _, label := range labels {
		if err := length(parameter, utf8.RuneCountInString(label), 1, 50); err != nil {
			return err
		}
	}
	return nil
}
