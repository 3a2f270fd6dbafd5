// Package copyview prints what a copy came to: a line for each destination, or a JSON document.
package copyview

import (
	"fmt"
	"io"
	"slices"

	"ecrmirror/internal/mirror"
	"ecrmirror/internal/output"
	"ecrmirror/internal/printable"
)

// WriteJSON prints a report as a document. Errors are in it.
func WriteJSON(w io.Writer, report *mirror.Report) error { return output.JSON(w, document(report)) }

// WriteText prints a line for what happened to each destination, without its error. Of a copy that was stopped, what
// had not ended is called interrupted.
func WriteText(w io.Writer, palette output.Palette, report *mirror.Report, stopped bool) error {
	for _, r := range report.Results {
		if _, err := fmt.Fprintln(w, line(palette, r, stopped)); err != nil {
			return err
		}
	}
	if text := readAgain(report); text != "" {
		_, err := fmt.Fprintln(w, text)
		return err
	}
	return nil
}

func line(palette output.Palette, r mirror.Result, stopped bool) string {
	color, state, text := output.Bad, fmt.Sprintf("%-8s", r.State), r.Name.String()
	switch {
	case r.State == mirror.Copied:
		color = output.Good
		text += fmt.Sprintf(" %s (%d blobs, %s sent%s)", r.Digest, r.BlobsSent, output.Bytes(r.BytesSent), apart(r))
	case r.State == mirror.Current:
		color = output.Good
		text += " " + r.Digest.String()
	case stopped:
		color, state = output.Waiting, "interrupted"
	}
	return palette.Paint(color, state) + " " + printable.Line(text)
}

// apart says that a destination held up others.
func apart(r mirror.Result) string {
	if r.SetAside {
		return ", set aside as slow"
	}
	return ""
}

// readAgain says what it cost to set destinations aside, "" if none was.
func readAgain(report *mirror.Report) string {
	if !slices.ContainsFunc(report.Results, func(r mirror.Result) bool { return r.SetAside }) {
		return ""
	}
	return fmt.Sprintf("read %s of the source again for destinations that were set aside: they held up faster ones",
		output.Bytes(report.BytesReadAgain))
}

// A Report is the document that WriteJSON prints. Sizes are in bytes, times in seconds.
type Report struct {
	Source    string `json:"source"`
	Digest    string `json:"digest,omitempty"`
	MediaType string `json:"mediaType,omitempty"`
	Manifests int    `json:"manifests,omitempty"`
	Blobs     int    `json:"blobs,omitempty"`
	Size      int64  `json:"size,omitempty"`
	BytesRead int64  `json:"bytesRead"`
	// BytesReadAgain are of these, for destinations that were set aside, and after failures.
	BytesReadAgain int64         `json:"bytesReadAgain,omitempty"`
	Seconds        float64       `json:"seconds"`
	Destinations   []Destination `json:"destinations"`
}

// A Destination is what happened to one destination.
type Destination struct {
	Name      string `json:"name"`
	State     string `json:"state"` // copied, current or failed
	Digest    string `json:"digest,omitempty"`
	BlobsSent int    `json:"blobsSent"`
	BytesSent int64  `json:"bytesSent"`
	SetAside  bool   `json:"setAside,omitempty"` // it held up faster ones, and got its blobs apart from them
	Error     string `json:"error,omitempty"`
	Transient bool   `json:"transient,omitempty"` // the error may be gone on another try
}

func document(report *mirror.Report) Report {
	doc := Report{
		Source: report.Source.String(), Digest: report.Digest.String(), MediaType: report.MediaType,
		Manifests: report.Manifests, Blobs: report.Blobs, Size: report.Size,
		BytesRead: report.BytesRead, BytesReadAgain: report.BytesReadAgain, Seconds: report.Elapsed.Seconds(),
	}
	for _, r := range report.Results {
		d := Destination{
			Name: r.Name.String(), State: string(r.State), Digest: r.Digest.String(),
			BlobsSent: r.BlobsSent, BytesSent: r.BytesSent, SetAside: r.SetAside, Transient: r.Transient,
		}
		if r.Err != nil {
			d.Error = r.Err.Error()
		}
		doc.Destinations = append(doc.Destinations, d)
	}
	return doc
}
