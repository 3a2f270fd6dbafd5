package conformance

import (
	"maps"
	"slices"
	"strings"
)

// tags draws rules. All of them have destinations of their own, which to draws, or else at most all but the first.
func (g *agreeWriter) tags(own bool, to func() string) string {
	var rules []string
	for n := range 1 + g.IntN(5)/2 {
		rule := g.rule(own, n > 0 || own, to)
		if !slices.Contains(rules, rule) {
			rules = append(rules, rule)
		}
	}
	return "[" + strings.Join(rules, ", ") + "]"
}

// rule draws a rule that is sound by itself. Own says that it must have destinations of its own, and may that it may.
func (g *agreeWriter) rule(own, may bool, to func() string) string {
	kind := pick(g, "version", "version", "version", "include", "pin")
	members, all := map[string]string{}, g.ruleMembers(to)
	for _, name := range sortedKeys(all) {
		needed := name == kind || name == "to" && own
		if name == "to" && !may {
			continue
		}
		if needed || slices.Contains(beside(kind), name) && g.odds(22) {
			members[name] = all[name]()
			g.has("rule " + name)
		}
	}
	if _, ranked := members["by"]; kind == "include" && !ranked && members["newest"] == "" {
		members["newest"] = all["newest"]()
	}
	if members["pin"] != "" && members["exclude"] != "" {
		members["exclude"] = `"*-rc*"` // which no tag is that is pinned
	}
	return flow(members)
}

// beside are the members that a rule of a kind may have beside the one that it is named for.
func beside(kind string) []string {
	switch kind {
	case "version":
		return append(beside("include"), "parts", "variant", "pre", "include")
	case "include":
		return append(beside("pin"), "newest", "by", "pin")
	}
	return []string{"minimumAge", "exclude", "to", "options"}
}

// ruleMembers are the members of a rule, and what writes them.
func (g *agreeWriter) ruleMembers(to func() string) map[string]func() string {
	lists := func(of ...[]string) func() string { return func() string { return g.list(pick(g, of...)...) } }
	one := func(of ...string) func() string { return func() string { return pick(g, of...) } }
	return map[string]func() string{
		"include": lists([]string{"*"}, []string{"1.*"}, []string{"/v?[0-9]+[.].*/"}, []string{"RELEASE.*", "main-*"},
			[]string{"[a-z]*"}, []string{"none-*"}),
		"exclude": lists([]string{"*-rc*"}, []string{"2.*"}, []string{"*alpine*", "/.*slim/"}, []string{"latest"}),
		"version": func() string {
			return g.quote(pick(g, ">=1", "^1", "~1.2", "*", "1.x || 2.x", "<2", ">=1.1 <3", ">=20240101", ">=90"))
		},
		"parts":      one("1", "2", "3"),
		"variant":    lists([]string{"*"}, []string{"alpine*"}, []string{""}, []string{"", "slim"}, []string{"jdk"}),
		"pre":        one("true", "false"),
		"newest":     one("1", "2", "3", "all", "100"),
		"by":         one("version", "name", "time"),
		"minimumAge": one("24h", "72h", "3d", "2w", "1h30m"),
		"pin":        lists([]string{"latest"}, []string{"1.0.0", "2.0.0"}, []string{"stable"}, []string{"none"}),
		"to": func() string {
			if g.odds(25) {
				return g.list(to(), to())
			}
			return g.list(to())
		},
		"options": g.options,
	}
}

// flow writes a map on one line, in any order.
func flow(members map[string]string) string {
	var list []string
	for _, name := range sortedKeys(members) {
		list = append(list, name+": "+members[name])
	}
	return "{" + strings.Join(list, ", ") + "}"
}

// spoil makes an entry one that is refused.
func (g *agreeWriter) spoil(e *agreeEntry) {
	wrong := []map[string]string{
		{"tag": `"1"`},
		{"expires": "soon"},
		{"labels": `{"aws:x": y}`},
		{"options": "{platform: [linux/amd64]}"},
		{"options": "{platforms: [linux/x86_64]}"},
		{"source": "null"},
		{"source": "Upper.Case/NAME:1"},
		{"source": `"a b"`},
		{"source": "forbidden.test/app:1"},
		{"source": "oci:x:1"},
		{"source": "[a, b]"},
		{"destinations": "[]"},
		{"destinations": "null"},
		{"destinations": "forbidden.test/app:1"},
		{"destinations": "[to.test/same:1, to.test/same:1]"},
		{"destinations": "to.test"},
		{"destinations": e.fields["source"]},
		{"destinations": "to.test/a:b:c"},
		{"destinations": "to.test/x-{nam}"},
		{"tags": "[]"},
		{"tags": "{}"},
		{"tags": `[{newest: 3}]`},
		{"tags": `[{version: ">=x"}]`},
		{"tags": `[{include: ">=1.27", newest: 1}]`},
		{"tags": `[{version: "*", by: size}]`},
		{"tags": `[{version: "*", minAge: 3d}]`},
		{"tags": `[{pin: "1.*"}]`},
		{"tags": `[{pin: x, exclude: x}]`},
		{"tags": `[{version: null}]`},
		{"tags": `[{version: "*"}, {version: "*"}]`},
		{"repos": `{exclude: "x"}`},
		{"tags": `[{version: "*", options: {a: b}}]`},
		{"repos": `{only: x}`},
		{"tags": `[{version: "*"`},
	}
	maps.Copy(e.fields, pick(g, wrong...))
}
