package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"ecrmirror/internal/cli"
	"ecrmirror/internal/printable"
)

const outputJSON = "json"

// addOutput adds --output to a command that prints text, or JSON. table is what plan's text was once called.
func addOutput(cmd *cobra.Command) *cli.Choice {
	output := cli.OneOf("FORMAT", "text", outputJSON).Formerly("table")
	cmd.Flags().VarP(&output, "output", "o", "what to print: text or json")
	return &output
}

// writeJSON prints a document as the other commands do.
func writeJSON(w io.Writer, document any) error {
	encoder := json.NewEncoder(printable.JSON(w))
	encoder.SetIndent("", "  ")
	encoder.SetEscapeHTML(false)
	return encoder.Encode(document)
}

// writeJSONList prints a document that is a list, an element at a time.
func writeJSONList[T any](w io.Writer, list iter.Seq[T]) error {
	out := bufio.NewWriter(w) // its errors stay until Flush
	lines := printable.JSON(out)
	before, after := "[\n", "[]\n"
	var element bytes.Buffer
	encoder := json.NewEncoder(&element)
	encoder.SetIndent("  ", "  ")
	encoder.SetEscapeHTML(false)
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

// say prints a line, whatever others wrote in it. All that commands print as text is a line by say or a row of a [grid].
func say(w io.Writer, format string, args ...any) error {
	_, err := fmt.Fprintln(w, printable.Short(fmt.Sprintf(format, args...), printable.Longest))
	return err
}

// span says how long something has lasted, in the largest unit that is not more than it.
func span(d time.Duration) string {
	const day = 24 * time.Hour
	switch {
	case d < time.Minute:
		return fmt.Sprintf("%ds", max(0, d/time.Second))
	case d < time.Hour:
		return fmt.Sprintf("%dm", d/time.Minute)
	case d < 2*day:
		return fmt.Sprintf("%dh", d/time.Hour)
	}
	return fmt.Sprintf("%dd", d/day)
}

// jsonTime is t in a document: nil, so that it is left out, for the zero time.
func jsonTime(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC().Truncate(time.Millisecond)
	return &t
}
