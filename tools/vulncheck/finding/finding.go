// Package finding reads what govulncheck reports, and decides what of it stops a change.
package finding

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
)

// A Finding is a vulnerability of a module that the code is built with.
type Finding struct {
	ID      string // GO-2026-6603
	Summary string
	Module  string
	Version string
	Fixed   string // the version that mends it; "" for none
	Called  bool   // that code calls what is vulnerable, as far as can be told; otherwise it only requires the module
}

// A message is one of govulncheck -format json.
//
// Source: https://pkg.go.dev/golang.org/x/vuln/internal/govulncheck
type message struct {
	Config *struct {
		Scanner string `json:"scanner_name"`
		Level   string `json:"scan_level"`
	} `json:"config"`
	OSV *struct {
		ID      string `json:"id"`
		Summary string `json:"summary"`
	} `json:"osv"`
	Finding *struct {
		OSV   string `json:"osv"`
		Fixed string `json:"fixed_version"`
		Trace []struct {
			Module   string `json:"module"`
			Version  string `json:"version"`
			Function string `json:"function"`
		} `json:"trace"` // from the vulnerable function outwards; without functions where none is called
	} `json:"finding"`
}

// Read reads a report: each vulnerability of a module once, in the order of ids.
func Read(report io.Reader) ([]Finding, error) {
	r := reader{summaries: map[string]string{}, found: map[[2]string]Finding{}}
	for decoder := json.NewDecoder(report); ; {
		var m message
		if err := decoder.Decode(&m); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return nil, fmt.Errorf("reading govulncheck's report: %w", err)
		}
		r.take(m)
	}
	if !r.scanned {
		return nil, errors.New("govulncheck's report is not of a scan for symbols")
	}
	return r.findings(), nil
}

// A reader has what the messages so far have said.
type reader struct {
	summaries map[string]string     // by id
	found     map[[2]string]Finding // by id and module, without summaries
	scanned   bool                  // for symbols
}

func (r *reader) take(m message) {
	switch {
	case m.Config != nil:
		r.scanned = m.Config.Level == "symbol"
	case m.OSV != nil:
		r.summaries[m.OSV.ID] = m.OSV.Summary
	case m.Finding != nil && len(m.Finding.Trace) > 0:
		where := m.Finding.Trace[0]
		key := [2]string{m.Finding.OSV, where.Module}
		r.found[key] = Finding{
			ID: m.Finding.OSV, Module: where.Module, Version: where.Version, Fixed: m.Finding.Fixed,
			Called: where.Function != "" || r.found[key].Called,
		}
	}
}

// findings returns what was found, in order, with summaries.
func (r *reader) findings() []Finding {
	var all []Finding
	for _, f := range r.found {
		f.Summary = r.summaries[f.ID]
		all = append(all, f)
	}
	slices.SortFunc(all, Compare)
	return all
}

// Compare orders findings by id, and then by module.
func Compare(a, b Finding) int {
	return cmp.Or(cmp.Compare(a.ID, b.ID), cmp.Compare(a.Module, b.Module))
}
