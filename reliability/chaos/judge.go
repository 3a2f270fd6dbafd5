package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"ecrmirror/testkit/programs"
)

var crash = regexp.MustCompile(`(?m)^panic: |^goroutine \d+ \[|^fatal error: |DATA RACE`)

// judge says how a copy of ours or a peer's ended, of a request how each of its images did.
func (c *chaos) judge(ctx context.Context, w *world, ran attempt, home string) ([]attempt, error) {
	left := ""
	if ran.Program == programs.Ours {
		var err error
		if left, err = leftIn(filepath.Join(home, "tmp")); err != nil {
			return nil, err
		}
	}
	var list []attempt
	for n, i := range w.images {
		a := ran
		if w.fault.many {
			a.Image = i.tag
		}
		if n > 0 {
			a.Broke, a.Read, a.Size = 0, 0, 0
		}
		a.Outcome = wrong
		switch {
		case a.Hang:
			a.Why = "it hangs"
		case crash.MatchString(a.Output):
			a.Why = "it crashed"
		default:
			c.judgeImage(ctx, w, i, &a)
		}
		if a.Outcome != wrong && left != "" {
			a.Outcome, a.Why = wrong, "it left "+left+" behind"
		}
		list = append(list, a)
	}
	return sideBySide(w.fault, list), nil
}

// judgeImage says how the copy of an image ended, by what the program says of it and what is there.
func (c *chaos) judgeImage(ctx context.Context, w *world, i image, a *attempt) {
	failed, why := w.said(i, *a)
	if why == "" {
		a.Outcome, a.Why = verdict(w.exactAt(ctx, i), exact)
		if failed {
			a.Outcome, a.Why = verdict(w.untouched(ctx, i), honest)
		}
	} else {
		a.Outcome, a.Why = wrong, why
	}
	if a.Outcome == wrong || a.Program != programs.Ours {
		return
	}
	ending, said := w.fault.ending(), *a
	switch {
	case w.fault.unresolvable():
		ending = c.unresolved
	case !slices.Contains(w.concerned, i.tag):
		ending = *always()
	}
	if w.fault.many {
		said.Output = w.errorsOf(i, a.Output)
	}
	if a.Why = ending.objection(said, w.fault.cause); a.Why != "" {
		a.Outcome = wrong
	}
}

// said returns whether a program says that the copy of an image failed: by its exit code, of a request by a line for
// each destination. Why says that it tells no truth, whatever is there.
func (w *world) said(i image, a attempt) (failed bool, why string) {
	if a.Exit == 0 || !w.fault.many {
		return a.Exit != 0, ""
	}
	for _, to := range w.destNamesOf(i) {
		line := regexp.MustCompile(`(?m)^(copied|current|failed) +` + regexp.QuoteMeta(to) + `( |$)`)
		state := line.FindStringSubmatch(a.Output)
		if state == nil {
			return false, "it does not say what became of " + to
		}
		failed = failed || state[1] == "failed"
	}
	return failed, ""
}

// errorsOf returns the lines of a request's output that are errors of an image.
func (w *world) errorsOf(i image, output string) string {
	var lines []string
	for line := range strings.Lines(output) {
		for _, name := range append(w.destNamesOf(i), w.sourceNameOf(i)) {
			if strings.Contains(line, " "+name+": ") {
				lines = append(lines, line)
			}
		}
	}
	return strings.Join(lines, "")
}

// sideBySide judges what is about the images of a request together: its exit code, and the bytes that were read, which
// count where all of them are exact.
func sideBySide(f fault, list []attempt) []attempt {
	if !f.many {
		return list
	}
	allExact := !slices.ContainsFunc(list, func(a attempt) bool { return a.Outcome != exact })
	switch {
	case !allExact:
		list[0].Read, list[0].Size = 0, 0
	case list[0].Exit != 0:
		for n := range list {
			list[n].Outcome, list[n].Why = wrong, "none failed, and the exit code says otherwise"
		}
	}
	return list
}

// objection returns why a copy of ours may not end as it did, or "". An error must match cause.
func (e end) objection(a attempt, cause string) string {
	switch {
	case a.Outcome == exact && !e.exact:
		return "it cannot have worked"
	case a.Outcome == honest && len(e.codes) == 0:
		return "nothing is worth failing for"
	case a.Outcome == honest && !slices.Contains(e.codes, a.Exit):
		return fmt.Sprintf("exit code %d, want %v", a.Exit, e.codes)
	case a.Outcome == honest && (cause == "" || !regexp.MustCompile(cause).MatchString(a.Output)):
		return "the error does not name the cause"
	}
	return ""
}

// verdict returns the outcome, or wrong and why.
func verdict(err error, otherwise outcome) (outcome, string) {
	if err != nil {
		return wrong, err.Error()
	}
	return otherwise, ""
}

// leftIn returns the names of what is in a directory.
func leftIn(dir string) (string, error) {
	entries, err := os.ReadDir(dir)
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return strings.Join(names, ", "), err
}
