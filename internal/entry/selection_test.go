package entry_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"ecrmirror/internal/entry"
	"ecrmirror/internal/selection"
)

const ecr = "111122223333.dkr.ecr.eu-west-1.amazonaws.com"

// choosing returns an entry whose rules choose versions, or what the source's repositories have.
func choosing(source string, destinations ...string) entry.Entry {
	return entry.Entry{
		Source: source, Destinations: destinations,
		Tags: []entry.Rule{{Rule: selection.Rule{Version: "^1"}}},
	}
}

// with returns the entry with another one of rules.
func with(e entry.Entry, change func(*entry.Entry)) entry.Entry {
	change(&e)
	return e
}

// TestProblemsOfSelections has what is refused, with the culprit and what would do.
func TestProblemsOfSelections(t *testing.T) {
	to := func(rules ...[]string) func(*entry.Entry) {
		return func(e *entry.Entry) {
			e.Tags = nil
			for i, list := range rules {
				rule := entry.Rule{Rule: selection.Rule{Version: fmt.Sprintf("^%d", i)}, To: list}
				e.Tags = append(e.Tags, rule)
			}
		}
	}
	repos := func(include ...string) func(*entry.Entry) {
		return func(e *entry.Entry) { e.Repos.Include = include }
	}
	for _, c := range []struct {
		entry entry.Entry
		want  []string
	}{
		{choosing("nginx", ecr+"/nginx"), nil},
		{choosing("quay.io/minio/minio", ecr+"/quay/", "r.io/{repository}", "r.io/x/{name}"), nil},
		{choosing(ecr+"/base/**", "r.io/", "r.io/base-{name}"), nil},
		{with(choosing("quay.io/acme/**", "r.io/"), repos("acme/*")), nil},
		{with(choosing("nginx"), to([]string{"r.io/a"}, []string{"r.io/b", "r.io/a"})), nil},

		{
			choosing("nginx:1.27", "r.io/a"), []string{
				`source: image name "nginx:1.27" has a tag beside tags: name the repository alone, and pin 1.27 there`,
			},
		},
		{choosing("nginx@"+one.String(), "r.io/a"), []string{"has a digest beside tags: name the repository alone"}},
		{choosing("dir:/x", "r.io/a"), []string{"an entry can name images in registries only"}},
		{
			choosing("quay.io/*/x", "r.io/a"), []string{
				`only /** at the end stands for repositories; repos choose among them`,
			},
		},
		{choosing("docker.io/**", "r.io/"), []string{"is Docker Hub as a whole"}},
		{choosing("", "r.io/a"), []string{"source: image name is empty"}},
		{choosing("a,b", "r.io/a"), []string{`source: image name "a,b" has a comma or a blank in it`}},
		{with(choosing("quay.io/a/**", "r.io/"), func(e *entry.Entry) { e.Tags = nil }), []string{
			`source: "quay.io/a/**" stands for many repositories: give tags`,
		}},
		{
			with(choosing("nginx", "r.io/a"), repos("x")), []string{
				"repos choose among the repositories of a namespace, and the source is one repository: write HOST/PATH/**",
			},
		},
		{entry.Entry{
			Source: "nginx", Destinations: []string{"r.io/a"}, Repos: selection.Repositories{Include: []string{"x"}},
		}, []string{"repos are of an entry with tags"}},
		{
			with(choosing("quay.io/a/**", "r.io/"), repos("A", "a**")), []string{
				`repos: include: pattern "A" can't match`,
				`repos: include: pattern "a**"`,
			},
		},

		{choosing("nginx"), []string{"no destination"}},
		{with(choosing("nginx"), to([]string{"r.io/a"}, nil)), []string{"no destination"}},
		{
			with(choosing("nginx", "r.io/x"), to([]string{"r.io/a"})), []string{
				`destination "r.io/x" is of no rule: each rule has its own, in to`,
			},
		},
		{
			choosing("nginx", "r.io/nginx:1"), []string{
				`image name "r.io/nginx:1" has a tag or a digest: destinations of a selection have the source's tags`,
			},
		},
		{
			choosing("nginx", "localhost:5000"), []string{
				`destination "localhost:5000" is a registry's host without a repository: ` +
					"write localhost:5000/ for the source's full name there, or localhost:5000/NAME",
			},
		},
		{choosing("nginx", "r.io/UPPER"), []string{`destination: image name "r.io/UPPER"`}},
		{
			choosing("nginx", "r.io/UPPER/"), []string{
				`destination "r.io/UPPER/", for example of repository team/app: image name "r.io/UPPER/team/app"`,
			},
		},
		{choosing("nginx", "dir:/x"), []string{"in registries only"}},
		{
			choosing("nginx", "r.io/{nam}"), []string{
				`destination "r.io/{nam}": {nam} stands for nothing (did you mean "name"?)`,
			},
		},
		{choosing("nginx", "r.io/{host}"), []string{`{host} stands for nothing (there are repository, name)`}},
		{choosing("nginx", "r.io/{name"), []string{`destination "r.io/{name": a brace has no other one`}},
		{choosing("nginx", "{name}.io/x"), []string{"a registry's host can't depend on the source"}},
		{choosing("nginx", "r.io/{name}/"), []string{`ends in / and has a {name}: it is one or the other`}},
		{choosing("nginx", "r.io/a b"), []string{"has a comma or a blank in it"}},
		{choosing("nginx", "nginx"), []string{`destination "nginx" is the source itself`}},
		{choosing(ecr+"/base/app", ecr+"/"), []string{"is the source itself"}},
		{choosing(ecr+"/base/**", ecr+"/"), []string{"is the source itself"}},
		{
			choosing(ecr+"/base/**", ecr+"/base/copies/"), []string{
				"is within the source: its copies would be copied again",
			},
		},
		{
			choosing(ecr+"/base/**", "r.io/all"), []string{
				"is one repository for all of the source's: end it in /, or write {repository} or {name} in it",
			},
		},
		{choosing("nginx", "r.io/a", "r.io/a"), []string{`destination "r.io/a" is named twice`}},
		{
			choosing("nginx", "r.io/library/nginx", "r.io/", "r.io/{repository}"), []string{
				`destination "r.io/" is the same as "r.io/library/nginx"`,
				`is the same as "r.io/"`,
			},
		},
		{
			choosing("quay.io/x/**", "r.io/", "r.io/{repository}"), []string{
				`destination "r.io/{repository}" is the same as "r.io/"`,
			},
		},
		{
			choosing("quay.io/x/**", ecr+"/"+strings.Repeat("a", 252)+"/"), []string{
				"repository name must not be more than 255 characters",
			},
		},
		{
			with(choosing("nginx"), to([]string{"r.io/a", "nginx"})), []string{
				`rule 1: to: destination "nginx" is the source itself`,
			},
		},

		{
			with(choosing("nginx", "r.io/a"), func(e *entry.Entry) { e.Tags = append(e.Tags, e.Tags[0]) }), []string{
				"rule 2: is the same as rule 1",
			},
		},
		{
			with(choosing("nginx", "r.io/a"), func(e *entry.Entry) { e.Tags[0].Include = []string{"[a"} }), []string{
				`rule 1: include: pattern "[a" is no glob`,
			},
		},
		{with(choosing("nginx", "r.io/a"), func(e *entry.Entry) {
			e.Tags = make([]entry.Rule, entry.MaxRules+1)
		}), []string{"51 rules; an entry may have 50"}},
		{with(choosing("nginx", "r.io/a"), func(e *entry.Entry) {
			e.Tags[0].Exclude = []string{strings.Repeat("a", entry.MaxRuleText)}
		}), []string{"rules and options of 65538 bytes; those of an entry may have 65536"}},
		{with(choosing("nginx", "r.io/a"), func(e *entry.Entry) {
			e.Verify, e.Tags[0].Options.Verify = strings.Repeat("a", 1<<15), strings.Repeat("a", 1<<15)
		}), []string{"rules and options of 65538 bytes; those of an entry may have 65536", "verify: "}},
		{with(choosing("nginx", "r.io/a"), func(e *entry.Entry) {
			e.ArtifactsRequired, e.Tags[0].Options.Artifacts = true, "none"
		}), []string{"rule 1: options: artifacts is none, and the entry has artifactsRequired"}},
		{entry.Entry{Source: "nginx", Destinations: []string{"r.io/a"}, Options: entry.Options{
			ImageOptions: entry.ImageOptions{Artifacts: strings.Repeat("a", 1<<16), ArtifactsFrom: "a"},
		}}, []string{"options of 65537 bytes; those of an entry may have 65536"}},

		{choosing("nginx", "r.io/a/"), nil},
		{entry.Entry{Source: "nginx", Destinations: []string{"r.io/a/"}}, []string{
			`destination: image name "r.io/a/" ends in /, as the destinations of a selection may: name an image, ` +
				`or give tags`,
		}},
		{with(choosing("nginx", "r.io/a"), func(e *entry.Entry) {
			e.Labels = map[string]string{"": "x", "aws:x": "x", "team": "a\nb", "a;b": "", "ok": "Zoë+1"}
		}), []string{
			`label "" has no name`,
			`label "a;b" has a sign other than`,
			`label "aws:x" begins with aws:`,
			`label "team" has a sign other`,
		}},
	} {
		problems := c.entry.Problems()
		if len(problems) != len(c.want) {
			t.Errorf("%s to %v: %v, want %q", c.entry.Source, c.entry.Destinations, problems, c.want)
			continue
		}
		for i, want := range c.want {
			if !strings.Contains(problems[i].Err.Error(), want) {
				t.Errorf("%s to %v: %v, want %s", c.entry.Source, c.entry.Destinations, problems[i].Err, want)
			}
		}
	}
}

