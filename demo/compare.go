package main

import (
	"context"
	"fmt"
	"strings"

	"ecrmirror/demo/check"
	"ecrmirror/demo/story"
)

// compare compares destinations with their source by go-containerregistry, and shows
// what it found: all manifests side by side, and the blobs that were fetched.
func (d *demo) compare(ctx context.Context, source string, destinations ...string) error {
	tree, err := d.read(ctx, plainName(source))
	if err != nil {
		return err
	}
	var rows [][]string
	var wrong []string
	for _, destination := range destinations {
		rows = append(rows, []string{destination})
		results := tree.Compare(ctx, d.address(destination))
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		for _, r := range results {
			rows = append(rows, d.row(r))
		}
		if problems := problemsOf(destination, results); len(problems) > 0 {
			wrong = append(wrong, problems...)
		} else {
			d.tally.destinations++
		}
	}
	d.story.Gap()
	d.story.Table([]string{source, "SOURCE DIGEST", "DESTINATION", "BLOBS"}, rows)
	d.story.Gap()
	for _, problem := range wrong {
		d.expect(false, "%s", problem)
	}
	return nil
}

// problemsOf says what differs at a destination, one for each manifest.
func problemsOf(destination string, results []check.Result) (list []string) {
	for _, r := range results {
		if r.Err != nil {
			list = append(list, fmt.Sprintf("%s, %s: %s", destination, r.Manifest.What,
				strings.ReplaceAll(r.Err.Error(), "\n", "; ")))
		}
	}
	return list
}

// row shows and counts what was found of one manifest.
func (d *demo) row(r check.Result) []string {
	mark, blobs := story.Right, ""
	if r.Err != nil {
		mark = story.Wrong
	} else {
		d.tally.manifests++
		d.tally.blobs += r.Blobs
	}
	if !r.Manifest.Type.IsIndex() {
		blobs = fmt.Sprintf("%d, %s", r.Blobs, bytesOf(r.Size))
	}
	return []string{"  " + r.Manifest.What, short(r.Manifest.Digest), short(r.Digest), blobs, mark}
}
