package entryfile

import (
	"fmt"
	"io"
	"unicode/utf8"
)

// Limits of files that are read together, which keep what reading it takes far below what it could.
const (
	// maxFile is how many bytes all files may have together: some 400,000 destinations.
	maxFile = 32 << 20
	// maxPlaces is how many lines, list items and fields one document of a file may have. Each can be a value of
	// the document, which takes 200 bytes of memory, however short it is.
	maxPlaces = 300_000
	// maxDocuments is how many documents a file may have.
	maxDocuments = 1000
	// maxValues is how many destinations all entries may name together, with those that aliases repeat.
	maxValues = 1_000_000
	// maxErrors is how many errors are told, and maxQuoted how many bytes of a text in one.
	maxErrors = 100
	maxQuoted = 200
)

// A limiter reads a file as far as it keeps to the limits, and says in err how it does not.
type limiter struct {
	r      io.Reader
	before int64 // how many bytes other files have that are read with it
	size   int64
	at     position
	err    error
	full   bool // by err no other file can be read, either
}

// A position is how far a file was read.
type position struct {
	line   int
	column int  // of the next byte, from 0
	dashes int  // that the line begins with
	last   byte // that was read
	places int  // of the document
	ends   int  // of documents
}

// Read implements [io.Reader].
func (l *limiter) Read(p []byte) (int, error) {
	if l.err != nil {
		return 0, l.err
	}
	n, err := l.r.Read(p)
	at := l.at
	for _, c := range p[:n] {
		at = at.after(c)
	}
	l.at = at
	switch l.size += int64(n); {
	case l.before+l.size > maxFile && l.before > 0:
		l.full = true
		l.err = fmt.Errorf("line %d: with this file there are more than %d MiB; several files can be read one after the "+
			"other", at.line+1, maxFile>>20)
	case l.size > maxFile:
		l.full = true
		l.err = fmt.Errorf("line %d: the file has more than %d MiB; several files can be taken one after the other",
			at.line+1, maxFile>>20)
	case at.ends > maxDocuments:
		l.err = fmt.Errorf("line %d: more than %d documents", at.line, maxDocuments)
	case at.places > maxPlaces:
		l.err = fmt.Errorf(
			"line %d: more than %d lines, list items and fields in one document; "+
				"a line --- begins another, with `%s:` again",
			at.line+1, maxPlaces, fieldEntries)
	}
	if l.err != nil {
		return 0, l.err
	}
	return n, err
}

// after returns the position after one more byte. It counts where a value may begin: after a line's end, in a list or
// mapping on one line, or after the marks of a list item and a field. A line of three dashes, which no value can
// contain, begins another document.
func (p position) after(c byte) position {
	isBlank := c == ' ' || c == '\t' || c == '\r' || c == '\n'
	switch {
	case c == '\n', c == ',', c == '[', c == '{',
		isBlank && (p.last == '-' || p.last == ':' || p.last == '?'),
		c == ':' && (p.last == '"' || p.last == '\''):
		p.places++
	}
	if isBlank && p.dashes == 3 && p.column == 3 {
		p.places = 0
		p.ends++
	}
	switch {
	case c == '\n':
		p.line++
		p.column, p.dashes = 0, 0
	case c == '-' && p.column == p.dashes:
		p.dashes++
		p.column++
	default:
		p.column++
	}
	p.last = c
	return p
}

// cut returns a text as far as errors quote it.
func cut(s string) string {
	if len(s) <= maxQuoted {
		return s
	}
	end := maxQuoted
	for end > maxQuoted-utf8.UTFMax && !utf8.RuneStart(s[end]) {
		end--
	}
	return s[:end] + "…"
}
