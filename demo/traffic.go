package main

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"ecrmirror/demo/story"
)

// since returns what was counted between two moments.
func since(before, after map[string]int64) map[string]int64 {
	counts := map[string]int64{}
	for key, n := range after {
		if n > before[key] {
			counts[key] = n - before[key]
		}
	}
	return counts
}

// rereadPart is the part of an image that may be read again: mirror asks once more for what half a
// second of waiting didn't bring, and a busy machine can take as long. A second reading of the
// image would be all of it.
const rereadPart = 10

// readOnce reports whether so many bytes are a reading of so many, and not two.
func readOnce(read, size int64) bool { return read >= size && read <= size+size/rereadPart }

// checkTraffic expects that each source was read once, however many destinations it
// has. What was read of registries elsewhere is not known.
func (d *demo) checkTraffic(ctx context.Context, entries []entry, read map[string]int64) error {
	d.story.Heading("See how much was read: every source once, however many destinations")
	var rows [][]string
	for _, e := range entries {
		repository, ours := strings.CutPrefix(e.source, d.server.Addr()+"/")
		if !e.stale() || !ours {
			continue
		}
		tree, err := d.read(ctx, e.source)
		if err != nil {
			return err
		}
		repository = repository[:strings.LastIndexByte(repository, ':')]
		n, size, mark := read[repository], tree.Size(), story.Right
		if !readOnce(n, size) {
			mark = story.Wrong
			d.problems = append(d.problems, fmt.Sprintf("%d bytes were read of %s, whose blobs have %d", n,
				e.source, size))
		}
		rows = append(rows, []string{
			e.source, strconv.Itoa(len(e.destinations)), strconv.FormatInt(size, 10), strconv.FormatInt(n, 10), mark,
		})
	}
	d.story.Table([]string{"SOURCE", "DESTINATIONS", "BYTES OF ITS BLOBS", "BYTES READ"}, rows)
	return nil
}

// expectCheap expects that a sweep that found nothing to do has looked, and has
// fetched nothing. What it asked of registries elsewhere is not known.
func (d *demo) expectCheap(calls map[string]int64) {
	list := make([]string, 0, len(calls))
	for _, call := range slices.Sorted(maps.Keys(calls)) {
		list = append(list, fmt.Sprintf("%s %d", call, calls[call]))
	}
	// To look for artifacts that came later the sweep reads manifests in ECR. That limits no pulls, and only records
	// when the last was.
	fetched := calls["v2.GET manifest"] + calls["v2.GET blob"] + calls["ecr.GetDownloadUrlForLayer"]
	if calls["v2.HEAD manifest"] == 0 || calls["ecr.DescribeImages"] == 0 {
		d.expect(false, "the sweep did not ask for digests: that nothing is left to do is not known")
	}
	where := ""
	if d.extra != "" {
		where = " on this machine"
	}
	d.expect(fetched == 0, "no blob was fetched%s, and no manifest but in ECR, which limits no pulls", where)
	d.story.Say("Its requests: %s.", strings.Join(list, ", "))
}
