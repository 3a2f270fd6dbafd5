package printable

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"regexp"
)

// JSON returns a writer of JSON documents to w, of which each Write has whole ones. What encoding/json
// leaves in a text though it could steer a terminal or hide text, such as U+009B, is written as an escape, so that
// readers get the same text. The texts of a line have [Longest] bytes together at most, as they are written: the
// longest are cut, by [Short].
func JSON(w io.Writer) io.Writer { return jsonWriter{w, false} }

// WholeJSON is [JSON] without its limit: what is written is read again by a program, which needs all of it.
func WholeJSON(w io.Writer) io.Writer { return jsonWriter{w, true} }

type jsonWriter struct {
	w     io.Writer
	whole bool
}

// Write implements [io.Writer].
func (j jsonWriter) Write(document []byte) (int, error) {
	var b bytes.Buffer
	for line := range bytes.Lines(document) {
		if line = escape(line); !j.whole {
			line = cut(line)
		}
		b.Write(line)
	}
	if _, err := j.w.Write(b.Bytes()); err != nil {
		return 0, err
	}
	return len(document), nil
}

func escape(line []byte) []byte {
	var e eye
	if !bytes.ContainsFunc(line, e.escapes) {
		return line
	}
	var b bytes.Buffer
	e = eye{}
	for _, r := range string(line) {
		switch {
		case !e.escapes(r):
			b.WriteRune(r)
		case r > 0xffff: // as a surrogate pair
			r -= 0x10000
			fmt.Fprintf(&b, `\u%04x\u%04x`, 0xd800+r>>10, 0xdc00+r&0x3ff)
		default:
			fmt.Fprintf(&b, `\u%04x`, r)
		}
	}
	return b.Bytes()
}

// escapes is for what stands within texts: between them a document has line ends and tabs at most.
func (e *eye) escapes(r rune) bool { return e.hides(r) && r != '\n' && r != '\t' }

// quotedText matches a text in JSON.
var quotedText = regexp.MustCompile(`"(?:[^"\\]|\\.)*"`)

// cut cuts the longest texts of a line that is too long.
func cut(line []byte) []byte {
	if len(line) <= Longest {
		return line
	}
	var sizes []int
	for _, at := range quotedText.FindAllIndex(line, -1) {
		sizes = append(sizes, at[1]-at[0])
	}
	limit := share(Longest, sizes)
	return quotedText.ReplaceAllFunc(line, func(quoted []byte) []byte {
		if len(quoted) <= limit {
			return quoted
		}
		return shortQuoted(quoted, limit)
	})
}

// shortQuoted returns a text in JSON in so many bytes.
func shortQuoted(quoted []byte, most int) []byte {
	var s string
	if json.Unmarshal(quoted, &s) != nil {
		return []byte(`"?"`) // it is none; encoding/json writes no such document
	}
	most -= len(`""`)
	short := quote(Short(s, most))
	if len(short) > most+len(`""`) { // by quotes and backslashes, each of which takes two
		short = quote(Short(s, most/2))
	}
	return short
}

func quote(s string) []byte {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(s) // a text always can be
	return bytes.TrimSpace(b.Bytes())
}
