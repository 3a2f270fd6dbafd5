package skopeosync

import (
	"fmt"

	"github.com/opencontainers/go-digest"

	"ecrmirror/internal/convert/draft"
	"ecrmirror/internal/convert/member"
	"ecrmirror/internal/convert/rules"
	"ecrmirror/internal/entry"
)

// images adds what a repository is listed with: tags and digests, or all tags where there are none.
func (g registry) images(name string, v member.Value) {
	source, destination, ok := g.names(name, v)
	if !ok {
		return
	}
	references, ok := v.List()
	if !ok {
		return
	}
	if len(references) == 0 {
		g.add(v, source, destination, rules.All())
		return
	}
	var tags []string
	var fixed []draft.Entry
	for _, reference := range references {
		text, ok := reference.Text()
		if !ok {
			continue
		}
		hash, err := digest.Parse(text)
		if err != nil {
			if err := rules.CheckTag(text); err != nil {
				reference.Remark(draft.LeftOut, "%v", err)
				continue
			}
			tags = append(tags, text)
			continue
		}
		fixed = append(fixed, draft.Entry{Line: reference.Line, Field: reference.Field, Entry: entry.Entry{
			Source: fmt.Sprintf("%s@%s", source, hash), Destinations: []string{fmt.Sprintf("%s@%s", destination, hash)},
		}})
	}
	if len(tags) > 0 {
		g.add(v, source, destination, rules.Pinned(tags...)...)
	}
	for _, e := range fixed {
		g.into.Add(e)
	}
}
