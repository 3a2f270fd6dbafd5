package architecture

import (
	"fmt"
	"slices"
	"strings"
)

// testViolations returns a line for each import of this module's internal packages by tests of the trees that are
// apart, given what each package's tests import, by full path.
func testViolations(imports map[string][]string) []string {
	var lines []string
	for pkg, list := range imports {
		name := strings.TrimPrefix(pkg, module)
		if !slices.ContainsFunc(apart, func(pattern string) bool { return covers(pattern, name) }) {
			continue
		}
		for _, imported := range list {
			if inside, ours := strings.CutPrefix(imported, module); ours && strings.HasPrefix(inside, "internal/") {
				lines = append(lines, fmt.Sprintf("the tests of %s must not import %s", name, inside))
			}
		}
	}
	slices.Sort(lines)
	return lines
}

// unused returns the layers that no package lies in, given all names.
func unused(names []string) []string {
	var lines []string
	for pattern := range layers {
		if !slices.ContainsFunc(names, func(name string) bool { return covers(pattern, name) }) {
			lines = append(lines, fmt.Sprintf("the table has %s, and there is no such package", pattern))
		}
	}
	slices.Sort(lines)
	return lines
}

// violations returns a line for each import that breaks the rules, given what each
// package of the module imports, by full path.
func violations(imports map[string][]string) []string {
	var lines []string
	for pkg, list := range imports {
		name := strings.TrimPrefix(pkg, module)
		l, ok := layerOf(name)
		if !ok {
			lines = append(lines, fmt.Sprintf("%s has no place: add it to internal/architecture/architecture.go", name))
			continue
		}
		for _, imported := range list {
			if !l.allows(imported) {
				lines = append(lines, fmt.Sprintf("%s must not import %s", name, strings.TrimPrefix(imported, module)))
			}
		}
	}
	slices.Sort(lines)
	return lines
}

func layerOf(name string) (layer, bool) {
	if l, ok := layers[name]; ok {
		return l, true
	}
	for pattern, l := range layers {
		if strings.HasSuffix(pattern, "/...") && covers(pattern, name) {
			return l, true
		}
	}
	return layer{}, false
}

func (l layer) allows(imported string) bool {
	if name, ours := strings.CutPrefix(imported, module); ours {
		return slices.ContainsFunc(l.internal, func(pattern string) bool { return covers(pattern, name) })
	}
	first, _, _ := strings.Cut(imported, "/")
	if !strings.Contains(first, ".") { // the standard library
		return true
	}
	return slices.ContainsFunc(l.external, func(prefix string) bool { return strings.HasPrefix(imported, prefix) })
}

func covers(pattern, name string) bool {
	if tree, ok := strings.CutSuffix(pattern, "..."); ok {
		return strings.HasPrefix(name, tree)
	}
	return pattern == name
}
