// Package output prints what commands answer with: lines, grids and JSON documents. No text in them
// can steer a terminal, hide text or fill a screen.
package output

import (
	"fmt"
	"io"
	"time"

	"ecrmirror/internal/printable"
)

// Line prints a formatted line, cut and cleaned by [printable.Short].
func Line(w io.Writer, format string, args ...any) error {
	_, err := fmt.Fprintln(w, printable.Short(fmt.Sprintf(format, args...), printable.Longest))
	return err
}

// Span returns a duration in whole units, the largest that it has one of; hours up to two days.
func Span(d time.Duration) string {
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

// Bytes returns a number of bytes in the form that people read, such as 1.5 MiB.
func Bytes(n int64) string {
	switch {
	case n < 1<<10:
		return fmt.Sprintf("%d B", n)
	case n < 1<<20:
		return fmt.Sprintf("%.1f KiB", float64(n)/(1<<10))
	case n < 1<<30:
		return fmt.Sprintf("%.1f MiB", float64(n)/(1<<20))
	}
	return fmt.Sprintf("%.2f GiB", float64(n)/(1<<30))
}
