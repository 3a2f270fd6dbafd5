// Package report writes what a benchmark measured for people and for programs.
package report

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"ecrmirror/bench/result"
)

// Write prints the table and the promises to w, and writes report.md, report.json and
// chart.svg into dir. It returns whether no promise was missed.
func Write(w io.Writer, dir string, run result.Run) (kept bool, err error) {
	promises := check(run)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return false, err
	}
	raw, err := json.MarshalIndent(run, "", " ")
	if err != nil {
		return false, err
	}
	chart, err := svg(run)
	if err != nil {
		return false, err
	}
	for name, content := range map[string][]byte{
		"report.json": append(raw, '\n'), "report.md": []byte(markdown(run, promises)), "chart.svg": chart,
	} {
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o644); err != nil {
			return false, err
		}
	}
	kept = true
	for _, p := range promises {
		kept = kept && p.state != missed
	}
	_, err = fmt.Fprintf(w, "%s\n%s\n\nWritten to %s: report.md, report.json, chart.svg\n", text(run),
		textPromises(promises), dir)
	return kept, err
}
