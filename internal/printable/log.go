package printable

import (
	"context"
	"fmt"
	"io"
	"log/slog"
)

// TextLog returns a log that writes a line of text for each record. Its message and its attributes have
// [Longest] bytes of text together at most, by [Fit].
func TextLog(w io.Writer, level slog.Level) *slog.Logger {
	return slog.New(cleaned{slog.NewTextHandler(w, &slog.HandlerOptions{Level: level}), Longest})
}

// JSONLog returns a log that writes a line of JSON for each record. Its message and its attributes have [Longest]
// bytes of text together at most, by [Fit].
func JSONLog(w io.Writer, level slog.Level) *slog.Logger {
	return slog.New(cleaned{slog.NewJSONHandler(w, &slog.HandlerOptions{Level: level}), Longest})
}

// cleaned is a handler of records whose texts are fit for a log.
type cleaned struct {
	slog.Handler
	left int // bytes of text that a record may have beside the handler's own attributes
}

// Handle implements [slog.Handler].
func (c cleaned) Handle(ctx context.Context, record slog.Record) error {
	attrs := []slog.Attr{slog.String(slog.MessageKey, record.Message)}
	record.Attrs(func(a slog.Attr) bool {
		attrs = append(attrs, a)
		return true
	})
	attrs, _ = fitAttrs(c.left, attrs)
	fit := slog.NewRecord(record.Time, record.Level, attrs[0].Value.String(), record.PC)
	fit.AddAttrs(attrs[1:]...)
	return c.Handler.Handle(ctx, fit)
}

// WithAttrs implements [slog.Handler]. The attributes have half of what is left.
func (c cleaned) WithAttrs(attrs []slog.Attr) slog.Handler {
	attrs, used := fitAttrs(c.left/2, attrs)
	return cleaned{c.Handler.WithAttrs(attrs), c.left - used}
}

// WithGroup implements [slog.Handler].
func (c cleaned) WithGroup(name string) slog.Handler {
	return cleaned{c.Handler.WithGroup(name), c.left}
}

// fitAttrs returns attributes whose texts fit, and how many bytes those have.
func fitAttrs(most int, attrs []slog.Attr) (fitted []slog.Attr, used int) {
	var texts []string
	eachText(attrs, func(s string) string {
		texts = append(texts, s)
		return s
	})
	texts = fit(most, texts)
	next := 0
	return eachText(attrs, func(string) string {
		s := texts[next]
		next++
		used += len(s)
		return s
	}), used
}

// eachText returns attributes in which each text is what change makes of it. Numbers and times are left as they are.
func eachText(attrs []slog.Attr, change func(string) string) []slog.Attr {
	changed := make([]slog.Attr, len(attrs))
	for i, a := range attrs {
		changed[i] = slog.Attr{Key: a.Key, Value: textOf(a.Value.Resolve(), change)}
	}
	return changed
}

// maxList is how many texts of a list are logged.
const maxList = 50

func textOf(v slog.Value, change func(string) string) slog.Value {
	switch v.Kind() {
	case slog.KindString:
		return slog.StringValue(change(v.String()))
	case slog.KindGroup:
		return slog.GroupValue(eachText(v.Group(), change)...)
	case slog.KindAny:
		switch x := v.Any().(type) {
		case nil:
			return v
		case []string:
			list := make([]string, 0, min(len(x), maxList+1))
			for _, s := range x[:min(len(x), maxList)] {
				list = append(list, change(s))
			}
			if len(x) > maxList {
				list = append(list, fmt.Sprintf("and %d more", len(x)-maxList))
			}
			return slog.AnyValue(list)
		default:
			return slog.StringValue(change(fmt.Sprint(x)))
		}
	}
	return v
}
