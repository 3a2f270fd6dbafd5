package listing

import (
	"context"
	"fmt"
	"strings"

	"ecrmirror/internal/listed"
	"ecrmirror/internal/registryclient/auth"
	"ecrmirror/internal/registryclient/session"
)

// deepest is how many elements the names of repositories have below a path, at most.
const deepest = 16

// walk reads the names below that of a repository, and those below these (go-containerregistry,
// pkg/v1/google/list.go). What has images is a repository; the rest only leads to some. A child that is gone when its
// turn comes is an error: it was there a moment ago.
func (l Lister) walk(ctx context.Context, path string, c *listed.RepositoryCollector) error {
	if path == "" {
		return &listed.NoCatalogError{
			Host: l.Session.Name(), Lacks: "lists repositories within a project only",
			Try: "Name the project: " + l.Session.Name() + "/PROJECT",
		}
	}
	waiting := []string{path}
	for asked := 0; len(waiting) > 0; asked++ {
		if asked == maxPages {
			return errPages(maxPages)
		}
		name := waiting[len(waiting)-1]
		waiting = waiting[:len(waiting)-1]
		children, err := l.visit(ctx, l.Session.Repository(auth.Scope{Name: name, Actions: auth.Pull}), c, name)
		if err != nil {
			return err
		}
		for _, child := range children {
			below := name + "/" + child
			switch {
			case !listed.IsRepository(below):
				if err := c.Add(below); err != nil { // which drops and counts it
					return err
				}
			case strings.Count(below[len(path):], "/") > deepest:
				return fmt.Errorf("%w: names go on for more than %d elements below %s", listed.ErrTooMany, deepest, path)
			case len(waiting) == listed.MostRepositories:
				return fmt.Errorf("%w: it has more than %d repositories", listed.ErrTooMany, listed.MostRepositories)
			default:
				waiting = append(waiting, below)
			}
		}
	}
	return nil
}

// visit adds a repository that has images, and returns what lies below it.
func (l Lister) visit(
	ctx context.Context, r *session.Repository, c *listed.RepositoryCollector, name string,
) (children []string, err error) {
	said := report{tags: l.Room.Collect()}
	defer said.tags.Close()
	if err := l.report(ctx, r, &said); err != nil {
		return nil, r.Failed(fmt.Errorf("listing repositories: %w", err))
	}
	if said.images {
		err = c.Add(name)
	}
	return said.children, err
}
