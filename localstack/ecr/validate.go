package ecr

import (
	"fmt"
	"regexp"

	"github.com/opencontainers/go-digest"
)

// Patterns of ECR's service model, except that a tag is held to the OCI grammar.
var (
	accountID      = regexp.MustCompile(`^[0-9]{12}$`)
	regionName     = regexp.MustCompile(`^[a-z]{2,}(-[a-z]+)+-[0-9]+$`)
	repositoryName = regexp.MustCompile(`^[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*(/[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*)*$`)
	publicName     = regexp.MustCompile(`^(?:[a-z0-9]+(?:[._-][a-z0-9]+)*/)*[a-z0-9]+(?:[._-][a-z0-9]+)*$`)
	imageTag       = regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$`)
	contentDigest  = regexp.MustCompile(`^[a-zA-Z0-9-_+.]+:[a-fA-F0-9]+$`)
	uploadUUID     = regexp.MustCompile(`^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`)
)

const maxBatch = 100 // image ids, digests, media types or names in one call

// checkName holds a repository's name to the rules of the registry.
func (r registryID) checkName(parameter, name string) error {
	most, pattern := 256, repositoryName
	if r.public() {
		most, pattern = 205, publicName
	}
	if err := length(parameter, len(name), 2, most); err != nil {
		return err
	}
	return matches(parameter, name, pattern)
}

// invalid is AWS's answer to a parameter that breaks a constraint of the model.
func invalid(parameter, constraint string, args ...any) error {
	return refuse("InvalidParameterException",
		"Invalid parameter at '%s' failed to satisfy constraint: '%s'", parameter, fmt.Sprintf(constraint, args...))
}

func required[T any](parameter string, value *T) (T, error) {
	if value == nil {
		var zero T
		return zero, invalid(parameter, "must not be null")
	}
	return *value, nil
}

func matches(parameter, value string, pattern *regexp.Regexp) error {
	if !pattern.MatchString(value) {
		return invalid(parameter, "must satisfy regular expression '%s'", pattern)
	}
	return nil
}

func length(parameter string, n, least, most int) error {
	switch {
	case n < least:
		return invalid(parameter, "Member must have length greater than or equal to %d", least)
	case n > most:
		return invalid(parameter, "Member must have length less than or equal to %d", most)
	}
	return nil
}

func oneOf(parameter, value string, values ...string) error {
	for _, v := range values {
		if v == value {
			return nil
		}
	}
	return invalid(parameter, "Member must satisfy enum value set: %v", values)
}

// layerDigest checks a digest that the model requires. A well-formed digest of an
// unknown algorithm or a wrong length passes: no layer has it.
func layerDigest(parameter string, value *string) (digest.Digest, error) {
	d, err := required(parameter, value)
	if err != nil {
		return "", err
	}
	return digest.Digest(d), matches(parameter, d, contentDigest)
}

// checkAlias refuses what is not the alias of the caller's account. Which registries an
// account may reach by another's alias is not documented; by account id it reaches all.
func checkAlias(alias, account string) error {
	if err := length("registryId", len(alias), 2, 50); err != nil {
		return err
	}
	if alias != PublicAlias(account) {
		return refuse("RegistryNotFoundException", "The registry with name '%s' does not exist", alias)
	}
	return nil
}
