package controller_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ecrmirror/internal/entry"
	"ecrmirror/internal/selection"
)

// TestTheStatusOfASelection has what a sweep finds, and what the status says.
func TestTheStatusOfASelection(t *testing.T) {
	const account = "111122223333.dkr.ecr.us-east-1.amazonaws.com"
	pin := func(e entry.Entry, tags ...string) entry.Entry {
		e.Tags = append(e.Tags, entry.Rule{Rule: selection.Rule{Pin: tags}})
		return e
	}
	to := func(e entry.Entry, version string, to ...string) entry.Entry {
		e.Tags = append(e.Tags, entry.Rule{Rule: selection.Rule{Version: version}, To: to})
		return e
	}
	aged := choose("r.io/app", "q.io/app")
	aged.Tags[0].MinimumAge = time.Hour
	limited := later{time.Now().Add(time.Hour)}
	for _, c := range []struct {
		name   string
		entry  entry.Entry
		tags   map[string][]string
		broken map[string]error
		lacks  string // an image that can't be read
		failed int
		want   []string
	}{
		{
			"all is well", choose("r.io/app", "q.io/app"),
			map[string][]string{"r.io/app": {"1.0.0"}},
			nil, "", 0,
			[]string{"q.io/app: submitted: 1 of 1 images, such as r.io/app:1.0.0"},
		},
		{
			"one repository of a namespace is cut off", choose("r.io/t/**", "q.io/"),
			map[string][]string{"r.io/t/a": {"1.0.0"}, "r.io/t/b": {"1.0.0"}},
			map[string]error{"r.io/t/a": errCut},
			"", 1,
			[]string{"q.io/: failing: t/a: tags of r.io/t/a: the list was cut off; 1 of 1 images, such as r.io/t/b:1.0.0"},
		},
		{
			"one is rate-limited, which is no failure", choose("r.io/t/**", "q.io/"),
			map[string][]string{"r.io/t/a": {"1.0.0"}, "r.io/t/b": {"1.0.0"}},
			map[string]error{"r.io/t/a": limited},
			"", 0,
			[]string{"q.io/: submitted: t/a: tags of r.io/t/a: bears no more; 1 of 1 images, such as r.io/t/b:1.0.0"},
		},
		{
			"one is rate-limited, another has nothing, which is", choose("r.io/t/**", "q.io/"),
			map[string][]string{"r.io/t/a": {"1.0.0"}, "r.io/t/b": {"0.1.0"}},
			map[string]error{"r.io/t/a": limited},
			"", 1,
			[]string{"failing: 2 of 2 repositories, such as t/b: none of 1 tags is chosen; " +
				"nearest is 0.1.0: rule 1: not in >=1"},
		},
		{
			"a pinned tag does not exist", pin(choose("r.io/app", "q.io/app"), "stable"),
			map[string][]string{"r.io/app": {"1.0.0"}},
			nil, "", 1,
			[]string{"q.io/app: failing: pinned tags do not exist: stable; 1 of 1 images, such as r.io/app:1.0.0"},
		},
		{
			"a rule's destination has no image", to(choose("r.io/app", "q.io/app"), ">=2", "q.io/two"),
			map[string][]string{"r.io/app": {"1.0.0"}},
			nil, "", 0,
			[]string{
				"q.io/app: submitted: 1 of 1 images, such as r.io/app:1.0.0",
				"q.io/two: current: no rule chooses an image for it",
			},
		},
		{
			"an image that is not there is wrong where it is to go, and not elsewhere",
			to(choose("r.io/app", "q.io/app"), "1.0.x", "q.io/one"),
			map[string][]string{"r.io/app": {"1.0.0", "1.1.0"}},
			nil, "r.io/app:1.1.0", 1,
			[]string{
				"q.io/app: failing: 1 of 2 images, such as r.io/app:1.1.0: source image does not exist",
				"q.io/one: submitted: 1 of 1 images, such as r.io/app:1.0.0",
			},
		},
		{
			"two ways to write a destination", to(choose("r.io/app", account+"/app"), ">=1",
				"ecr.aws/arn:aws:ecr:us-east-1:111122223333:repository/app"),
			map[string][]string{"r.io/app": {"1.0.0"}},
			nil, "", 0,
			[]string{
				account + "/app: submitted: 1 of 1 images, such as r.io/app:1.0.0",
				"ecr.aws/arn:aws:ecr:us-east-1:111122223333:repository/app: submitted: 1 of 1 images, such as r.io/app:1.0.0",
			},
		},
		{
			"a destination can't have the repository", choose("r.io/t/**", account+"/{name}", "q.io/"),
			map[string][]string{"r.io/t/a": {"1.0.0"}},
			nil, "", 1,
			[]string{
				account + `/{name}: failing: destination "` + account + `/{name}" of repository t/a: image name "` +
					account + `/a": ECR repository "a" is not 2 to 256 characters of [a-z0-9._/-]`,
				"q.io/: submitted: 1 of 1 images, such as r.io/t/a:1.0.0",
			},
		},
		{
			"all is too young", aged,
			map[string][]string{"r.io/app": {"1.0.0"}},
			nil, "", 0,
			[]string{"q.io/app: deferred: what rules choose for it is held: too young, or of unknown age"},
		},
	} {
		w := &world{images: images{}}
		for repository, tags := range c.tags {
			for _, tag := range tags {
				if name := repository + ":" + tag; name != c.lacks {
					w.images[name] = one
				}
			}
		}
		r := &registries{tags: c.tags, broken: c.broken}
		report, err := selecting(w, r, c.entry).Sweep(t.Context())
		if err != nil || report.Failed != c.failed {
			t.Errorf("%s: %v, %v", c.name, report, err)
		}
		if diff := cmp.Diff(c.want, status(w, c.entry)); diff != "" {
			t.Errorf("%s: status (-want +got)\n%s", c.name, diff)
		}
	}
}
