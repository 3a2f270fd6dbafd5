// Package expansion tells which images a selection stands for now: it lists the tags of the source's repositories, and
// has the rules choose among them. What is not known whole, because a list was cut off or a registry refused it, is an
// error, and nothing follows from it.
package expansion

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"ecrmirror/internal/entry"
	"ecrmirror/internal/imagename"
	"ecrmirror/internal/listed"
	"ecrmirror/internal/selection"
)

// Lists has what registries list. [images.Client] implements it.
type Lists interface {
	// Tags returns all tags of a repository, with times as far as the registry tells them for the asking.
	Tags(ctx context.Context, repository imagename.Name, times bool) (listed.Tags, error)
	// Repositories returns all repositories of a registry that are below a path.
	Repositories(ctx context.Context, registry imagename.Name, path string) (listed.Repositories, error)
}

// An Expander expands selections. It lists each repository once, however many selections have it, as far as the lists
// are not large: it is for one sweep. It is safe for concurrent use if its Lists are.
type Expander struct {
	Lists   Lists            // required
	Now     func() time.Time // required
	Allowed Allowed          // what may be read; nil = everything
	// How many tags may be chosen of a repository, and repositories of a namespace; 0 = [selection.DefaultTags],
	// [selection.DefaultRepositories].
	MostTags, MostRepositories int

	known known
}

// Allowed returns an error for a repository that may not be read, and for a namespace of which no repository may. No
// list of such is asked for.
type Allowed interface {
	Source(repository imagename.Name) error
	SourceBelow(namespace imagename.Namespace) error
}

// An Expansion is what a selection stands for.
type Expansion struct {
	// Choice is what the entry's repos say of the repositories of a namespace; zero of a selection of one repository.
	Choice       selection.Choice
	Repositories []Repository // those that are chosen, by name
	// Idle says, each in a sentence, which rules choose nothing in any repository.
	Idle []string
}

// A Repository is a source repository, and what the rules say of its tags.
type Repository struct {
	Source  imagename.Name
	Choice  selection.Choice
	Images  []entry.Placement // that are to be mirrored; none if there is an error
	Refused []entry.Refusal   // destinations that can't have the repository; the others have it
	Dropped int               // names in the list that no tag can have
	// Err is why nothing of the repository is mirrored. Of rules that choose nothing, or too much, Choice says more.
	Err error
}

// atOnce is how many repositories of a namespace are listed at a time.
const atOnce = 16

// Expand returns what a selection stands for. The error is why nothing of it is mirrored: the entry has a problem, the
// registry does not tell its repositories, or one destination tag would have two sources ([*entry.Collision]). An error
// of one repository of a namespace is with that.
func (x *Expander) Expand(ctx context.Context, e entry.Entry) (Expansion, error) {
	if err := e.Validate(); err != nil {
		return Expansion{}, err
	}
	source, err := entry.ParseSelected(e.Source)
	if err != nil {
		return Expansion{}, err
	}
	var all Expansion
	names := []imagename.Name{source.Repository}
	if source.IsNamespace() {
		if all.Choice, names, err = x.repositories(ctx, e, source.Namespace); err != nil {
			return all, err
		}
	}
	all.Repositories = make([]Repository, len(names))
	var lists errgroup.Group
	lists.SetLimit(atOnce)
	for i, name := range names {
		lists.Go(func() error {
			all.Repositories[i] = x.repository(ctx, e, name)
			return nil
		})
	}
	_ = lists.Wait() // each repository has its error
	all.Idle = idle(e.Tags, all.Repositories)
	return all, all.collision()
}

// repositories returns what is said of the repositories of a namespace, and those that are chosen.
func (x *Expander) repositories(
	ctx context.Context, e entry.Entry, of imagename.Namespace,
) (selection.Choice, []imagename.Name, error) {
	if x.Allowed != nil {
		if err := x.Allowed.SourceBelow(of); err != nil {
			return selection.Choice{}, nil, fmt.Errorf("source: %w", err)
		}
	}
	there, err := x.Lists.Repositories(ctx, of.Registry, of.Path)
	if err != nil {
		return selection.Choice{}, nil, fmt.Errorf("repositories below %s: %w", of, err)
	}
	choice, err := e.Repos.Choose(there.Names, x.MostRepositories)
	if err != nil {
		return choice, nil, fmt.Errorf("repositories below %s: %w", of, err)
	}
	var names []imagename.Name
	for _, path := range choice.Chosen() {
		names = append(names, of.Repository(path))
	}
	return choice, names, nil
}

// repository lists a repository and has the rules choose.
func (x *Expander) repository(ctx context.Context, e entry.Entry, name imagename.Name) Repository {
	r := Repository{Source: name}
	rules := make([]selection.Rule, len(e.Tags))
	for i, rule := range e.Tags {
		rules[i] = rule.Rule
	}
	var tags []selection.Tag
	if tags, r.Dropped, r.Err = x.tags(ctx, rules, name); r.Err == nil {
		r.Choice, r.Err = selection.Choose(rules, tags, x.Now(), x.MostTags)
	}
	if r.Err == nil {
		r.Images, r.Refused = e.Place(name, r.Choice)
	}
	return r
}

// tags returns the tags that rules are to choose from. Where all only pin tags, those are taken to be there.
func (x *Expander) tags(
	ctx context.Context, rules []selection.Rule, of imagename.Name,
) (tags []selection.Tag, dropped int, err error) {
	if x.Allowed != nil {
		if err := x.Allowed.Source(of); err != nil {
			return nil, 0, fmt.Errorf("source: %w", err)
		}
	}
	if !slices.ContainsFunc(rules, func(r selection.Rule) bool { return !r.IsLiteral() || r.MinimumAge > 0 }) {
		for _, r := range rules {
			for _, pin := range r.Pin {
				tags = append(tags, selection.Tag{Name: pin})
			}
		}
		return tags, 0, nil
	}
	times := slices.ContainsFunc(rules, func(r selection.Rule) bool {
		return r.By == selection.ByTime || r.MinimumAge > 0
	})
	there, err := x.known.tags(ctx, x.Lists, of, times)
	if err != nil {
		return nil, 0, fmt.Errorf("tags of %s: %w", of, err)
	}
	for _, t := range there.Tags {
		tags = append(tags, selection.Tag{Name: t.Name, Pushed: t.Uploaded, Digest: t.Digest})
	}
	return tags, there.Dropped, nil
}

// collision returns the first collision of the images.
func (e Expansion) collision() error {
	var all []entry.Placement
	for _, r := range e.Repositories {
		all = append(all, r.Images...)
	}
	if found := entry.Collisions(all); len(found) > 0 {
		return found[0]
	}
	return nil
}

// Entries returns an image entry for each image of a selection that is to be mirrored.
func (r Repository) Entries(of entry.Entry) iter.Seq[entry.Entry] {
	return func(yield func(entry.Entry) bool) {
		for _, image := range r.Images {
			if !yield(of.ImageEntry(image)) {
				return
			}
		}
	}
}
