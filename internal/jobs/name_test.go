package jobs_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/opencontainers/go-digest"

	"ecrmirror/internal/jobs"
)

// batchName is what Batch takes as a job name.
var batchName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_-]{0,127}$`)

func FuzzEveryNameIsOneThatBatchTakes(f *testing.F) {
	for _, source := range []string{
		"alpine", "docker.io/library/alpine:3.20", "r/a@" + one.String(), "oci:/data/layout:tag", "dir:/a b/ü", "",
		"___", "-/-", strings.Repeat("long/", 60) + "name:tag", strings.Repeat("-", 300),
	} {
		f.Add(source)
	}
	f.Fuzz(func(t *testing.T, source string) {
		name := jobs.Name(jobs.Job{Source: source, Digest: one})
		if !batchName.MatchString(name) {
			t.Errorf("name of %q is %q", source, name)
		}
	})
}

func TestNamesDifferWhereTheWorkDoes(t *testing.T) {
	two := digest.FromString("two")
	seen := map[string]jobs.Job{}
	for _, job := range []jobs.Job{
		{Source: "r/a:1", Digest: one}, {Source: "r/a:1", Digest: two}, {Source: "r/a-1", Digest: one}, {Source: "R/a:1", Digest: one},
	} {
		name := jobs.Name(job)
		if other, taken := seen[name]; taken {
			t.Errorf("%v and %v are both called %q", job, other, name)
		}
		seen[name] = job
	}
	one := func(destinations ...string) string {
		return jobs.Name(jobs.Job{Source: "r/a:1", Digest: one, Destinations: destinations})
	}
	if one("x", "y") != one("y", "x") || one("x") == one("y") {
		t.Error("the name is not the destinations', in whatever order")
	}
}

func TestANameShowsTheEndOfALongSource(t *testing.T) {
	name := jobs.Name(jobs.Job{Source: strings.Repeat("namespace/", 30) + "image:tag", Digest: one})
	if len(name) != 128 || !strings.Contains(name, "-namespace-image-tag-") {
		t.Errorf("name %q of %d characters", name, len(name))
	}
}

func FuzzEveryTagIsOneThatAWSTakes(f *testing.F) {
	taken := regexp.MustCompile(`^[\p{L}\p{Z}\p{N}_.:/=+\-@]{0,256}$`)
	for _, text := range []string{"docker.io/library/alpine:3.20@" + one.String(), "dir:/a b,c*", "é~\x00\xff", strings.Repeat("ü", 300)} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if got := jobs.TagValue(text); !taken.MatchString(got) {
			t.Errorf("tag of %q is %q", text, got)
		}
	})
}
