package conformance

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
)

// An agreeWriter draws a file: entries of every kind, with all fields that there are.
type agreeWriter struct {
	*rand.Rand
	prefix string
	source *agreeSource
	kinds  map[string]int // how often the file has what
	taken  map[string]bool
	last   int           // number of the last destination
	there  []agreeTarget // what destinations have before
	writes []string      // destinations of images, for conflicts
	anchor map[string]string
	// These cost time, since the programs try again: whether there may be a destination, or a source, that is not to be
	// had for now.
	busy, headless bool
}

// An agreeEntry is an entry to be written: its fields as YAML.
type agreeEntry struct {
	source string
	kind   string // image, repository or namespace
	fields map[string]string
}

// odds reports whether something is to be that happens n times in a hundred.
func (g *agreeWriter) odds(n int) bool { return g.IntN(100) < n }

// has notes that the file has something, and returns it.
func (g *agreeWriter) has(kind string) { g.kinds[kind]++ }

func pick[T any](g *agreeWriter, of ...T) T { return of[g.IntN(len(of))] }

// file returns the text of a file.
func (g *agreeWriter) file() string {
	var text strings.Builder
	documents := 1
	if g.odds(20) {
		documents += 1 + g.IntN(2)
		g.has("several documents")
	}
	spoiled := -1
	if g.odds(14) {
		spoiled = g.IntN(documents)
	}
	for n := range documents {
		if n > 0 {
			text.WriteString("---\n")
		}
		if n > 0 && g.odds(10) && n != spoiled {
			continue // an empty document
		}
		text.WriteString(g.document(n == spoiled))
	}
	return text.String()
}

// document returns a document with some entries, of which one may be wrong.
func (g *agreeWriter) document(spoiled bool) string {
	entries := make([]agreeEntry, 1+g.IntN(5))
	g.anchor = map[string]string{}
	for i := range entries {
		entries[i] = g.entry()
	}
	if spoiled {
		g.spoil(&entries[g.IntN(len(entries))])
		g.has("an invalid entry")
	}
	var text strings.Builder
	if g.odds(30) {
		text.WriteString(g.defaults(entries))
	}
	text.WriteString("entries:\n")
	for _, e := range entries {
		names := sortedKeys(e.fields)
		g.Shuffle(len(names), func(i, j int) { names[i], names[j] = names[j], names[i] })
		mark := "  - "
		for _, name := range names {
			text.WriteString(mark + name + ": " + g.anchored(name, e.fields[name]) + "\n")
			mark = "    "
		}
	}
	return text.String()
}

// anchored writes a value once with an anchor, and later as an alias of that.
func (g *agreeWriter) anchored(name, value string) string {
	if name != "tags" && name != "labels" && name != "repos" && name != "options" {
		return value
	}
	anchor, known := g.anchor[value]
	switch {
	case known:
		g.has("an alias")
		return "*" + anchor
	case g.odds(85):
		g.anchor[value] = fmt.Sprint("a", len(g.anchor))
		return "&" + g.anchor[value] + " " + value
	}
	return value
}

// defaults returns defaults of a document, and takes from entries what they say themselves.
func (g *agreeWriter) defaults(entries []agreeEntry) string {
	g.has("defaults")
	fields := map[string]string{"labels": g.labels()}
	if g.odds(40) {
		fields["expires"] = g.expires()
	}
	if g.odds(30) {
		fields["options"] = g.options()
	}
	images := slices.ContainsFunc(entries, func(e agreeEntry) bool { return e.kind == "image" })
	if !images && g.odds(60) {
		fields["tags"] = g.tags(false, g.template)
		for _, e := range entries {
			if !strings.Contains(e.fields["tags"], "to: ") && g.odds(60) {
				delete(e.fields, "tags")
			}
		}
	}
	var list []string
	for _, name := range sortedKeys(fields) {
		list = append(list, name+": "+fields[name])
	}
	for _, e := range entries {
		if _, has := e.fields["labels"]; !has && g.odds(20) {
			e.fields["labels"] = "null"
		}
	}
	return "defaults: {" + strings.Join(list, ", ") + "}\n"
}

