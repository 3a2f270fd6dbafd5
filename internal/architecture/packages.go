package architecture

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// A section of docs/packages.md has the packages that lie in its directories.
type section struct {
	title string
	trees []string // first elements of the packages' names
}

var sections = []section{
	{"The programs", []string{"awsclient", "cmd", "internal"}},
	{"The infrastructure", []string{"infra"}},
	{"AWS on one machine", []string{"localstack"}},
	{"What tests share", []string{"testkit"}},
	{"Shown and measured", []string{"demo", "bench", "reliability"}},
	{"Made and released", []string{"docs", "release", "sbom", "tools"}},
}

// tables returns the body of docs/packages.md: for each section a table of its packages, with the synopsis of each
// package's comment and what its layer lets it import from this module. A package that lies in no section, or whose
// comment does not begin with its name, is an error.
func tables(synopses map[string]string) (string, error) {
	var b strings.Builder
	names := slices.Sorted(maps.Keys(synopses))
	written := 0
	for _, s := range sections {
		fmt.Fprintf(&b, "## %s\n\n| package | what it does | may import |\n|---|---|---|\n", s.title)
		for _, name := range names {
			tree, _, _ := strings.Cut(name, "/")
			if !slices.Contains(s.trees, tree) {
				continue
			}
			line, err := row(name, synopses[name])
			if err != nil {
				return "", err
			}
			b.WriteString(line)
			written++
		}
		b.WriteString("\n")
	}
	if written != len(names) {
		return "", fmt.Errorf("%d of %d packages are in no section of docs/packages.md: add their directory to "+
			"sections", len(names)-written, len(names))
	}
	return strings.TrimSuffix(b.String(), "\n"), nil
}

// row returns the line of a package in its table.
func row(name, synopsis string) (string, error) {
	what, ok := summary(name, synopsis)
	if !ok {
		return "", fmt.Errorf("the comment of package %s begins %q: it must begin with Package or Command and the name",
			name, synopsis)
	}
	l, _ := layerOf(name)
	return fmt.Sprintf("| `%s` | %s | %s |\n", name, what, strings.Join(short(l.internal), ", ")), nil
}

// summary returns a package's synopsis without the words "Package NAME" or "Command NAME" before it.
func summary(name, synopsis string) (string, bool) {
	last := name[strings.LastIndex(name, "/")+1:]
	for _, kind := range []string{"Package ", "Command "} {
		if what, ok := strings.CutPrefix(synopsis, kind+last+" "); ok {
			return strings.ReplaceAll(strings.TrimSuffix(what, "."), "|", `\|`), true
		}
	}
	return "", false
}

// short returns the names of packages without the internal/ before them.
func short(names []string) []string {
	out := make([]string, 0, len(names))
	for _, name := range names {
		if name != "internal/..." {
			name = strings.TrimPrefix(name, "internal/")
		}
		out = append(out, "`"+name+"`")
	}
	slices.Sort(out)
	return out
}
