// Package convert makes entries of what people have for other programs: regsync, skopeo sync, dregsy, or lists of
// images. What entries say in the same way is carried over; everything else has a remark, with its line. Logins are not
// carried over, and no remark quotes them.
package convert

import (
	"errors"
	"fmt"
	"strings"

	"ecrmirror/internal/convert/draft"
	"ecrmirror/internal/convert/dregsy"
	"ecrmirror/internal/convert/list"
	"ecrmirror/internal/convert/regsync"
	"ecrmirror/internal/convert/skopeosync"
	"ecrmirror/internal/convert/target"
	"ecrmirror/internal/imagename"
	"ecrmirror/internal/printable"
)

// MaxFile is how many bytes a file may have. Its values take a few hundred times as much memory at most.
const MaxFile = 1 << 20

// Formats returns the names of the formats.
func Formats() []string { return []string{regsync.Name, skopeosync.Name, dregsy.Name, list.Name} }

// Options say how a file is read.
type Options struct {
	Format string // one of [Formats]; "" = the contents tell
	// To is where images go whose file names no destination: a repository, or a path, or a template. For skopeo sync it
	// is what its command line has.
	To     string
	Scoped bool // as --scoped of skopeo sync
}

// Result is what a file becomes.
type Result struct {
	Format  string
	Entries []draft.Entry // in the order of the file
	Remarks []draft.Remark
	IsRead  func(line int) bool // whether the line was read: it is carried over, or a remark is about it
}

// Changes returns how many remarks say that other images are mirrored than by the peer.
func (r Result) Changes() (n int) {
	for _, remark := range r.Remarks {
		if remark.Changes() {
			n++
		}
	}
	return n
}

// Read reads a file. Its error says that nothing of the file can be read, or that To is needed or wrong.
func Read(data []byte, o Options) (Result, error) {
	if len(data) > MaxFile {
		return Result{}, fmt.Errorf("the file has more than %d bytes", MaxFile)
	}
	if err := checkTarget(o.To); err != nil {
		return Result{}, err
	}
	r := Result{Format: o.Format}
	var err error
	if r.Format == "" {
		if r.Format, err = detect(data); err != nil {
			return Result{}, err
		}
	}
	var d draft.Draft
	switch r.Format {
	case regsync.Name:
		err = regsync.Read(data, &d)
	case skopeosync.Name:
		err = skopeosync.Read(data, skopeosync.Options{Destination: o.To, Scoped: o.Scoped}, &d)
	case dregsy.Name:
		err = dregsy.Read(data, &d)
	case list.Name:
		err = list.Read(data, o.To, &d)
	default:
		err = fmt.Errorf("format %q is not one of %s", r.Format, strings.Join(Formats(), ", "))
	}
	if errors.Is(err, target.ErrNone) {
		return Result{}, fmt.Errorf("%w: the file does not say where images go; say it by --to DEST", err)
	}
	if err != nil {
		return Result{}, errors.New(printable.Line(err.Error()))
	}
	r.Entries, r.Remarks = d.Result()
	r.IsRead = d.IsRead
	return r, nil
}

// checkTarget returns why images can't go to a target.
func checkTarget(to string) error {
	if to == "" {
		return nil
	}
	err := draft.CheckName(to)
	var repository string
	if err == nil {
		sample := imagename.Name{Kind: imagename.Registry, Host: "registry.example.com", Repository: "team/app"}
		repository, err = target.Repository(to, sample, target.FullName)
	}
	var name imagename.Name
	if err == nil {
		name, err = imagename.Parse(repository)
	}
	switch {
	case err != nil:
		return fmt.Errorf("--to: %w", err)
	case !name.IsRepository() || strings.Contains(strings.TrimPrefix(to, "docker://"), "://"):
		return fmt.Errorf("--to: %q is not a registry, nor a path in one", to)
	}
	return nil
}
