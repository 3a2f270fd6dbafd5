package finding

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
)

// An Exception is a vulnerability that is called and accepted.
type Exception struct {
	ID     string `json:"id"`
	Module string `json:"module"`
	Reason string `json:"reason"`
}

// ReadExceptions reads a list of exceptions from a file. Each needs a reason.
func ReadExceptions(path string) ([]Exception, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var all []Exception
	if err := json.Unmarshal(text, &all); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	for i, e := range all {
		if e.ID == "" || e.Module == "" || e.Reason == "" {
			return nil, fmt.Errorf("%s: exception %d lacks its id, module or reason", path, i+1)
		}
	}
	return all, nil
}

// A Judgement sorts findings and exceptions.
type Judgement struct {
	Failing  []Finding   // called, and not accepted
	Accepted []Finding   // called, with an exception
	Required []Finding   // of a module that is required, where nothing vulnerable is called
	Unneeded []Exception // of nothing that is called
}

// OK reports whether the change may pass. An exception that nothing needs fails it, too.
func (j Judgement) OK() bool { return len(j.Failing) == 0 && len(j.Unneeded) == 0 }

// Judge holds all findings, of all scans, against the exceptions. A finding of several scans counts once, and as
// called if it is in one of them.
func Judge(findings []Finding, exceptions []Exception) Judgement {
	excepts := func(f Finding) func(Exception) bool {
		return func(e Exception) bool { return e.ID == f.ID && e.Module == f.Module }
	}
	j := Judgement{Unneeded: slices.Clone(exceptions)}
	for _, f := range merge(findings) {
		switch {
		case !f.Called:
			j.Required = append(j.Required, f)
		case slices.ContainsFunc(exceptions, excepts(f)):
			j.Accepted = append(j.Accepted, f)
			j.Unneeded = slices.DeleteFunc(j.Unneeded, excepts(f))
		default:
			j.Failing = append(j.Failing, f)
		}
	}
	return j
}

// merge sorts findings, and leaves one of those that have the same id and module.
func merge(findings []Finding) []Finding {
	sorted := slices.Clone(findings)
	slices.SortStableFunc(sorted, Compare)
	var merged []Finding
	for _, f := range sorted {
		if last := len(merged) - 1; last >= 0 && Compare(merged[last], f) == 0 {
			merged[last].Called = merged[last].Called || f.Called
			continue
		}
		merged = append(merged, f)
	}
	return merged
}
