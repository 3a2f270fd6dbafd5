package entryfile

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"ecrmirror/internal/entry"
	"ecrmirror/internal/imagename"
	"ecrmirror/internal/selection/pattern"
	"ecrmirror/internal/spelling"
)

// Only returns the entries whose sources match one of the patterns, in their order; all if there are no patterns. A
// pattern is that of [pattern.Source]. It matches a source as it is written, in full, and as short as Docker Hub's
// names may be; each of them with its tag, with its digest, and without: nginx, nginx:1.27, nginx:1.* and
// docker.io/library/** all match docker.io/library/nginx:1.27.
//
// The error has a line for each pattern that is wrong, and for each that no entry matches: that is one that was
// misspelled. There are no entries then.
func Only(patterns []string, entries []entry.Entry) ([]entry.Entry, error) {
	if len(patterns) == 0 {
		return entries, nil
	}
	var errs []error
	kept, names := make([]bool, len(entries)), make([][]string, len(entries))
	for i, e := range entries {
		names[i] = spellings(e)
	}
	for _, text := range patterns {
		p, err := pattern.Source(text)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		some := false
		for i := range entries {
			if slices.ContainsFunc(names[i], p.Match) {
				kept[i], some = true, true
			}
		}
		if !some {
			errs = append(errs, fmt.Errorf("pattern %q matches no entry%s", text, meantSource(text, entries)))
		}
	}
	if len(errs) > 0 {
		return nil, errors.Join(errs...)
	}
	var only []entry.Entry
	for i, e := range entries {
		if kept[i] {
			only = append(only, e)
		}
	}
	return only, nil
}

// spellings returns the names that the source of an entry may be written by, as it is written first.
func spellings(e entry.Entry) []string {
	all := []string{e.Source}
	if selected, err := entry.ParseSelected(e.Source); e.IsSelection() && err == nil && selected.IsNamespace() {
		return append(all, shortened(selected.Canonical())...)
	}
	source := entry.ParseName(e.Source)
	if source.Err != nil {
		return all
	}
	plain := source.Name
	plain.Tag, plain.Digest = "", ""
	repositories := append([]string{plain.String()}, shortened(plain.Canonical().String())...)
	for _, repository := range repositories {
		all = append(all, repository)
		for _, suffix := range suffixes(e, source.Name) {
			all = append(all, repository+suffix)
		}
	}
	return all
}

// suffixes returns what may follow the repository in the name of a source.
func suffixes(e entry.Entry, name imagename.Name) (all []string) {
	if e.IsSelection() {
		return nil
	}
	name = name.OrLatest()
	if name.Tag != "" {
		all = append(all, ":"+name.Tag)
	}
	if name.Digest != "" {
		all = append(all, "@"+name.Digest.String())
	}
	if name.Tag != "" && name.Digest != "" {
		all = append(all, strings.Join(all, ""))
	}
	return all
}

// shortened returns a name in full, and as short as it may be: Docker Hub's may be without host, and without library/.
func shortened(full string) []string {
	all := []string{full}
	if path, ok := strings.CutPrefix(full, "docker.io/"); ok {
		all = append(all, path)
		if name, ok := strings.CutPrefix(path, "library/"); ok {
			all = append(all, name)
		}
	}
	return all
}

// meantSource says which source was meant, if that can be told.
func meantSource(text string, entries []entry.Entry) string {
	var near []string
	for _, e := range entries {
		for _, s := range spellings(e) {
			const far = 3 // as of package spelling, which takes long for as many names as there may be
			if d := len(s) - len(text); -far < d && d < far {
				near = append(near, s)
			}
		}
	}
	if name := spelling.Nearest(text, near...); name != "" {
		return fmt.Sprintf(" (did you mean %q?)", name)
	}
	return ""
}