// TestASelectionIsRefusedWhereItWouldBeCarriedOut holds that no command takes it for an image.
func TestASelectionIsRefusedWhereItWouldBeCarriedOut(t *testing.T) {
	names := choosing("nginx", "r.io/a").Names()
	if !errors.Is(names.Source.Err, entry.ErrSelection) || !errors.Is(names.Destinations[0].Err, entry.ErrSelection) {
		t.Errorf("%+v", names)
	}
	if err := choosing("nginx:1", "r.io/a").Names().Source.Err; err == nil || errors.Is(err, entry.ErrSelection) {
		t.Errorf("with a problem: %v", err)
	}
	if err := (entry.Entry{Source: "nginx", Destinations: []string{"r.io/a"}}).Names().Source.Err; err != nil {
		t.Error(err)
	}
}

func TestSameComparesSelections(t *testing.T) {
	base := choosing("nginx", "r.io/a")
	for i, change := range []func(*entry.Entry){
		func(e *entry.Entry) { e.Tags = nil },
		func(e *entry.Entry) { e.Tags = []entry.Rule{{Rule: selection.Rule{Version: "^2"}}} },
		func(e *entry.Entry) {
			e.Tags = []entry.Rule{{Rule: selection.Rule{Version: "^1"}, To: []string{"r.io/b"}}}
		},
		func(e *entry.Entry) { e.Repos.Exclude = []string{"x"} },
		func(e *entry.Entry) { e.Labels = map[string]string{"a": "b"} },
	} {
		if other := with(base, change); base.Same(other) || !other.Same(other) {
			t.Errorf("change %d is not compared", i)
		}
	}
	if !base.Same(choosing("nginx", "r.io/a")) {
		t.Error("the same is another")
	}
}
