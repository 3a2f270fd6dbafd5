package request

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"ecrmirror/internal/jsonscan"
	"ecrmirror/internal/platforms"
	"ecrmirror/internal/spelling"
)

// parseMembers returns the options that have these members.
func parseMembers(members map[string]jsonscan.Value) (o Options, err error) {
	for _, name := range slices.Sorted(maps.Keys(members)) { // always the same error
		switch name {
		case memberKind:
			o.Kind, err = readKind(members[name])
		case memberPlatforms:
			o.Platforms, err = readPlatforms(members[name])
		case memberArtifacts:
			o.Artifacts, err = readArtifacts(members[name])
		case memberFrom:
			o.ArtifactsFrom, err = readRepository(name, members[name])
		case memberVerify:
			o.Verify, err = readPolicy(members[name])
		case memberRequired:
			o.ArtifactsRequired, err = readTruth(name, members[name])
		default:
			err = fmt.Errorf("member %q is not known%s", name,
				spelling.Meant(name, memberArtifacts, memberFrom, memberRequired, memberKind, memberPlatforms,
					memberVerify, memberVersion))
		}
		if err != nil {
			return Options{}, err
		}
	}
	return o, nil
}

func readKind(value jsonscan.Value) (Kind, error) {
	var text string
	if err := json.Unmarshal(value, &text); err != nil || !value.IsText() {
		return 0, fmt.Errorf("kind %q is not one of %s in quotes", value, strings.Join(kinds[:], ", "))
	}
	return parseKind(text)
}

// readPlatforms returns the canonical text of a list of platforms.
func readPlatforms(value jsonscan.Value) (string, error) {
	var texts []string
	if err := json.Unmarshal(value, &texts); err != nil || !value.IsArray() {
		return "", fmt.Errorf(`platforms %q are no list of texts such as ["linux/amd64","linux/arm64"]`, value)
	}
	filter, err := platforms.Parse(texts...)
	if err != nil {
		return "", fmt.Errorf("platforms: %w", err)
	}
	return filter.String(), nil
}

// Filter returns the platforms that are copied of an index; the zero Filter is all of them.
func (o Options) Filter() (platforms.Filter, error) {
	if o.Platforms == "" {
		return platforms.Filter{}, nil
	}
	filter, err := platforms.Parse(strings.Split(o.Platforms, ",")...)
	if err != nil {
		return platforms.Filter{}, fmt.Errorf("platforms: %w", err)
	}
	return filter, nil
}
