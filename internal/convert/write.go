package convert

import (
	"fmt"
	"io"

	"ecrmirror/internal/convert/skopeosync"
	"ecrmirror/internal/entryfile"
	"ecrmirror/internal/printable"
)

// Write writes the entries as a file that package entryfile reads. name is that of the file that they were made from.
// The same result gives the same bytes.
func (r Result) Write(w io.Writer, name string) error {
	name = printable.Short(name, mostName)
	noted := make([]entryfile.Noted, len(r.Entries))
	for i, e := range r.Entries {
		note := fmt.Sprintf("%s:%d: %s", name, e.Line, printable.Short(e.Field, mostName))
		if e.Note != "" {
			note += " (" + printable.Short(e.Note, mostName) + ")"
		}
		noted[i] = entryfile.Noted{Entry: e.Entry, Note: note}
	}
	return entryfile.WriteInOrder(w, r.header(name), noted)
}

// mostName is how many bytes of a name stand in a comment.
const mostName = 200

// header returns the comment at the beginning of the file.
func (r Result) header(name string) string {
	text := "# Entries that mirror convert made of " + name + " (" + r.Format + ").\n" +
		"# All platforms of an image are copied, and all that belongs to it: signatures, SBOMs, attestations.\n" +
		"# Tags of the form sha256-... are never chosen, and an entry that chooses more than 500 tags is\n" +
		"# failing.\n"
	if r.Format == skopeosync.Name {
		text += "# skopeo sync without --all copies one platform, and --append-suffix has no equal.\n"
	}
	return text
}
