package database

import (
	"archive/zip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"
)

// The files of a database as govulncheck reads it from a directory: ID/GO-....json has entries, and index says
// which there are of a module.
//
// Source: https://go.dev/security/vuln/database#api
type (
	meta struct {
		Modified time.Time `json:"modified"`
	}
	indexed struct {
		Path  string `json:"path"`
		Vulns []vuln `json:"vulns"`
	}
	vuln struct {
		ID       string    `json:"id"`
		Modified time.Time `json:"modified"`
	}
)

// An entry has what the index is made of.
type entry struct {
	ID       string `json:"id"`
	Affected []struct {
		Package struct {
			Name string `json:"name"` // of a module, stdlib or toolchain
		} `json:"package"`
	} `json:"affected"`
}

var entryName = regexp.MustCompile(`/data/osv/(GO-\d{4}-\d{4,})\.json$`)

// Write writes the database into a directory, and returns how many entries it has. The module's files have
// no times of their own: all entries are as old as the module's version.
func (d Download) Write(dir string) (int, error) {
	modified, err := d.Pin.Time()
	if err != nil {
		return 0, err
	}
	for _, sub := range []string{"ID", "index"} {
		if err := os.MkdirAll(filepath.Join(dir, sub), 0o755); err != nil {
			return 0, err
		}
	}
	modules, entries, err := d.copyEntries(filepath.Join(dir, "ID"), modified)
	switch {
	case err != nil:
		return 0, err
	case entries == 0:
		return 0, fmt.Errorf("%s@%s has no files data/osv/GO-*.json: its layout has changed", Module, d.Pin.Version)
	}
	var index []indexed
	for _, path := range slices.Sorted(maps.Keys(modules)) {
		index = append(index, indexed{path, modules[path]})
	}
	return entries, errors.Join(
		writeJSON(filepath.Join(dir, "index", "db.json"), meta{modified}),
		writeJSON(filepath.Join(dir, "index", "modules.json"), index))
}

// copyEntries copies all entries into a directory. It returns those of each module, and how many there are.
func (d Download) copyEntries(dir string, modified time.Time) (modules map[string][]vuln, entries int, err error) {
	source, err := zip.OpenReader(d.zip)
	if err != nil {
		return nil, 0, err
	}
	defer source.Close()
	modules = map[string][]vuln{}
	for _, f := range source.File {
		name := entryName.FindStringSubmatch(f.Name)
		if name == nil {
			continue
		}
		affected, err := copyEntry(f, name[1], filepath.Join(dir, name[1]+".json"))
		if err != nil {
			return nil, 0, fmt.Errorf("%s: %w", f.Name, err)
		}
		for _, m := range affected {
			modules[m] = append(modules[m], vuln{name[1], modified})
		}
		entries++
	}
	return modules, entries, nil
}

// copyEntry copies the entry of an id to a file, and returns which modules it is about.
func copyEntry(f *zip.File, id, path string) ([]string, error) {
	r, err := f.Open()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	text, err := io.ReadAll(r)
	if err != nil {
		return nil, err
	}
	var e entry
	if err := json.Unmarshal(text, &e); err != nil {
		return nil, err
	}
	if e.ID != id || len(e.Affected) == 0 {
		return nil, fmt.Errorf("the entry %q is about %d modules", e.ID, len(e.Affected))
	}
	modules := map[string]bool{}
	for _, a := range e.Affected {
		modules[strings.TrimSpace(a.Package.Name)] = true
	}
	return slices.Sorted(maps.Keys(modules)), os.WriteFile(path, text, 0o644)
}

func writeJSON(path string, v any) error {
	text, err := json.Marshal(v)
	if err != nil {
		return err
	}
	return os.WriteFile(path, text, 0o644)
}
