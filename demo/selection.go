package main

import (
	"context"
	"slices"
	"strings"
)

// A selection is an entry that chooses tags of a repository by a rule.
type selection struct {
	source      string   // repository
	below       string   // destination as the entry has it: a prefix
	destination string   // repository that this makes of the source
	rule        []string // flags of controller put
	chosen      []string // tags that the rule chooses of those that are there, sorted
}

// The repository that tags are chosen of.
const selectedRepository = "web"

// A publishedTag is a tag, and the release that it names.
type publishedTag struct{ tag, release string }

// published are its tags. Those that say less than a release move from one to the next.
var published = []publishedTag{
	{"1.26.3", "1.26.3"},
	{"1.27.3", "1.27.3"},
	{"1.27.4", "1.27.4"},
	{"1.27.5", "1.27.5"},
	{"1.27.5-alpine3.21", "1.27.5-alpine3.21"},
	{"1.28.0", "1.28.0"},
	{"1.28.0-alpine3.21", "1.28.0-alpine3.21"},
	{"1.29.0-rc1", "1.29.0-rc1"},
	{"1", "1.28.0"},
	{"1.28", "1.28.0"},
	{"latest", "1.28.0"},
	{"stable", "1.27.5"},
}

// nextRelease appears when the others have been mirrored.
const nextRelease = "1.28.1"

// selection returns the entry, and what it chooses of what is published.
func (d *demo) selection() selection {
	return selection{
		source: d.upstream(selectedRepository), below: d.abroad("hub/"),
		destination: d.abroad("hub/library/" + selectedRepository),
		rule:        []string{"--version", "^1.27", "--newest", "3", "--pin", "stable"},
		chosen:      []string{"1.27.4", "1.27.5", "1.28.0", "stable"},
	}
}

// choose writes a selection, and has the controller say what it chooses.
func (d *demo) choose(ctx context.Context) error {
	d.story.Heading("Choose tags of a repository by a rule, and ask what it chooses and why")
	s := d.selection()
	if err := d.publish(ctx, s); err != nil {
		return err
	}
	put, err := d.commandAs(ctx, editorRole, "controller", slices.Concat([]string{"put", s.source}, s.rule,
		[]string{s.below})...)
	if err != nil {
		return err
	}
	d.expectExit(put, 0, "the entry is written")
	explained, err := d.command(ctx, "controller", "explain", s.source, "--all")
	if err != nil {
		return err
	}
	d.expectChosen(explained, s.chosen)
	return nil
}

// publish pushes the tags that there are at first, and creates the repository that the selection's are copied to.
func (d *demo) publish(ctx context.Context, s selection) error {
	for _, p := range published {
		if _, err := d.push(ctx, s.source+":"+p.tag, d.images.web[p.release]); err != nil {
			return err
		}
	}
	d.story.Say("%s has %d tags: releases, variants of them, a pre-release, and tags that move from release to "+
		"release. Of the releases from 1.27 on and below 2 the three newest are to be mirrored, and stable beside "+
		"them. This entry is written by the controller, with an editor's permissions.", s.source, len(published))
	to, _ := repositoryOf(s.destination)
	return d.createRepository(ctx, to)
}

// expectChosen expects that the controller names these tags as chosen, and no others.
func (d *demo) expectChosen(explained ended, want []string) {
	got := chosenIn(explained.stdout)
	d.expect(slices.Equal(want, got), "%s chosen: %s", count(len(got), "tag"), strings.Join(got, ", "))
}

// chosenIn returns the tags that controller explain prints as chosen: those with a destination.
func chosenIn(explained string) (tags []string) {
	for line := range strings.Lines(explained) {
		if tag, why, ok := strings.Cut(line, " "); ok && strings.HasSuffix(strings.TrimSpace(why), " by rule 1") {
			tags = append(tags, tag)
		}
	}
	return tags
}
