// Package verifyview prints what verifying an image came to: its artifacts, who has signed it, and why what is signed
// was refused.
package verifyview

import (
	"errors"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/opencontainers/go-digest"

	"ecrmirror/internal/artifacts"
	"ecrmirror/internal/output"
	"ecrmirror/internal/verify/verdict"
)

// A Document is what verifying an image came to, as JSON has it.
type Document struct {
	Image     string          `json:"image"`
	Digest    digest.Digest   `json:"digest"`
	Verified  bool            `json:"verified"`
	Root      string          `json:"trustedRoot"` // where it comes from
	Artifacts []Artifact      `json:"artifacts"`
	Proofs    []verdict.Proof `json:"proofs,omitempty"`
	Unmet     []verdict.Unmet `json:"unmet,omitempty"`
}

// An Artifact is one of the image's root.
type Artifact struct {
	Digest digest.Digest `json:"digest"`
	Type   string        `json:"type,omitempty"`
	Tag    string        `json:"tag,omitempty"`
}

// Of returns artifacts as documents have them.
func Of(list []artifacts.Artifact) []Artifact {
	documents := make([]Artifact, len(list))
	for i, a := range list {
		documents[i] = Artifact{a.Digest, a.Type, a.Tag}
	}
	return documents
}

// mostArtifacts is how many artifacts are printed as text.
const mostArtifacts = 50

// Text prints a document for people.
func Text(w io.Writer, palette output.Palette, d Document) error {
	rows := [][]string{{d.Image, string(d.Digest)}}
	for i, a := range d.Artifacts {
		if i == mostArtifacts {
			rows = append(rows, []string{"artifacts", strconv.Itoa(len(d.Artifacts)-i) + " more"})
			break
		}
		what := a.Tag
		if what == "" {
			what = a.Type
		}
		rows = append(rows, []string{"artifact", string(a.Digest) + "  " + what})
	}
	for _, p := range d.Proofs {
		rows = append(rows, proof(p)...)
	}
	for _, u := range d.Unmet {
		rows = append(rows, unmet(u)...)
	}
	return write(w, palette, rows)
}

const (
	verified    = "verified"
	notVerified = "not verified"
)

func proof(p verdict.Proof) [][]string {
	rows := [][]string{{verified, p.Requirement}}
	if p.Signer != nil {
		rows = append(rows, []string{"signed by", p.Signer.Identity}, []string{"issuer", p.Signer.Issuer})
		if source := p.Signer.SourceRepository; source != "" {
			rows = append(rows, []string{"built from", strings.TrimSuffix(source+"@"+p.Signer.SourceRef, "@")})
		}
	} else {
		rows = append(rows, []string{"signed by", "key " + p.Key})
	}
	if p.PredicateType != "" {
		rows = append(rows, []string{"attests", p.PredicateType})
	}
	if !p.Time.IsZero() {
		rows = append(rows, []string{"when", p.Time.UTC().Format(time.RFC3339)})
	}
	index := "in no transparency log"
	if p.LogIndex != nil {
		index = strconv.FormatInt(*p.LogIndex, 10)
	}
	return append(rows, []string{"log index", index}, []string{"in", p.Kind + " " + string(p.Artifact)})
}

func unmet(u verdict.Unmet) [][]string {
	rows := [][]string{{notVerified, u.Requirement}}
	if u.PredicateType != "" {
		rows = append(rows, []string{"lacks", u.PredicateType})
	}
	for _, r := range u.Refusals {
		rows = append(rows, []string{"refused", r.String()})
	}
	if u.More > 0 {
		rows = append(rows, []string{"refused", strconv.Itoa(u.More) + " more"})
	}
	if len(u.Refusals) == 0 {
		rows = append(rows, []string{"refused", "nothing is signed"})
	}
	if u.Passed > 0 {
		rows = append(rows, []string{"passed over", u.NotLookedAt()})
	}
	return rows
}

// write prints rows, of which there is one at least.
func write(w io.Writer, palette output.Palette, rows [][]string) error {
	err := output.Line(w, "%s  %s", rows[0][0], rows[0][1])
	grid := output.Grid{
		Palette: palette,
		Color: func(cell string) output.Color {
			switch cell {
			case verified:
				return output.Good
			case notVerified:
				return output.Bad
			}
			return output.Plain
		},
		Rows: func(row func(cells ...string)) {
			for _, cells := range rows[1:] {
				row(cells...)
			}
		},
	}
	return errors.Join(err, grid.Write(w))
}
