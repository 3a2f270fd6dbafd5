// Package copyview prints what a copy came to: a line for each destination, or a JSON document.
package copyview

import (
	"fmt"
	"io"
	"slices"

	"ecrmirror/internal/mirror"
	"ecrmirror/internal/output"
	"ecrmirror/internal/printable"
	"ecrmirror/internal/verify/verdict"
)

// WriteJSON prints the reports of a request: of one image a document, of several a list of such documents. Errors are
// in it.
func WriteJSON(w io.Writer, reports []*mirror.Report) error {
	if len(reports) == 1 {
		return output.JSON(w, document(reports[0]))
	}
	return output.JSONList(w, func(yield func(Report) bool) {
		for _, r := range reports {
			if !yield(document(r)) {
				return
			}
		}
	})
}

// WriteText prints a line for what happened to each image at each destination, without its error, and of several images
// a line with counts. Of a copy that was stopped, what had not ended is called interrupted.
func WriteText(w io.Writer, palette output.Palette, reports []*mirror.Report, stopped bool) error {
	for _, report := range reports {
		for _, r := range report.Results {
			if _, err := fmt.Fprintln(w, line(palette, report, r, stopped)); err != nil {
				return err
			}
		}
		if err := writeLines(w, append(verified(report), append(without(report), left(report))...)...); err != nil {
			return err
		}
	}
	return writeLines(w, readAgain(reports), counts(reports, stopped))
}

// writeLines prints the lines that are not empty.
func writeLines(w io.Writer, lines ...string) error {
	for _, text := range lines {
		if text == "" {
			continue
		}
		if _, err := fmt.Fprintln(w, text); err != nil {
			return err
		}
	}
	return nil
}

// counts says how many images were copied, each to how many destinations, "" of one image.
func counts(reports []*mirror.Report, stopped bool) string {
	if len(reports) < 2 {
		return ""
	}
	counts := map[mirror.State]int{}
	for _, report := range reports {
		for _, r := range report.Results {
			counts[r.State]++
		}
	}
	text := fmt.Sprintf("images: %d; at destinations: copied %d, current %d", len(reports), counts[mirror.Copied],
		counts[mirror.Current])
	switch failed := counts[mirror.Failed]; {
	case failed > 0 && stopped:
		text += fmt.Sprintf(", interrupted %d", failed)
	case failed > 0:
		text += fmt.Sprintf(", failed %d", failed)
	}
	return text
}

func line(palette output.Palette, report *mirror.Report, r mirror.Result, stopped bool) string {
	color, state, text := output.Bad, fmt.Sprintf("%-8s", r.State), r.Name.String()
	switch {
	case r.State == mirror.Copied:
		color = output.Good
		text += fmt.Sprintf(" %s (%d blobs, %s sent%s%s", r.Digest, r.BlobsSent, output.Bytes(r.BytesSent),
			with(report, r), apart(r))
		if receipt := receipted(r); receipt != "" {
			text += ", " + receipt
		}
		text += ")"
	case r.State == mirror.Current:
		color = output.Good
		text += " " + r.Digest.String()
		if receipt := receipted(r); receipt != "" {
			text += " (" + receipt + ")"
		}
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
func readAgain(reports []*mirror.Report) string {
	aside, bytes := false, int64(0)
	for _, report := range reports {
		aside = aside || slices.ContainsFunc(report.Results, func(r mirror.Result) bool { return r.SetAside })
		bytes += report.BytesReadAgain
	}
	if !aside {
		return ""
	}
	return fmt.Sprintf("read %s of the source again for destinations that were set aside: they held up faster ones",
		output.Bytes(bytes))
}

// A Report is the document that WriteJSON prints. Sizes are in bytes, times in seconds.
type Report struct {
	Source string `json:"source"`
	// Digest is what destinations should have, and SourceDigest what the source has, where platforms were asked for.
	Digest       string     `json:"digest,omitempty"`
	SourceDigest string     `json:"sourceDigest,omitempty"`
	Platforms    *Platforms `json:"platforms,omitempty"`
	MediaType    string     `json:"mediaType,omitempty"`
	Manifests    int        `json:"manifests,omitempty"`
	// Verified says who has signed the image, where that was asked for.
	Verified  []verdict.Proof `json:"verified,omitempty"`
	Artifacts *Artifacts      `json:"artifacts,omitempty"`
	Blobs     int             `json:"blobs,omitempty"`
	Size      int64           `json:"size,omitempty"`
	BytesRead int64           `json:"bytesRead"`
	// BytesReadAgain are of these, for destinations that were set aside, and after failures.
	BytesReadAgain int64         `json:"bytesReadAgain,omitempty"`
	Seconds        float64       `json:"seconds"`
	Destinations   []Destination `json:"destinations"`
}

// A Destination is what happened to one destination.
type Destination struct {
	Name      string     `json:"name"`
	State     string     `json:"state"` // copied, current or failed
	Digest    string     `json:"digest,omitempty"`
	BlobsSent int        `json:"blobsSent"`
	BytesSent int64      `json:"bytesSent"`
	SetAside  bool       `json:"setAside,omitempty"` // it held up faster ones, and got its blobs apart from them
	Refused   []Artifact `json:"refused,omitempty"`  // artifacts that it does not have
	Receipt   *Receipt   `json:"receipt,omitempty"`  // for the image there
	Error     string     `json:"error,omitempty"`
	Transient bool       `json:"transient,omitempty"` // the error, its own or the receipt's, may be gone on another try
}

func document(report *mirror.Report) Report {
	doc := Report{
		Source: report.Source.String(), Digest: report.Digest.String(), MediaType: report.MediaType,
		Manifests: report.Manifests, Blobs: report.Blobs, Size: report.Size,
		BytesRead: report.BytesRead, BytesReadAgain: report.BytesReadAgain, Seconds: report.Elapsed.Seconds(),
	}
	doc.addPlatforms(report)
	doc.addArtifacts(report)
	doc.Verified = report.Verified
	for _, r := range report.Results {
		d := Destination{
			Name: r.Name.String(), State: string(r.State), Digest: r.Digest.String(),
			BlobsSent: r.BlobsSent, BytesSent: r.BytesSent, SetAside: r.SetAside, Transient: r.Transient,
			Refused: refused(r), Receipt: receiptOf(r),
		}
		if r.Err != nil {
			d.Error = r.Err.Error()
		}
		doc.Destinations = append(doc.Destinations, d)
	}
	return doc
}
