package controller

import (
	"context"
	"log/slog"
)

// logDecision writes a line for what is alike about an entry: one for the whole of it, or one for
// each state of its destinations, as long as it is short, and one for each that failed. All have the fields source,
// destinations, digest, state, reason and job, as far as there is something to say. The caller
// holds mu.
func (r *run) logDecision(ctx context.Context, d Decision) {
	if d.Twin != nil {
		r.logLine(ctx, d, Failing, "conflict", nil, d.Twin.Error(), "")
	}
	if d.Err != nil {
		r.logLine(ctx, d, d.State(), "entry "+word(d.State()), nil, d.Err.Error(), "")
		return
	}
	for i, dest := range d.Destinations {
		if first := firstAlike(d.Destinations[:i+1]); first < i {
			continue // it was in the line of the first
		}
		var names []string
		for _, other := range d.Destinations[i:] {
			if alike(dest, other) {
				names = append(names, other.Name)
			}
		}
		for _, some := range lines(names) {
			r.logLine(ctx, d, dest.State, message(dest), some, dest.Reason(), dest.Job)
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
func firstAlike(list []Destination) int {
	last := list[len(list)-1]
	for i, dest := range list {
		if alike(dest, last) {
			return i
		}
	}
	return len(list) - 1
}

func alike(a, b Destination) bool {
	return a.State == b.State && a.Job == b.Job && a.Reason() == b.Reason()
}

func message(dest Destination) string {
	switch {
	case dest.refused:
		return "submitting failed"
	case dest.State == Submitted && dest.Job == "":
		return "already in flight"
	case dest.State == Failing || dest.State == Deferred:
		return "destination " + word(dest.State)
	}
	return string(dest.State)
}

func word(s State) string {
	if s == Failing {
		return "failed"
	}
	return string(s)
}

func (r *run) logLine(ctx context.Context, d Decision, state State, msg string, destinations []string, reason, job string) {
	level := slog.LevelInfo
	switch state {
	case Failing:
		level = slog.LevelError
	case Current, Stale: // stale ones are submitted, or only planned
		level = slog.LevelDebug
	}
	attrs := []slog.Attr{slog.String("source", d.Source)}
	if len(destinations) > 0 {
		attrs = append(attrs, slog.Any("destinations", destinations))
	}
	if d.Digest != "" {
		attrs = append(attrs, slog.String("digest", d.Digest.String()))
	}
	attrs = append(attrs, slog.String("state", string(state)), slog.String("reason", reason))
	if job != "" {
		attrs = append(attrs, slog.String("job", job))
	}
	r.log.LogAttrs(ctx, level, msg, attrs...)
}
