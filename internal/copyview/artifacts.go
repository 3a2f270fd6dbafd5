package copyview

import (
	"cmp"
	"errors"
	"fmt"
	"slices"

	"ecrmirror/internal/mirror"
	"ecrmirror/internal/printable"
)

// Artifacts are what was found of what belongs to an image.
type Artifacts struct {
	Found    int        `json:"found"`              // and read, of those that are asked for; a destination may have refused some
	Unwanted int        `json:"unwanted,omitempty"` // not asked for
	Missing  []Artifact `json:"missing,omitempty"`  // can't be had from the source
}

// An Artifact is one that the image comes without.
type Artifact struct {
	Subject string `json:"subject"`
	Digest  string `json:"digest,omitempty"` // none: all that belongs to the subject
	Tag     string `json:"tag,omitempty"`    // its digest tag
	Type    string `json:"type,omitempty"`
	Error   string `json:"error"`
}

// addArtifacts adds what a report says of artifacts, if there are any.
func (r *Report) addArtifacts(report *mirror.Report) {
	a := report.Artifacts
	if a.Brought+a.Unwanted+len(a.Missing) == 0 {
		return
	}
	r.Artifacts = &Artifacts{Found: a.Brought, Unwanted: a.Unwanted}
	for _, m := range a.Missing {
		r.Artifacts.Missing = append(r.Artifacts.Missing, Artifact{
			Subject: m.Subject.String(), Digest: m.Artifact.String(), Tag: m.Tag, Error: cause(m.Err),
		})
	}
}

// refused returns the artifacts that a destination has refused.
func refused(r mirror.Result) (list []Artifact) {
	for _, a := range r.Refused {
		list = append(list, Artifact{
			Subject: a.Subject.String(), Digest: a.Digest.String(), Tag: a.Tag, Type: a.Type, Error: cause(a.Err),
		})
	}
	return list
}

// with says how many artifacts a destination has got with an image, "" if there are none.
func with(report *mirror.Report, r mirror.Result) string {
	n := report.Artifacts.Brought - len(r.Refused)
	if report.Artifacts.Brought == 0 || n < 0 {
		return ""
	}
	return fmt.Sprintf(", %s", plural(n, "artifact"))
}

func plural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// mostTold is how many artifacts that are not there are told one by one.
const mostTold = 10

// without says which artifacts an image came without, a line each, unless no destination has the image.
func without(report *mirror.Report) (lines []string) {
	if !isThere(report) {
		return nil
	}
	add := func(format string, values ...any) {
		lines = append(lines, printable.Line(fmt.Sprintf(format, values...)))
	}
	for _, m := range report.Artifacts.Missing {
		what := "all artifacts"
		if m.Artifact != "" {
			what = "artifact " + cmp.Or(m.Tag, m.Artifact.String())
		}
		add("%s comes without %s of %s: %s", report.Source, what, m.Subject, cause(m.Err))
	}
	for _, result := range report.Results {
		for _, r := range result.Refused {
			add("%s refused artifact %s of %s: %v", result.Name, cmp.Or(r.Tag, r.Digest.String()), r.Subject, cause(r.Err))
		}
	}
	if more := len(lines) - mostTold; more > 0 {
		lines = append(lines[:mostTold], fmt.Sprintf("and %s more, as --output json tells", plural(more, "artifact")))
	}
	return lines
}

// cause returns why an artifact is not there, without the side and the name, which are said.
func cause(err error) string {
	if e, is := errors.AsType[*mirror.Error](err); is {
		return e.Cause()
	}
	return err.Error()
}

// isThere reports whether some destination has the image.
func isThere(report *mirror.Report) bool {
	return slices.ContainsFunc(report.Results, func(r mirror.Result) bool { return r.State != mirror.Failed })
}
