package printable

import (
	"bytes"
	"fmt"
	"io"
	"strconv"
	"unicode/utf8"
)

// JSON returns a writer of JSON documents to w, of which each Write has whole ones. What encoding/json
// leaves in a text though it could steer a terminal, such as U+009B, is written as an escape, so that
// readers get the same text.
func JSON(w io.Writer) io.Writer { return jsonWriter{w} }

type jsonWriter struct{ w io.Writer }

// Write implements [io.Writer].
func (j jsonWriter) Write(document []byte) (int, error) {
	if _, err := j.w.Write(escape(document)); err != nil {
		return 0, err
	}
	return len(document), nil
}

func escape(document []byte) []byte {
	if !bytes.ContainsFunc(document, isUnsafe) {
		return document
	}
	var b bytes.Buffer
	for _, r := range string(document) {
		switch {
		case !isUnsafe(r):
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

// isUnsafe is for what stands within texts: between them a document has line ends and tabs at most.
func isUnsafe(r rune) bool {
	return !strconv.IsPrint(r) && r != '\n' && r != '\t' && r != utf8.RuneError
}
