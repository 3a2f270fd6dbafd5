package syncview

import (
	"errors"
	"io"
	"time"

	"ecrmirror/internal/filesync"
	"ecrmirror/internal/output"
)

// WriteJSON prints a report as one document. Errors are in it.
func WriteJSON(w io.Writer, r *filesync.Report) error { return output.JSON(w, document(r)) }

// A Report is the document that WriteJSON prints. Sizes are in bytes, durations in seconds, times in UTC.
type Report struct {
	Entries    int        `json:"entries"` // that are good at the time
	Counts     Counts     `json:"counts"`
	NotReached int        `json:"notReached"` // images that were not looked at before the time was up
	Requests   int        `json:"requests"`   // that were carried out; each brings images of one repository
	BytesSent  int64      `json:"bytesSent"`
	Began      *time.Time `json:"began,omitempty"`
	Seconds    float64    `json:"seconds"`
	// Until is when the last of the registries that are rate-limited answers again; none if none says so.
	Until  *time.Time `json:"until,omitempty"`
	Error  string     `json:"error,omitempty"` // what stopped the round as a whole
	Images []Image    `json:"images"`
}

// Counts are how many destinations have each state. What could not be judged as a whole counts as one; failed has the
// entries whose source another has, too.
type Counts struct {
	Current  int `json:"current"`
	Copied   int `json:"copied"`
	Deferred int `json:"deferred"`
	Left     int `json:"left"`
	Failed   int `json:"failed"`
}

// An Image is what became of an image, or of an entry of which nothing could be judged.
type Image struct {
	Source string `json:"source"`
	Digest string `json:"digest,omitempty"`
	Size   int64  `json:"size,omitempty"` // of an index that of its largest image; none if not known
	// State is failed or deferred where the image or the entry as a whole could not be judged. It has no destinations
	// then.
	State        string        `json:"state,omitempty"`
	Error        string        `json:"error,omitempty"` // why, or what is wrong with the entry beside its destinations
	Destinations []Destination `json:"destinations"`
}

// A Destination is what became of an image at a destination.
type Destination struct {
	Name   string `json:"name"`
	State  string `json:"state"` // current, copied, deferred, left or failed
	Digest string `json:"digest,omitempty"`
	Had    string `json:"had,omitempty"` // the digest before the round
	// Wanted is the digest that it should have, of these platforms; none where it should have all.
	Wanted    string   `json:"wanted,omitempty"`
	Platforms []string `json:"platforms,omitempty"`
	BlobsSent int      `json:"blobsSent"`
	BytesSent int64    `json:"bytesSent"`
	Seconds   float64  `json:"seconds"`         // of the copy of the image, to all destinations
	Error     string   `json:"error,omitempty"` // why it is deferred, left or failed
	// ReceiptError says why there is no receipt for the image, which is there.
	ReceiptError string `json:"receiptError,omitempty"`
	Transient    bool   `json:"transient,omitempty"`
}

func document(r *filesync.Report) Report {
	counts := countsOf(r)
	doc := Report{
		Entries: r.Entries, NotReached: r.Unreached, Requests: r.Requests, BytesSent: r.Bytes(),
		Began: output.Time(r.Began), Seconds: r.Took.Seconds(), Until: output.Time(r.Until), Error: text(r.Err),
		Counts: Counts{
			Current: counts[filesync.Current], Copied: counts[filesync.Copied], Deferred: counts[filesync.Deferred],
			Left: counts[filesync.Left], Failed: counts[filesync.Failed],
		},
		Images: []Image{},
	}
	for _, image := range r.Images {
		doc.Images = append(doc.Images, documentOf(image))
	}
	return doc
}

func documentOf(image filesync.Image) Image {
	doc := Image{
		Source: image.Source, Digest: image.Digest.String(), Size: image.Size, State: string(image.State),
		Error: text(errors.Join(image.Err, image.Twin)), Destinations: []Destination{},
	}
	for _, d := range image.Destinations {
		doc.Destinations = append(doc.Destinations, Destination{
			Name: d.Name, State: string(d.State), Digest: d.Digest.String(), Had: d.Had.String(),
			Wanted: d.Wanted.String(), Platforms: d.Platforms, BlobsSent: d.BlobsSent, BytesSent: d.BytesSent,
			Seconds: d.Took.Seconds(), Error: text(d.Err), ReceiptError: text(d.ReceiptErr), Transient: d.Transient,
		})
	}
	return doc
}

// text returns an error's text, "" for none.
func text(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}
