// Package syncview writes what a round of sync came to, and what one would do: as text, JSON, JUnit XML and Markdown.
// Texts of others, such as errors of registries, can neither steer a terminal nor add markup to a document.
package syncview

import (
	"fmt"
	"iter"
	"time"

	"ecrmirror/internal/filesync"
	"ecrmirror/internal/output"
)

// A row is what became of an image at a destination, or of an image as a whole.
type row struct {
	image       filesync.Image
	destination filesync.Destination // with no name of an image as a whole, but with State and Err
	twin        bool                 // the error is that of another entry with the same source
}

// rows yields the rows of a report in the order of its images.
func rows(r *filesync.Report) iter.Seq[row] {
	return func(yield func(row) bool) {
		for _, image := range r.Images {
			for _, d := range destinationsOf(image) {
				if !yield(d) {
					return
				}
			}
		}
	}
}

func destinationsOf(image filesync.Image) (all []row) {
	if image.Twin != nil {
		all = append(all, row{image, filesync.Destination{State: filesync.Failed, Err: image.Twin}, true})
	}
	if image.State != "" {
		all = append(all, row{image, filesync.Destination{State: image.State, Err: image.Err}, false})
	}
	for _, d := range image.Destinations {
		all = append(all, row{image, d, false})
	}
	return all
}

// why returns the error of a row in words, "" if it has none.
func (r row) why() string {
	if r.destination.Err == nil {
		return ""
	}
	return r.destination.Err.Error()
}

// failure returns the error of a row, with the names of the image and the destination.
func (r row) failure() *filesync.Failure {
	return &filesync.Failure{Source: r.image.Source, Destination: r.destination.Name, Err: r.destination.Err}
}

// countsOf returns how many rows have each state. An entry whose source another has counts as failed, beside its
// destinations.
func countsOf(r *filesync.Report) map[filesync.State]int {
	counts := r.Counts()
	for _, image := range r.Images {
		if image.Twin != nil {
			counts[filesync.Failed]++
		}
	}
	return counts
}

// summary returns the counts of a report as one line.
func summary(r *filesync.Report) string {
	if r.Entries == 0 && len(r.Images) == 0 {
		return noEntries(r)
	}
	counts := countsOf(r)
	text := fmt.Sprintf("entries: %d; images: %d (destinations: copied %d, current %d%s%s, failed %d)%s; %s; %s sent; %s",
		r.Entries, len(r.Images), counts[filesync.Copied], counts[filesync.Current],
		deferred(counts[filesync.Deferred], r.Until), some(", left %d", counts[filesync.Left]),
		counts[filesync.Failed], some("; not reached %d", r.Unreached), requests(r.Requests), output.Bytes(r.Bytes()),
		took(r.Took))
	if r.Err != nil {
		text += "; stopped before the end"
	}
	return text
}

func noEntries(r *filesync.Report) string {
	if r.Err != nil {
		return "no entry was mirrored: stopped before the first"
	}
	return "no entries to mirror"
}

// deferred says how many destinations were put off, and until when, as far as that is known; "" if none was.
func deferred(n int, until time.Time) string {
	text := some(", deferred %d", n)
	if text != "" && !until.IsZero() {
		text += " until " + until.UTC().Format(time.RFC3339)
	}
	return text
}

// some returns the text with a number in it, "" for none.
func some(format string, n int) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprintf(format, n)
}

func requests(n int) string {
	if n == 1 {
		return "1 request"
	}
	return fmt.Sprintf("%d requests", n)
}

// took returns a duration in tenths of a second, from a minute on in seconds.
func took(d time.Duration) string {
	if d < time.Minute {
		return fmt.Sprintf("%.1f s", d.Seconds())
	}
	return d.Round(time.Second).String()
}
