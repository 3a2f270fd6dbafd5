// Package changes says how what the programs are made of differs from the release before.
package changes

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Modules are those that programs are made of: path, to version.
type Modules map[string]string

// Format has go list print a line for each package that Add reads. A module that is replaced is named with what
// replaces it.
const Format = `{{with .Module}}{{if not .Main}}{{.Path}} {{.Version}}{{with .Replace}} => {{.Path}}{{with ` +
	`.Version}} {{.}}{{end}}{{end}}{{end}}{{end}}`

// Add adds the modules of go list's lines.
func (m Modules) Add(lines []string) {
	for _, line := range lines {
		if path, version, ok := strings.Cut(line, " "); ok {
			m[path] = version
		}
	}
}

// Text lists the changes that make version's modules, now, of those before. An empty before is for no release before.
func Text(version, before string, then, now Modules) string {
	added, updated, removed := compare(then, now)
	var text strings.Builder
	if before == "" {
		fmt.Fprintf(&text, "The modules of ecrmirror %s. There is no release before.\n", version)
	} else {
		fmt.Fprintf(&text, "The modules of ecrmirror %s, since %s.\n", version, before)
	}
	for _, group := range []struct {
		title string
		lines []string
	}{{"Added", added}, {"Updated", updated}, {"Removed", removed}} {
		if len(group.lines) > 0 {
			fmt.Fprintf(&text, "\n%s:\n  %s\n", group.title, strings.Join(group.lines, "\n  "))
		}
	}
	if len(added)+len(removed)+len(updated) == 0 {
		text.WriteString("\nNothing has changed.\n")
	}
	return text.String()
}

// compare returns a line for each module that differs, in the order of their paths.
func compare(then, now Modules) (added, updated, removed []string) {
	all := maps.Clone(now)
	maps.Copy(all, then)
	for _, path := range slices.Sorted(maps.Keys(all)) {
		old, was := then[path]
		current, is := now[path]
		switch {
		case !was:
			added = append(added, path+" "+current)
		case !is:
			removed = append(removed, path+" "+old)
		case old != current:
			updated = append(updated, path+" "+old+" to "+current)
		}
	}
	return added, updated, removed
}
