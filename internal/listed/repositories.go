package listed

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// MostRepositories is how many repositories of a namespace are read: as many as ECR's quota allows a registry.
const MostRepositories = 100_000

// Repositories are all repositories of a namespace that whoever asks may see.
type Repositories struct {
	Names   []string // within the registry, in order, each once
	Dropped int      // names in the list that no repository can have
}

// longestName is how many bytes a repository's name may have; ECR's have 256.
const longestName = 256

// repositoryPattern is the grammar of repositories' names (OCI Distribution Specification, "Pulling manifests").
var repositoryPattern = regexp.MustCompile(
	`^[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*(/[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*)*$`)

// IsRepository reports whether a repository can have that name.
func IsRepository(name string) bool {
	return len(name) <= longestName && repositoryPattern.MatchString(name)
}

// A RepositoryCollector takes the names of a registry's repositories as they are listed, and keeps those below a path.
// It is for one goroutine.
type RepositoryCollector struct {
	below   string // with a slash at its end, or ""
	names   []string
	dropped int
}

// Below returns a collector of the repositories below a path, which has no slash at its end. Below "" are all.
func Below(path string) *RepositoryCollector {
	if path != "" {
		path += "/"
	}
	return &RepositoryCollector{below: path}
}

// Add takes a name that is listed. One that no repository can have is dropped and counted. A list of more than 100,000
// repositories is [ErrTooMany].
func (c *RepositoryCollector) Add(name string) error {
	switch {
	case !strings.HasPrefix(name, c.below):
		return nil
	case !IsRepository(name):
		c.dropped++
		return nil
	case len(c.names) == MostRepositories:
		return fmt.Errorf("%w: it has more than %d repositories", ErrTooMany, MostRepositories)
	}
	c.names = append(c.names, name)
	return nil
}

// A RepositoryMark is a point that a collector can go back to.
type RepositoryMark struct{ names, dropped int }

// Mark returns the point that the collector is at.
func (c *RepositoryCollector) Mark() RepositoryMark { return RepositoryMark{len(c.names), c.dropped} }

// Reset forgets what came after a mark.
func (c *RepositoryCollector) Reset(to RepositoryMark) {
	c.names, c.dropped = c.names[:to.names], to.dropped
}

// Repositories returns what was listed. The collector is not to be used any more.
func (c *RepositoryCollector) Repositories() Repositories {
	slices.Sort(c.names)
	return Repositories{Names: slices.Compact(c.names), Dropped: c.dropped}
}
