package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"text/tabwriter"

	"ecrmirror/testkit/machine"
	"ecrmirror/testkit/programs"
)

// report prints the tables, and writes chaos.md and chaos.json.
func (c *chaos) report(w io.Writer) error {
	if err := c.writeFiles(); err != nil {
		return err
	}
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintln(table, strings.Join(append([]string{"", ""}, columns()...), "\t"))
	for _, f := range c.faults {
		_, _ = fmt.Fprintf(table, "%s\t%s\t%s\n", f.id, f.title, strings.Join(c.tally(f, programs.Ours).cells(), "\t"))
	}
	if err := table.Flush(); err != nil {
		return err
	}
	if len(c.programs) > 1 {
		if _, err := fmt.Fprintln(w, "\n"+strings.TrimSpace(c.beside())); err != nil {
			return err
		}
	}
	_, err := fmt.Fprintf(w, "\nWritten to %s: chaos.md, chaos.json\n", c.flags.out)
	return err
}

func (c *chaos) writeFiles() error {
	if err := os.MkdirAll(c.flags.out, 0o755); err != nil {
		return err
	}
	raw, err := json.MarshalIndent(map[string]any{
		"machine": machine.Here(), "versions": c.versions(), "small": c.flags.small, "attempts": c.attempts,
	}, "", " ")
	if err != nil {
		return err
	}
	for name, content := range map[string]string{"chaos.json": string(raw) + "\n", "chaos.md": c.markdown()} {
		if err := os.WriteFile(filepath.Join(c.flags.out, name), []byte(content), 0o644); err != nil {
			return err
		}
	}
	return nil
}

func (c *chaos) versions() map[string]string {
	versions := map[string]string{}
	for _, p := range c.programs {
		versions[p.Name] = p.Version
	}
	return versions
}

// markdown is both tables, with the machine.
func (c *chaos) markdown() string {
	var b strings.Builder
	for _, line := range machine.Here().Lines(c.versions()) {
		b.WriteString(line + "  \n")
	}
	fmt.Fprintf(&b, "\n| | %s |\n|---|%s\n", strings.Join(columns(), " | "), strings.Repeat("--:|", len(columns())))
	for _, f := range c.faults {
		fmt.Fprintf(&b, "| %s | %s |\n", f.title, strings.Join(c.tally(f, programs.Ours).cells(), " | "))
	}
	if len(c.programs) > 1 {
		b.WriteString(c.beside())
	}
	return b.String()
}

// beside is the table of all programs: exact copies, honest failures and wrong results of the runs,
// extra bytes and worst time.
func (c *chaos) beside() string {
	var b strings.Builder
	var names []string
	for _, p := range c.programs {
		names = append(names, p.Name)
	}
	fmt.Fprintf(&b, "\n| | %s |\n|---|%s\n", strings.Join(names, " | "), strings.Repeat("---|", len(names)))
	for _, f := range c.faults {
		if !f.forPeers() {
			continue
		}
		var cells []string
		for _, name := range names {
			cells = append(cells, c.tally(f, name).short())
		}
		fmt.Fprintf(&b, "| %s | %s |\n", f.title, strings.Join(cells, " | "))
	}
	return b.String()
}
