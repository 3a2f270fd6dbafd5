package main

import (
	"encoding/json"
	"fmt"
	"io"

	"ecrmirror/internal/cli"
	"ecrmirror/internal/mirror"
	"ecrmirror/internal/printable"
	"ecrmirror/internal/program"
	"ecrmirror/internal/progress"
)

// writeReport prints what happened to each destination: a line each, or one JSON
// document. The errors themselves go to standard error, or into the document. In the lines, what
// had not ended when the copy was stopped is called interrupted.
func writeReport(w io.Writer, format string, palette cli.Palette, report *mirror.Report, stopped bool) error {
	if format == outputJSON {
		encoder := json.NewEncoder(printable.JSON(w))
		encoder.SetIndent("", "  ")
		return encoder.Encode(document(report))
	}
	for _, r := range report.Results {
		if _, err := fmt.Fprintln(w, line(palette, r, stopped)); err != nil {
			return err
		}
	}
	return nil
}

func line(palette cli.Palette, r mirror.Result, stopped bool) string {
	color, state, text := cli.Bad, fmt.Sprintf("%-8s", r.State), r.Name.String()
	switch {
	case r.State == mirror.Copied:
		color = cli.Good
		text += fmt.Sprintf(" %s (%d blobs, %s sent)", r.Digest, r.BlobsSent, progress.Bytes(r.BytesSent))
	case r.State == mirror.Current:
		color = cli.Good
		text += " " + r.Digest.String()
	case stopped:
		color, state = cli.Waiting, "interrupted"
	}
	return palette.Paint(color, state) + " " + program.OneLine(text)
}

// jsonReport is the document of --output json. Sizes are in bytes, times in seconds.
type jsonReport struct {
	Source       string            `json:"source"`
	Digest       string            `json:"digest,omitempty"`
	MediaType    string            `json:"mediaType,omitempty"`
	Manifests    int               `json:"manifests,omitempty"`
	Blobs        int               `json:"blobs,omitempty"`
	Size         int64             `json:"size,omitempty"`
	BytesRead    int64             `json:"bytesRead"`
	Seconds      float64           `json:"seconds"`
	Destinations []jsonDestination `json:"destinations"`
}

type jsonDestination struct {
	Name      string `json:"name"`
	State     string `json:"state"` // copied, current or failed
	Digest    string `json:"digest,omitempty"`
	BlobsSent int    `json:"blobsSent"`
	BytesSent int64  `json:"bytesSent"`
	Error     string `json:"error,omitempty"`
	Transient bool   `json:"transient,omitempty"` // the error may be gone on another try
}

func document(report *mirror.Report) jsonReport {
	doc := jsonReport{
		Source: report.Source.String(), Digest: report.Digest.String(), MediaType: report.MediaType,
		Manifests: report.Manifests, Blobs: report.Blobs, Size: report.Size,
		BytesRead: report.BytesRead, Seconds: report.Elapsed.Seconds(),
	}
	for _, r := range report.Results {
		d := jsonDestination{
			Name: r.Name.String(), State: string(r.State), Digest: r.Digest.String(),
			BlobsSent: r.BlobsSent, BytesSent: r.BytesSent, Transient: r.Transient,
		}
		if r.Err != nil {
			d.Error = r.Err.Error()
		}
		doc.Destinations = append(doc.Destinations, d)
	}
	return doc
}
