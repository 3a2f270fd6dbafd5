package edit

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"ecrmirror/internal/allow"
	"ecrmirror/internal/entry"
	"ecrmirror/internal/entryfile"
	"ecrmirror/internal/imagename"
	"ecrmirror/internal/printable"
)

// Check returns all that is wrong with an entry that is to be written, in one line.
func Check(e entry.Entry, now time.Time) error {
	var errs []error
	for _, problem := range e.Problems() {
		errs = append(errs, problem.Err)
	}
	if e.ExpiredBy(now) {
		errs = append(errs, fmt.Errorf("expiry %s has passed", entry.FormatExpiry(e.Expires)))
	}
	return oneLine(errs)
}

// Refused returns, in one line, which names of an entry the lists do not allow. The entry must be valid. Which
// repositories a namespace has is not known here: a sweep judges them.
func Refused(lists allow.Lists, e entry.Entry) error {
	var refused []error
	check := func(what string, name entry.Name, allowed func(imagename.Name) error) {
		err := name.Err
		if err == nil {
			err = allowed(name.Name)
		}
		if err != nil {
			refused = append(refused, fmt.Errorf("%s %q: %w", what, name.Text, err))
		}
	}
	names := e.Names()
	if e.IsSelection() {
		names = e.Repositories()
	}
	if names.Source.Text != "" {
		check("source", names.Source, lists.Source)
	}
	for _, destination := range names.Destinations {
		check("destination", destination, lists.Destination)
	}
	for _, text := range artifactsFrom(e) {
		from, err := imagename.ParseWritten(text)
		check(entry.MemberArtifactsFrom, entry.Name{Written: from, Err: err}, lists.Source)
	}
	return oneLine(refused)
}

// artifactsFrom returns the repositories that an entry and its rules name as those of the artifacts.
func artifactsFrom(e entry.Entry) (names []string) {
	all := []entry.ImageOptions{e.ImageOptions}
	for n := range e.Tags {
		all = append(all, e.OptionsOf(n))
	}
	for _, o := range all {
		if o.ArtifactsFrom != "" && !slices.Contains(names, o.ArtifactsFrom) {
			names = append(names, o.ArtifactsFrom)
		}
	}
	return names
}

// RefusedOf does the same for the entries of files, in a line for each, which says where it stands.
func RefusedOf(lists allow.Lists, set entryfile.Set) error {
	var errs []error
	for _, e := range set.Entries {
		if err := Refused(lists, e); err != nil {
			errs = append(errs, fmt.Errorf("%s: entry %q: %w", set.Place(e.Source), e.Source, err))
		}
	}
	return errors.Join(errs...)
}

func oneLine(errs []error) error {
	if len(errs) == 0 {
		return nil
	}
	return errors.New(printable.Line(errors.Join(errs...).Error()))
}
