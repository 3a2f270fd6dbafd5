package controller_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/opencontainers/go-digest"

	"ecrmirror/internal/controller"
)

type images = map[string]digest.Digest

func TestSweepSubmitsWhatIsStaleAndNothingElse(t *testing.T) {
	pinned := "r.io/pinned@" + one.String()
	for name, c := range map[string]struct {
		world     *world
		submitted []string
		report    controller.Report
		errs      []string
	}{
		"current": {
			world: &world{
				entries: map[string]string{"r.io/a:1": "r.io/b:1"}, images: images{"r.io/a:1": one, "r.io/b:1": one},
			},
			report: controller.Report{Entries: 1, Current: 1},
		},
		"other digest": {
			world: &world{
				entries: map[string]string{"r.io/a:1": "r.io/b:1"}, images: images{"r.io/a:1": one, "r.io/b:1": two},
			},
			submitted: []string{"r.io/a:1 -> r.io/b:1"}, report: controller.Report{Entries: 1, Stale: 1, Submitted: 1},
		},
		"absent": {
			world:     &world{entries: map[string]string{"r.io/a:1": "r.io/b:1"}, images: images{"r.io/a:1": one}},
			submitted: []string{"r.io/a:1 -> r.io/b:1"}, report: controller.Report{Entries: 1, Stale: 1, Submitted: 1},
		},
		"only the stale ones": {
			world: &world{
				entries: map[string]string{"r.io/a:1": "r.io/b:1,r.io/c:1,r.io/d:1"},
				images:  images{"r.io/a:1": one, "r.io/c:1": one},
			},
			submitted: []string{"r.io/a:1 -> r.io/b:1,r.io/d:1"},
			report:    controller.Report{Entries: 1, Stale: 2, Submitted: 1},
		},
		"names as they were written": {
			world: &world{
				entries: map[string]string{"alpine": "b:1,docker.io/library/b:1"},
				images:  images{"docker.io/library/alpine:latest": one},
			},
			submitted: []string{"alpine -> b:1"}, report: controller.Report{Entries: 1, Stale: 1, Submitted: 1},
		},
		"source with a digest": {
			world:     &world{entries: map[string]string{pinned: "r.io/b:1"}, images: images{pinned: one}},
			submitted: []string{pinned + " -> r.io/b:1"}, report: controller.Report{Entries: 1, Stale: 1, Submitted: 1},
		},
		"source with a digest and a tag that has moved on": {
			world: &world{
				entries: map[string]string{"r.io/pinned:1@" + one.String(): "r.io/b:1"},
				images:  images{pinned: one, "r.io/pinned:1": two},
			},
			submitted: []string{"r.io/pinned:1@" + one.String() + " -> r.io/b:1"},
			report:    controller.Report{Entries: 1, Stale: 1, Submitted: 1},
		},
		"source with a digest that is nowhere": {
			world:  &world{entries: map[string]string{pinned: "r.io/b:1"}},
			report: controller.Report{Entries: 1, Failed: 1},
			errs:   []string{`entry "` + pinned + `": source image does not exist`},
		},
		"images in files": {
			world: &world{
				entries: map[string]string{"oci:a:1": "r.io/b:1", "r.io/a:1": "r.io/b:1,dir:b"},
				images:  images{"r.io/a:1": one, "oci:a:1": one},
			},
			submitted: []string{"r.io/a:1 -> r.io/b:1"},
			report:    controller.Report{Entries: 2, Failed: 2, Stale: 1, Submitted: 1}, errs: []string{
				`entry "oci:a:1": source: image name "oci:a:1": an entry can name images in registries only`,
				`entry "r.io/a:1": destination "dir:b": image name "dir:b": an entry can name images in registries ` +
					`only`,
			},
		},
		"in flight": {
			world: &world{
				entries: map[string]string{"r.io/a:1": "r.io/b:1"}, images: images{"r.io/a:1": one},
				copying: map[string]bool{"r.io/a:1 -> r.io/b:1": true},
			},
			report: controller.Report{Entries: 1, Stale: 1, InFlight: 1},
		},
		"source absent": {
			world:  &world{entries: map[string]string{"r.io/a:1": "r.io/b:1"}, images: images{"r.io/b:1": one}},
			report: controller.Report{Entries: 1, Failed: 1},
			errs:   []string{`entry "r.io/a:1": source image does not exist`},
		},
		"source broken": {
			world: &world{
				entries: map[string]string{"r.io/a:1": "r.io/b:1"}, broken: map[string]error{"r.io/a:1": errBroken},
			},
			report: controller.Report{Entries: 1, Failed: 1}, errs: []string{`entry "r.io/a:1": registry is on fire`},
		},
		"one destination broken": {
			world: &world{
				entries: map[string]string{"r.io/a:1": "r.io/b:1,r.io/c:1,r.io/d:1"},
				images:  images{"r.io/a:1": one, "r.io/d:1": one}, broken: map[string]error{"r.io/b:1": errBroken},
			},
			submitted: []string{"r.io/a:1 -> r.io/c:1"},
			report:    controller.Report{Entries: 1, Stale: 1, Submitted: 1, Failed: 1},
			errs:      []string{`entry "r.io/a:1": destination "r.io/b:1": registry is on fire`},
		},
		"two destinations broken": {
			world: &world{
				entries: map[string]string{"r.io/a:1": "r.io/b:1,r.io/c:1"}, images: images{"r.io/a:1": one},
				broken: map[string]error{"r.io/b:1": errBroken, "r.io/c:1": errBroken},
			},
			report: controller.Report{Entries: 1, Failed: 1}, errs: []string{
				`entry "r.io/a:1": destination "r.io/b:1": registry is on fire`,
				`entry "r.io/a:1": destination "r.io/c:1": registry is on fire`,
			},
		},
		"repository of a destination missing": {
			world: &world{
				entries: map[string]string{"r.io/a:1": "r.io/b:1,r.io/c:1"}, images: images{"r.io/a:1": one},
				broken: map[string]error{"r.io/b:1": noRepository("r.io/b")},
			},
			submitted: []string{"r.io/a:1 -> r.io/c:1"},
			report:    controller.Report{Entries: 1, Stale: 1, Submitted: 1, Failed: 1},
			errs: []string{
				`entry "r.io/a:1": destination "r.io/b:1": no repository r.io/b; to create it: create r.io/b`,
			},
		},
		"repository of a destination missing, which jobs create": {
			world: &world{
				entries: map[string]string{"r.io/a:1": "r.io/b:1"}, images: images{"r.io/a:1": one},
				broken: map[string]error{"r.io/b:1": noRepository("r.io/b")}, creates: true,
			},
			submitted: []string{"r.io/a:1 -> r.io/b:1"}, report: controller.Report{Entries: 1, Stale: 1, Submitted: 1},
		},
		"repository of the source missing": {
			world: &world{
				entries: map[string]string{"r.io/a:1": "r.io/b:1"},
				broken:  map[string]error{"r.io/a:1": noRepository("r.io/a")}, creates: true,
			},
			report: controller.Report{Entries: 1, Failed: 1},
			errs:   []string{`entry "r.io/a:1": source image does not exist: no repository r.io/a`},
		},
		"two entries for one destination": {
			world: &world{
				entries: map[string]string{"r.io/a:1": "r.io/b:1,r.io/c:1", "r.io/z:1": "R.io:443/b:1"},
				images:  images{"r.io/a:1": one, "r.io/z:1": two, "r.io/b:1": one},
			},
			submitted: []string{"r.io/a:1 -> r.io/c:1"},
			report:    controller.Report{Entries: 2, Stale: 1, Submitted: 1, Failed: 2},
			errs: []string{
				`entry "r.io/a:1": destination "r.io/b:1": is written by entry "r.io/z:1", too: take it out of all ` +
					`entries but one`,
				`entry "r.io/z:1": destination "R.io:443/b:1": is written by entry "r.io/a:1", too: take it out of ` +
					`all entries but one`,
			},
		},
		"two entries for one source": {
			world: &world{
				entries: map[string]string{"x:1": "r.io/b:1", "docker.io/library/x:1": "r.io/c:1"},
				images:  images{"docker.io/library/x:1": one, "r.io/c:1": one},
			},
			submitted: []string{"x:1 -> r.io/b:1"}, report: controller.Report{
				Entries: 2, Stale: 1, Submitted: 1, Failed: 2,
			},
			errs: []string{
				`entry "docker.io/library/x:1": is the same image as the source of entry "x:1": remove all of them ` +
					`but one`,
				`entry "x:1": is the same image as the source of entry "docker.io/library/x:1": remove all of them ` +
					`but one`,
			},
		},
		"two entries for one source that does not exist": {
			world:  &world{entries: map[string]string{"x:1": "r.io/b:1", "docker.io/library/x:1": "r.io/c:1"}},
			report: controller.Report{Entries: 2, Failed: 2},
			errs: []string{
				`entry "docker.io/library/x:1": is the same image as the source of entry "x:1": remove all of them ` +
					`but one`,
				`entry "docker.io/library/x:1": source image does not exist`,
				`entry "x:1": is the same image as the source of entry "docker.io/library/x:1": remove all of them ` +
					`but one`,
				`entry "x:1": source image does not exist`,
			},
		},
		"destination pinned elsewhere": {
			world: &world{
				entries: map[string]string{"r.io/a:1": "r.io/b:1@" + two.String()}, images: images{"r.io/a:1": one},
			},
			report: controller.Report{Entries: 1, Failed: 1},
			errs: []string{
				`entry "r.io/a:1": destination "r.io/b:1@` + two.String() +
					`": can never equal its source, which is ` + one.String() + ` now`,
			},
		},
		"destination is the source": {
			world: &world{
				entries: map[string]string{"docker.io/library/a:latest": "r.io/b:1,a"},
				images:  images{"docker.io/library/a:latest": one},
			},
			submitted: []string{"docker.io/library/a:latest -> r.io/b:1"},
			report:    controller.Report{Entries: 1, Failed: 1, Stale: 1, Submitted: 1},
			errs:      []string{`entry "docker.io/library/a:latest": destination "a": is the source itself`},
		},
		"malformed source": {
			world:  &world{entries: map[string]string{"r.io/A:1": "r.io/b:1"}},
			report: controller.Report{Entries: 1, Failed: 1},
			errs: []string{
				`entry "r.io/A:1": source: image name "r.io/A:1": invalid reference format: repository name must be ` +
					`lowercase`,
			},
		},
		"malformed destination": {
			world: &world{
				entries: map[string]string{"r.io/a:1": "r.io/b:1,r.io/c:"}, images: images{"r.io/a:1": one},
			},
			submitted: []string{"r.io/a:1 -> r.io/b:1"},
			report:    controller.Report{Entries: 1, Failed: 1, Stale: 1, Submitted: 1},
			errs: []string{
				`entry "r.io/a:1": destination "r.io/c:": image name "r.io/c:": invalid reference format; write ` +
					`HOST/NAME:TAG or HOST/NAME@sha256:DIGEST`,
			},
		},
		"refused by Batch": {
			world: &world{
				entries: map[string]string{"r.io/a:1": "r.io/b:1"}, images: images{"r.io/a:1": one},
				submitErr: map[string]error{"r.io/a:1": errBroken},
			},
			report: controller.Report{Entries: 1, Stale: 1, Failed: 1},
			errs:   []string{`entry "r.io/a:1": registry is on fire`},
		},
		"refused by Batch after a failure": {
			world: &world{
				entries: map[string]string{"r.io/a:1": "r.io/b:1,r.io/c:1"}, images: images{"r.io/a:1": one},
				broken:    map[string]error{"r.io/b:1": errBroken},
				submitErr: map[string]error{"r.io/a:1": errors.New("no")},
			},
			report: controller.Report{Entries: 1, Stale: 1, Failed: 1}, errs: []string{
				`entry "r.io/a:1": destination "r.io/b:1": registry is on fire`, `entry "r.io/a:1": no`,
			},
		},
		"bad items and failures leave the others alone": {
			world: &world{
				entries: map[string]string{"r.io/a:1": "r.io/b:1", "r.io/gone:1": "r.io/b:2", "r.io/z:1": "r.io/y:1"},
				bad:     map[string]error{"bad": errors.New("no Destination")},
				images:  images{"r.io/a:1": one, "r.io/z:1": two},
			},
			submitted: []string{"r.io/a:1 -> r.io/b:1", "r.io/z:1 -> r.io/y:1"},
			report:    controller.Report{Entries: 4, Stale: 2, Submitted: 2, Failed: 2},
			errs:      []string{`entry "bad": no Destination`, `entry "r.io/gone:1": source image does not exist`},
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := c.world
			report, err := w.controller().Sweep(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.submitted, w.submitted); diff != "" {
				t.Errorf("submitted (-want +got)\n%s", diff)
			}
			if diff := cmp.Diff(c.report, report, cmpopts.IgnoreFields(report, "Errors", "OldestLag",
				"Duration")); diff != "" {
				t.Errorf("report (-want +got)\n%s", diff)
			}
			if diff := cmp.Diff(c.errs, texts(report.Errors)); diff != "" {
				t.Errorf("errors (-want +got)\n%s", diff)
			}
		})
	}
}

func texts(errs []error) (texts []string) {
	for _, err := range errs {
		texts = append(texts, err.Error())
	}
	slices.Sort(texts)
	return texts
}
