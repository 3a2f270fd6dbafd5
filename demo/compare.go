package main

import (
	"context"
	"fmt"
	"strconv"
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
	d.showCompared(source, rows, wrong, "BLOBS")
	return nil
}

// showCompared shows what a comparison found, and what is wrong.
func (d *demo) showCompared(source string, rows [][]string, wrong []string, columns ...string) {
	d.story.Gap()
	d.story.Table(append([]string{source, "SOURCE DIGEST", "DESTINATION"}, columns...), rows)
	d.story.Gap()
	for _, problem := range wrong {
		d.expect(false, "%s", problem)
	}
}

// compareTags compares tags of a repository in the same way, and shows a row for each tag.
func (d *demo) compareTags(ctx context.Context, source, destination string, tags ...string) error {
	rows := [][]string{{destination}}
	var wrong []string
	for _, tag := range tags {
		tree, err := d.read(ctx, source+":"+tag)
		if err != nil {
			return err
		}
		results := tree.Compare(ctx, d.address(destination+":"+tag))
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		problems := problemsOf(destination+":"+tag, results)
		wrong = append(wrong, problems...)
		if len(problems) == 0 {
			d.tally.destinations++
		}
		rows = append(rows, d.rowOfTag(tag, results))
	}
	d.showCompared(source, rows, wrong, "MANIFESTS", "BLOBS")
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

// count counts what was found of one manifest if it is right, and returns its mark.
func (d *demo) count(r check.Result) (mark string) {
	if r.Err != nil {
		return story.Wrong
	}
	d.tally.manifests++
	d.tally.blobs += r.Blobs
	return story.Right
}

// rowOfTag shows and counts what was found of all manifests of an image.
func (d *demo) rowOfTag(tag string, results []check.Result) []string {
	mark, blobs, size := story.Right, 0, int64(0)
	for _, r := range results {
		if d.count(r) == story.Wrong {
			mark = story.Wrong
		}
		blobs += r.Blobs
		size += r.Size
	}
	return []string{
		"  " + tag, short(results[0].Manifest.Digest), short(results[0].Digest), strconv.Itoa(len(results)),
		fmt.Sprintf("%d, %s", blobs, bytesOf(size)), mark,
	}
}

// row shows and counts what was found of one manifest.
func (d *demo) row(r check.Result) []string {
	mark, blobs := d.count(r), ""
	if !r.Manifest.Type.IsIndex() {
		blobs = fmt.Sprintf("%d, %s", r.Blobs, bytesOf(r.Size))
	}
	return []string{"  " + r.Manifest.What, short(r.Manifest.Digest), short(r.Digest), blobs, mark}
}
