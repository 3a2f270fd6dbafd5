package output

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"iter"
	"strings"
	"time"

	"ecrmirror/internal/printable"
)

// JSON prints an indented document and a line end.
func JSON(w io.Writer, document any) error {
	return newEncoder(printable.JSON(w), "").Encode(document)
}

// JSONLine prints a document as one line.
func JSONLine(w io.Writer, document any) error {
	encoder := json.NewEncoder(printable.JSON(w))
	encoder.SetEscapeHTML(false)
	return encoder.Encode(document)
}

// JSONList prints an indented document that is a list. It holds one element in memory at a time.
func JSONList[T any](w io.Writer, list iter.Seq[T]) error {
	out := bufio.NewWriter(w) // its errors stay until Flush
	lines := printable.JSON(out)
	before, after := "[\n", "[]\n"
	var element bytes.Buffer
	encoder := newEncoder(&element, "  ")
	for e := range list {
		if _, err := io.WriteString(lines, before); err != nil {
			return err
		}
		element.Reset()
		element.WriteString("  ")
		if err := encoder.Encode(e); err != nil {
			return err
		}
		before, after = string(bytes.TrimSuffix(element.Bytes(), []byte("\n")))+",\n", "\n]\n"
	}
	_, err := io.WriteString(lines, strings.TrimSuffix(strings.TrimSuffix(before, "[\n"), ",\n")+after)
	return errors.Join(err, out.Flush())
}

func newEncoder(w io.Writer, prefix string) *json.Encoder {
	encoder := json.NewEncoder(w)
	encoder.SetIndent(prefix, "  ")
	encoder.SetEscapeHTML(false)
	return encoder
}

// Time returns a time as documents have it: UTC, in milliseconds; nil, which omitempty leaves out, for the zero time.
func Time(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC().Truncate(time.Millisecond)
	return &t
}