// entry draws an entry.
func (g *agreeWriter) entry() agreeEntry {
	e := agreeEntry{fields: map[string]string{}}
	switch n := g.IntN(100); {
	case n < 55:
		g.image(&e)
	case n < 85:
		g.repository(&e)
	default:
		g.namespace(&e)
	}
	g.has(e.kind)
	optional := g.optional()
	for _, name := range sortedKeys(optional) {
		if g.odds(25) {
			e.fields[name] = optional[name]()
		}
	}
	for name := range e.fields {
		g.has("field " + name)
	}
	return e
}

// optional are the fields that entries of all kinds may have, and what writes them.
func (g *agreeWriter) optional() map[string]func() string {
	return map[string]func() string{
		"expires": g.expires, "labels": g.labels, "options": g.options,
	}
}

// options writes options of an entry, or of a rule.
func (g *agreeWriter) options() string {
	members, all := map[string]string{}, g.optionMembers()
	for _, name := range sortedKeys(all) {
		if g.odds(50) {
			members[name] = all[name]()
			g.has("option " + name)
		}
	}
	return flow(members)
}

// optionMembers are the options that there are, and what writes them.
func (g *agreeWriter) optionMembers() map[string]func() string {
	return map[string]func() string{
		"platforms": func() string {
			if g.odds(8) {
				g.has("platforms that are not there")
				return g.list("linux/s390x")
			}
			return g.list(pick(g, []string{"linux/amd64"}, []string{"linux/arm64", "linux/amd64"}, []string{"linux/riscv64"},
				[]string{"linux/amd64", "windows/amd64:10.0"}, []string{"all"})...)
		},
		"artifacts": func() string {
			return g.list(pick(g, []string{"all"}, []string{"signatures"}, []string{"application/spdx+json", ".sbom"},
				[]string{"all"}, []string{"none"})...)
		},
		"verify": func() string { // as nobody has signed, what asks for it fails
			if !g.odds(10) {
				return "null"
			}
			g.has("who must have signed")
			return pick(g, "{github: org/app}", "[{github: [org/app, org/other]}]")
		},
		"artifactsFrom":     func() string { return agreeHosts()[0] + "/attestations" },
		"artifactsRequired": func() string { return pick(g, "false", "false", "false", "true") },
		"artifactsEvery":    func() string { return pick(g, "12h", "1d", "2w") },
	}
}

// fields returns all fields that entries may get, but for those that are to be refused.
func (g *agreeWriter) fields() []string {
	return append(sortedKeys(g.optional()), "source", "destinations", "tags", "repos")
}

func (g *agreeWriter) expires() string {
	return pick(g, "2099-12-31", "2099-12-31T18:00:00Z", "90d", "12w", "36h", "never", "2020-01-31",
		"2020-01-31T18:00:00+01:00")
}

func (g *agreeWriter) labels() string {
	return pick(g, "{team: base}", `{team: web, cost-center: "4711"}`, `{"x y": a.b/c=d}`)
}

// quote writes a text in one of the ways that YAML has.
func (g *agreeWriter) quote(text string) string {
	switch n := g.IntN(3); {
	case n == 0 && !strings.ContainsAny(text, `'\`):
		return "'" + text + "'"
	case n == 1 && !strings.ContainsAny(text, " ,[]{}:*&!|>'\"%@`#?\\") && text != "":
		return text
	}
	return strconv.Quote(text)
}

// list writes texts as a list, or one as a text.
func (g *agreeWriter) list(texts ...string) string {
	if len(texts) == 1 && g.odds(60) {
		return g.quote(texts[0])
	}
	quoted := make([]string, len(texts))
	for i, text := range texts {
		quoted[i] = g.quote(text)
	}
	return "[" + strings.Join(quoted, ", ") + "]"
}
