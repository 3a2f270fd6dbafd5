package checkout

import (
	"context"
	"errors"
	"strings"

	"golang.org/x/mod/semver"
)

// Previous returns the release before this one: the highest version that is tagged on the way to the commit and is
// lower. Before a release, as opposed to a pre-release, it is a release. Its Commit is "" where there is none.
func (c Checkout) Previous(ctx context.Context) (Checkout, error) {
	shallow, err := c.git(ctx, nil, "rev-parse", "--is-shallow-repository")
	if err != nil {
		return Checkout{}, err
	}
	if strings.TrimSpace(string(shallow)) == "true" {
		return Checkout{}, errors.New("the clone is shallow, so the release before cannot be found: git fetch " +
			"--unshallow --tags")
	}
	tags, err := c.git(ctx, nil, "tag", "--merged="+c.Commit)
	if err != nil {
		return Checkout{}, err
	}
	before := Checkout{Dir: c.Dir, Version: previous(strings.Fields(string(tags)), c.Version, c.Tagged), Tagged: true}
	if before.Version == "" {
		return Checkout{}, nil
	}
	commit, err := c.git(ctx, nil, "rev-parse", "--verify", "refs/tags/"+before.Version+"^{commit}")
	before.Commit = strings.TrimSpace(string(commit))
	return before, err
}

// previous returns which of the tags is the version before: any version comes before a snapshot, which is not tagged.
func previous(tags []string, version string, tagged bool) string {
	highest := ""
	for _, tag := range tags {
		switch {
		case !versionTag.MatchString(tag):
		case tagged && semver.Compare(tag, version) >= 0:
		case tagged && semver.Prerelease(version) == "" && semver.Prerelease(tag) != "":
		case highest == "" || semver.Compare(tag, highest) > 0:
			highest = tag
		}
	}
	return highest
}
