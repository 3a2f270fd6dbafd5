// Package receiptview prints the receipts for an image, for people and as JSON.
package receiptview

import (
	"fmt"
	"io"
	"strings"
	"time"

	"ecrmirror/internal/output"
	"ecrmirror/internal/printable"
	"ecrmirror/internal/receipt"
	"ecrmirror/internal/receipting"
)

// A Document is what checking the receipts for an image came to, as JSON has it.
type Document struct {
	Image    string    `json:"image"`
	Digest   string    `json:"digest"`
	Key      string    `json:"key"` // fingerprint
	Receipts []Receipt `json:"receipts"`
	Refused  []Refused `json:"refused,omitempty"` // what looks like a receipt, and is none that the key has signed
}

// A Receipt is what one says.
type Receipt struct {
	Manifest   string    `json:"manifest"` // digest
	Repository string    `json:"repository"`
	Source     Source    `json:"source"`
	Time       time.Time `json:"time"`
	Tool       Tool      `json:"tool"`
	Verified   []Proof   `json:"verified,omitzero"` // left out where the receipt does not say
	Trimmed    *Trimmed  `json:"trimmed,omitempty"`
}

// A Source is where an image was mirrored from.
type Source struct {
	Repository string `json:"repository"`
	Tag        string `json:"tag,omitempty"`
	Digest     string `json:"digest"`
}

// A Tool made a receipt.
type Tool struct {
	Name    string `json:"name"`
	Version string `json:"version"`
	Commit  string `json:"commit,omitempty"`
}

// A Proof says by what an image was verified.
type Proof struct {
	Requirement   string     `json:"requirement,omitempty"`
	Kind          string     `json:"kind,omitempty"`
	Artifact      string     `json:"artifact,omitempty"`
	Issuer        string     `json:"issuer,omitempty"`
	Identity      string     `json:"identity,omitempty"`
	Key           string     `json:"key,omitempty"`
	PredicateType string     `json:"predicateType,omitempty"`
	Time          *time.Time `json:"time,omitempty"`
	LogIndex      *int64     `json:"logIndex,omitempty"`
}

// A Trimmed says what was left out.
type Trimmed struct {
	Rule      string   `json:"rule"`
	Platforms []string `json:"platforms"`
}

// A Refused manifest is no receipt.
type Refused struct {
	Manifest string `json:"manifest"`
	Error    string `json:"error"`
}

// Of returns what was found of an image's receipts as a document.
func Of(image string, key receipt.Key, found receipting.Found) Document {
	doc := Document{
		Image: image, Digest: found.Image.String(), Key: key.Fingerprint(), Receipts: []Receipt{},
	}
	for _, s := range found.Receipts {
		r := s.Receipt
		says := Receipt{
			Manifest: s.Manifest.String(), Repository: r.Repository, Time: r.Time, Tool: Tool(r.Tool),
			Source:  Source{r.Source.Repository, r.Source.Tag, r.Source.Digest.String()},
			Trimmed: (*Trimmed)(r.Trimmed),
		}
		if r.Verified != nil {
			says.Verified = []Proof{}
		}
		for _, p := range r.Verified {
			says.Verified = append(says.Verified, Proof{
				Requirement: p.Requirement, Kind: p.Kind, Artifact: p.Artifact.String(), Issuer: p.Issuer,
				Identity: p.Identity, Key: p.Key, PredicateType: p.PredicateType, Time: output.Time(p.Time),
				LogIndex: p.LogIndex,
			})
		}
		doc.Receipts = append(doc.Receipts, says)
	}
	for _, r := range found.Refused {
		doc.Refused = append(doc.Refused, Refused{r.Manifest.String(), r.Err.Error()})
	}
	return doc
}

// WriteJSON prints a document.
func WriteJSON(w io.Writer, d Document) error { return output.JSON(w, d) }

// WriteText prints a document for people: the image, and some lines for each receipt.
func WriteText(w io.Writer, palette output.Palette, d Document) error {
	lines := []string{d.Image + "  " + d.Digest}
	for _, r := range d.Receipts {
		lines = append(lines, palette.Paint(output.Good, "receipt")+"   "+printable.Line(r.summary()))
		for _, p := range r.Verified {
			lines = append(lines, "verified  "+printable.Line(p.summary()))
		}
		switch {
		case r.Verified == nil:
			lines = append(lines, "verified  not said: the image was in place before")
		case len(r.Verified) == 0:
			lines = append(lines, "verified  nothing")
		}
		if r.Trimmed != nil {
			lines = append(lines, printable.Line(fmt.Sprintf("trimmed   to %s by %s",
				strings.Join(r.Trimmed.Platforms, ","), r.Trimmed.Rule)))
		}
	}
	for _, r := range d.Refused {
		lines = append(lines, palette.Paint(output.Bad, "refused")+"   "+printable.Line(r.Manifest+": "+r.Error))
	}
	for _, line := range lines {
		if _, err := fmt.Fprintln(w, line); err != nil {
			return err
		}
	}
	return nil
}

func (r Receipt) summary() string {
	from := r.Source.Repository
	if r.Source.Tag != "" {
		from += ":" + r.Source.Tag
	}
	return fmt.Sprintf("mirrored from %s@%s to %s at %s by %s %s", from, r.Source.Digest, r.Repository,
		r.Time.Format(time.RFC3339), r.Tool.Name, r.Tool.Version)
}

func (p Proof) summary() string {
	var parts []string
	add := func(format, value string) {
		if value != "" {
			parts = append(parts, fmt.Sprintf(format, value))
		}
	}
	add("%s", p.Requirement)
	add("signed by %s", p.Identity)
	add("issuer %s", p.Issuer)
	add("key %s", p.Key)
	add("attests %s", p.PredicateType)
	if p.LogIndex != nil {
		parts = append(parts, fmt.Sprintf("log index %d", *p.LogIndex))
	}
	return strings.Join(parts, ", ")
}
