package controller

import (
	"context"
	"log/slog"

	"ecrmirror/internal/entry"
)

// logResult writes a line for what is alike about an entry: one for the whole of it, or one for
// each state of its destinations, as long as it is short, and one for each that failed. All have the fields source,
// destinations, digest, state, reason and job, as far as there is something to say.
func logResult(ctx context.Context, log *slog.Logger, r entry.Result) {
	if r.Twin != nil {
		logLine(ctx, log, r, entry.Failing, "conflict", nil, r.Twin.Error(), "")
	}
	if r.Err != nil {
		logLine(ctx, log, r, r.State(), "entry "+word(r.State()), nil, r.Err.Error(), "")
		return
	}
	for i, dest := range r.Destinations {
		if first := firstAlike(r.Destinations[:i+1]); first < i {
			continue // it was in the line of the first
		}
		var names []string
		for _, other := range r.Destinations[i:] {
			if alike(dest, other) {
				names = append(names, other.Name)
			}
		}
		for _, some := range lines(names) {
			logLine(ctx, log, r, dest.State, message(dest), some, dest.Reason(), dest.JobID)
		}
	}
}

// maxNames is how many bytes of destinations a line has, which leaves room for the rest.
const maxNames = 500

// lines divides names among lines, in their order.
func lines(names []string) (lines [][]string) {
	size := maxNames
	for _, name := range names {
		if size += len(name); size > maxNames {
			lines, size = append(lines, nil), len(name)
		}
		last := &lines[len(lines)-1]
		*last = append(*last, name)
	}
	return lines
}

// firstAlike returns the index of the first destination that shares a line with the last.
func firstAlike(list []entry.DestinationResult) int {
	last := list[len(list)-1]
	for i, dest := range list {
		if alike(dest, last) {
			return i
		}
	}
	return len(list) - 1
}

func alike(a, b entry.DestinationResult) bool {
	return a.State == b.State && a.JobID == b.JobID && a.Reason() == b.Reason()
}

func message(dest entry.DestinationResult) string {
	switch {
	case dest.Refused():
		return "submitting failed"
	case dest.State == entry.Submitted && dest.JobID == "":
		return "already in flight"
	case dest.State == entry.Failing || dest.State == entry.Deferred:
		return "destination " + word(dest.State)
	}
	return string(dest.State)
}

func word(s entry.State) string {
	if s == entry.Failing {
		return "failed"
	}
	return string(s)
}

func logLine(
	ctx context.Context, log *slog.Logger, r entry.Result,
	state entry.State, msg string, destinations []string, reason, job string,
) {
	level := slog.LevelInfo
	switch state {
	case entry.Failing:
		level = slog.LevelError
	case entry.Current, entry.Stale: // stale ones are submitted, or only planned
		level = slog.LevelDebug
	}
	attrs := []slog.Attr{slog.String("source", r.Source)}
	if len(destinations) > 0 {
		attrs = append(attrs, slog.Any("destinations", destinations))
	}
	if r.Digest != "" {
		attrs = append(attrs, slog.String("digest", r.Digest.String()))
	}
	attrs = append(attrs, slog.String("state", string(state)), slog.String("reason", reason))
	if job != "" {
		attrs = append(attrs, slog.String("job", job))
	}
	log.LogAttrs(ctx, level, msg, attrs...)
}
