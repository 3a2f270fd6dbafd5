package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"ecrmirror/bench/result"
)

// report prints the tables and the promises, and writes them with all samples to files. It returns whether no promise
// was missed.
func (b *bench) report(w io.Writer) (bool, error) {
	promises := b.promises()
	text := b.markdown(promises)
	raw, err := json.MarshalIndent(struct {
		result.Run
		Lines map[string]int `json:"lines"`
	}{b.result, b.lines}, "", " ")
	if err != nil {
		return false, err
	}
	dir := b.flags.out
	err = errors.Join(
		os.MkdirAll(dir, 0o755), os.WriteFile(filepath.Join(dir, "report.json"), append(raw, '\n'), 0o644),
		os.WriteFile(filepath.Join(dir, "report.md"), []byte(text), 0o644),
	)
	if err != nil {
		return false, err
	}
	_, err = io.WriteString(w, text)
	return !slices.ContainsFunc(promises, func(p promise) bool { return p.state == missed }), err
}

// markdown is what the run came to.
func (b *bench) markdown(promises []promise) string {
	var out strings.Builder
	for _, line := range append(b.result.Machine.Lines(b.result.Versions), b.conditions()) {
		out.WriteString(line + "  \n")
	}
	list := table{{"promise", "target", "this run", ""}}
	for _, p := range promises {
		list = append(list, []string{p.what, p.target, p.figure, p.state})
	}
	fmt.Fprintf(&out, "\n%s\n%s\n\n%s", list, b.bound(), b.summary())
	for _, c := range b.result.Cases {
		fmt.Fprintf(&out, "\n**%s**: %s\n\n%s", c.ID, c.Title, b.tableOf(c.ID))
	}
	for _, note := range b.result.Notes {
		fmt.Fprintf(&out, "\n%s\n", note)
	}
	return out.String()
}

// conditions says what was mirrored, and under which conditions.
func (b *bench) conditions() string {
	return fmt.Sprintf("%d tags in %d repositories, %s of distinct blobs; round trips of %s to both registries, "+
		"%.0f MB/s a connection", len(repositories())*tagsEach, len(repositories()), size(b.contents.size), b.flags.rtt,
		float64(b.flags.rate)/1e6)
}
