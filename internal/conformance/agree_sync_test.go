package conformance

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"ecrmirror/internal/imagename"
	"ecrmirror/internal/planview"
	"ecrmirror/internal/syncview"
)

// throughSync has one program do a file.
func (w *agreeWorld) throughSync(ctx context.Context, f *agreeFile) (o agreeOutcome, err error) {
	args := append([]string{"sync", f.path, "-o", "json"}, f.syncFlags()...)
	planned, err := w.run(ctx, bySync, f, "mirror", append(args, "--dry-run")...)
	if err != nil {
		return o, err
	}
	synced, err := w.run(ctx, bySync, f, "mirror", args...)
	if err != nil {
		return o, err
	}
	if synced.code == 2 {
		if planned.code != 2 {
			return o, fmt.Errorf("it is wrong usage, and with --dry-run it is not:\n%s", synced.errs)
		}
		o.bad, o.refused = true, synced.wrong("mirror")
		return o, nil
	}
	if o.plan, err = planned.plan(); err != nil {
		return o, err
	}
	if wrong := planned.code != 0; wrong != (isPutOff(o.plan) || isFailing(o.plan)) {
		return o, fmt.Errorf("the exit code is %d, of this plan:\n%s\n%s", planned.code, planned.out, planned.errs)
	}
	var report syncview.Report
	if err := json.Unmarshal([]byte(synced.out), &report); err != nil {
		return o, fmt.Errorf("the report: exit code %d: %w\n%s\n%s", synced.code, err, synced.out, synced.errs)
	}
	if report.Error != "" {
		return o, fmt.Errorf("the round was stopped: %s", report.Error)
	}
	if o.tags, err = w.has(ctx, bySync, f.prefix); err != nil {
		return o, err
	}
	o.bad, o.said = synced.code != 0, planned.errs+synced.errs
	return o, o.ofReport(report)
}

// isFailing reports whether something of a plan is failing, or an entry's source is another's, too.
func isFailing(plan []planview.Entry) bool {
	return slices.ContainsFunc(plan, func(e planview.Entry) bool {
		return e.State == "failing" || e.Error != "" && e.State == "" ||
			slices.ContainsFunc(e.Destinations, func(d planview.Destination) bool { return d.State == "failing" })
	})
}

// ofReport notes which copies a round was asked for, and which of them failed. What the plan has as stale was asked
// for, and whatever was copied.
func (o *agreeOutcome) ofReport(report syncview.Report) error {
	o.asked, o.failed = map[string]bool{}, map[string]bool{}
	stale := map[string]bool{}
	for _, e := range o.plan {
		for _, d := range e.Destinations {
			if d.State == "stale" {
				stale[agreeCopy(canonical(e.Source), canonical(d.Name), agreeOptions(d.Platforms))] = true
			}
		}
	}
	for _, image := range report.Images {
		for _, d := range image.Destinations {
			copied := agreeCopy(canonical(image.Source), canonical(d.Name), agreeOptions(d.Platforms))
			isStale := stale[copied]
			delete(stale, copied)
			switch {
			case d.State == "left":
				return fmt.Errorf("%s was left: %s", copied, d.Error)
			case d.State == "copied" || isStale && (d.State == "current" || d.State == "failed"):
				o.asked[copied] = true
			case isStale:
				return fmt.Errorf("%s was stale, and is %s: %s", copied, d.State, d.Error)
			}
			if err := o.judge(copied, image, d, isStale); err != nil {
				return err
			}
		}
	}
	if len(stale) > 0 {
		return fmt.Errorf("nothing is said of what was stale: %v", sortedKeys(stale))
	}
	return nil
}

// judge holds what a round says of a destination against what that has.
func (o *agreeOutcome) judge(copied string, image syncview.Image, d syncview.Destination, isStale bool) error {
	if d.State == "failed" && isStale {
		o.failed[copied] = true
	}
	if d.State != "copied" && d.State != "current" {
		return nil
	}
	to, err := imagename.Parse(d.Name)
	wanted := cmp.Or(d.Wanted, image.Digest)
	if has := o.tags[inTags(to.OrLatest())]; err != nil || has != wanted {
		return fmt.Errorf("%s is said to be %s, and is %q, of a source that is %s: %w", copied, d.State, has, wanted, err)
	}
	return nil
}

// canonical returns the name of an image in the form that all its spellings share; the text if it is none.
func canonical(text string) string {
	image, err := imagename.Parse(text)
	if err != nil {
		return text
	}
	return image.OrLatest().Canonical().String()
}

// inTags returns a destination as agreeWorld.has calls it.
func inTags(to imagename.Name) string {
	host := to.Host
	if host == otherHost {
		host = targetHost
	}
	return host + "/" + to.Repository + ":" + to.Tag
}
