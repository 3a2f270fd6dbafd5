package controller_test

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ecrmirror/internal/controller"
	"ecrmirror/internal/imagename"
)

var home = imagename.ECRRegistry{Account: "123456789012", Region: "eu-west-1", Partition: "aws"}

func TestAPushIsNewsForItsImageName(t *testing.T) {
	const host = "123456789012.dkr.ecr.eu-west-1.amazonaws.com"
	for name, c := range map[string]struct {
		registry        imagename.ECRRegistry
		repository, tag string
		want            []string
	}{
		"a tag":           {home, "team/app", "1.2", []string{host + "/team/app:1.2"}},
		"latest":          {home, "app", "latest", []string{host + "/app:latest", host + "/app"}},
		"another suffix":  {imagename.ECRRegistry{Account: "123456789012", Region: "cn-north-1", Partition: "aws-cn"}, "app", "1", []string{"123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn/app:1"}},
		"no tag":          {home, "app", "", nil},
		"no repository":   {home, "", "1", nil},
		"upper case":      {home, "App", "1", nil},
		"tag in the name": {home, "app:1", "2", nil},
		"with the host":   {home, host + "/app", "1", nil},
		"a digest":        {home, "app", "1@" + one.String(), nil},
		"bad tag":         {home, "app", "one two", nil},
		"bad account":     {imagename.ECRRegistry{Account: "1", Region: "eu-west-1", Partition: "aws"}, "app", "1", nil},
	} {
		got, err := controller.EventSources(c.registry, c.repository, c.tag)
		if diff := cmp.Diff(c.want, got); diff != "" || (err != nil) != (c.want == nil) {
			t.Errorf("%s: %v (-want +got)\n%s", name, err, diff)
		}
	}
}

func TestAnEventLooksAtItsEntriesAlone(t *testing.T) {
	w := &world{
		entries: map[string]string{"r.io/app:latest": "r.io/b:1", "r.io/app": "r.io/c:1", "r.io/other:1": "r.io/d:1"},
		images:  images{"r.io/app:latest": one, "r.io/other:1": one},
	}
	report, err := w.controller().Event(t.Context(), []string{"r.io/app:latest", "r.io/app", "r.io/absent:1"})
	if err != nil || report.Entries != 2 {
		t.Errorf("%v, %v", report, err)
	}
	if diff := cmp.Diff([]string{"r.io/app -> r.io/c:1", "r.io/app:latest -> r.io/b:1"}, w.submitted); diff != "" {
		t.Errorf("submitted (-want +got)\n%s", diff)
	}
}

func TestAnEventThatNoEntryNamesDoesNothing(t *testing.T) {
	w := &world{}
	report, err := w.controller().Event(t.Context(), []string{"r.io/app:1"})
	if err != nil || report.String() != (controller.Report{}).String() || len(w.lookedUp) != 0 || w.listed != 0 {
		t.Errorf("%v, %v; lookups %v", report, err, w.lookedUp)
	}
}

func TestAnEventOnABadEntryFails(t *testing.T) {
	w := &world{bad: map[string]error{"r.io/app:1": errors.New("no Destination")}}
	report, err := w.controller().Event(t.Context(), []string{"r.io/app:1"})
	if err != nil || report.Failed != 1 {
		t.Errorf("%v, %v", report, err)
	}
}

func TestAnEventWithoutATableFails(t *testing.T) {
	w := &world{entries: map[string]string{"r.io/app:1": "r.io/b:1"}, tableErr: errBroken}
	if _, err := w.controller().Event(t.Context(), []string{"r.io/app:1"}); !errors.Is(err, errBroken) {
		t.Errorf("got %v", err)
	}
}

func TestPlanSaysWhyAndSubmitsNothing(t *testing.T) {
	w := &world{
		entries: map[string]string{"r.io/z:1": "r.io/b:1,r.io/c:1,r.io/d:1,r.io/e:1", "r.io/a:1": "r.io/b:1"},
		images:  images{"r.io/z:1": one, "r.io/b:1": one, "r.io/c:1": two}, broken: map[string]error{"r.io/e:1": errBroken},
	}
	c := w.controller()
	c.Jobs = nil
	decisions, report, err := c.Plan(t.Context())
	if err != nil || report.Stale != 2 || report.Failed != 2 {
		t.Errorf("%v, %v", report, err)
	}
	var got []string
	for _, d := range decisions {
		if d.Err != nil {
			got = append(got, d.Source+": "+d.Err.Error())
		}
		for _, dest := range d.Destinations {
			got = append(got, d.Source+" -> "+dest.Name+": "+string(dest.State)+", "+dest.Reason())
		}
	}
	want := []string{
		"r.io/a:1: source image does not exist",
		"r.io/z:1 -> r.io/b:1: current, has the source's digest",
		"r.io/z:1 -> r.io/c:1: stale, has " + two.String(),
		"r.io/z:1 -> r.io/d:1: stale, does not exist",
		"r.io/z:1 -> r.io/e:1: failed, registry is on fire",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("plan (-want +got)\n%s", diff)
	}
}
