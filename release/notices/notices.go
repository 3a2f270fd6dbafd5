// Package notices puts together the licenses of what is in a program, which most of them want to be given
// along with it.
package notices

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// A Package is a package that is in a program.
type Package struct {
	Module string // as it is told: example.org/module@v1.2.3
	Root   string // the module's directory
	Dir    string // the package's, in it
}

// fileName matches the names of files that hold a license, or what a license wants to be passed on.
var fileName = regexp.MustCompile(`(?i)^(licen[cs]e|copying|notice|copyright|patents|unlicense)([-._].*)?$`)

// Text returns the licenses and notices of packages: those of their modules, and those that lie between a
// module's directory and a package's. Each text is there once. A module without any is an error.
func Text(packages []Package) (string, error) {
	modules := map[string][]string{} // by text: whose it is
	files, err := filesOf(packages)
	if err != nil {
		return "", err
	}
	var missing []error
	for module, files := range files {
		if len(files) == 0 {
			missing = append(missing, fmt.Errorf("%s has no license file", module))
		}
		for path := range files {
			text, err := os.ReadFile(path)
			if err != nil {
				return "", fmt.Errorf("%s: %w", module, err)
			}
			plain := strings.TrimSpace(strings.ReplaceAll(string(text), "\r\n", "\n"))
			if !slices.Contains(modules[plain], module) {
				modules[plain] = append(modules[plain], module)
			}
		}
	}
	slices.SortFunc(missing, func(a, b error) int { return cmp.Compare(a.Error(), b.Error()) })
	return format(modules), errors.Join(missing...)
}

// filesOf returns the license files of each module.
func filesOf(packages []Package) (map[string]map[string]bool, error) {
	files := map[string]map[string]bool{}
	for _, p := range packages {
		if files[p.Module] == nil {
			files[p.Module] = map[string]bool{}
		}
		for dir := p.Dir; ; dir = filepath.Dir(dir) {
			entries, err := os.ReadDir(dir)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", p.Module, err)
			}
			for _, e := range entries {
				if e.Type().IsRegular() && fileName.MatchString(e.Name()) && filepath.Ext(e.Name()) != ".go" {
					files[p.Module][filepath.Join(dir, e.Name())] = true
				}
			}
			if rel, err := filepath.Rel(p.Root, dir); err != nil || rel == "." || !filepath.IsLocal(rel) {
				break
			}
		}
	}
	return files, nil
}

// format writes the texts, each under the modules that have it, in the order of those.
func format(modules map[string][]string) string {
	texts := slices.Collect(maps.Keys(modules))
	for _, text := range texts {
		slices.Sort(modules[text])
	}
	slices.SortFunc(texts, func(a, b string) int {
		return cmp.Or(slices.Compare(modules[a], modules[b]), cmp.Compare(a, b))
	})
	var out strings.Builder
	out.WriteString("The programs are made of the modules below. These are their licenses and notices.\n")
	for _, text := range texts {
		fmt.Fprintf(&out, "\n%s\n\n", strings.Repeat("=", 80))
		for _, module := range modules[text] {
			fmt.Fprintf(&out, "%s\n", module)
		}
		fmt.Fprintf(&out, "\n%s\n\n%s\n", strings.Repeat("-", 80), text)
	}
	return out.String()
}
