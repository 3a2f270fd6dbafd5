package main

import (
	"fmt"
	"io"

	"ecrmirror/tools/vulncheck/finding"
)

// report prints a judgement. It returns an error where the change may not pass. Which exceptions there are is in a
// file.
func report(j finding.Judgement, accepted string, out io.Writer) error {
	for _, group := range []struct {
		title    string
		findings []finding.Finding
	}{
		{"called", j.Failing},
		{"called, and accepted (" + accepted + ")", j.Accepted},
		{"in a module that is required, but not called", j.Required},
	} {
		for _, f := range group.findings {
			fixed := "no version has it fixed"
			if f.Fixed != "" {
				fixed = "fixed in " + f.Fixed
			}
			fmt.Fprintf(out, "%s %s: %s %s, %s: %s\n", f.ID, group.title, f.Module, f.Version, fixed, f.Summary)
		}
	}
	for _, e := range j.Unneeded {
		fmt.Fprintf(out, "%s in %s is accepted in %s, but nothing calls it: remove it there\n", e.ID,
			e.Module, accepted)
	}
	if !j.OK() {
		return fmt.Errorf("vulnerabilities that are called and not accepted: %d; exceptions that are not needed: %d. "+
			"Update the module, or accept it in %s with a reason", len(j.Failing), len(j.Unneeded), accepted)
	}
	return nil
}
