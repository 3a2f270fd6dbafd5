package entryfile

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// stdin is the path that stands for standard input, and stdinName what errors call it.
const (
	stdin     = "-"
	stdinName = "standard input"
)

// ReadFiles reads the entries of files as [Read] does, as if they were one: no two may have an entry of one source, and
// the limits are those of all together. A path may be that of a pipe. - is standard input. A folder stands for its
// files named *.yaml and *.yml, in the order of their names, but for hidden ones, which begin with a dot; folders in it
// are not read. A file that is there twice, by whichever names, is read once.
//
// The error has a line for each thing that is wrong in any file, or for the first hundred: "FILE: line 12: ...". A path
// that can't be read, and a folder without such a file, are among them. So is it if no file has a document that is not
// empty. There are no entries then.
func ReadFiles(paths []string, in io.Reader, now time.Time) (Set, error) {
	f := reader{now: now, places: map[string]place{}}
	var there sources
	for _, path := range paths {
		if err := there.add(path); err != nil {
			f.errs = append(f.errs, err)
		}
	}
	for _, s := range there {
		if len(f.errs) >= maxErrors {
			f.errs = append(f.errs, errMore)
		}
		if f.full || len(f.errs) > maxErrors {
			break
		}
		f.source(s, in)
	}
	entries, err := f.result()
	if err != nil {
		return Set{}, err
	}
	if !f.some && len(paths) > 0 { // what should have written them has failed
		return Set{}, fmt.Errorf("%s: nothing is in it: a file of entries begins with \"entries:\", be it \"entries: []\"",
			strings.Join(paths, ", "))
	}
	return Set{Entries: entries, places: f.places}, nil
}

// source reads one of the files.
func (f *reader) source(s source, in io.Reader) {
	if f.file = s.path; s.path == stdin {
		f.file = stdinName
		f.read(in)
		return
	}
	file, err := os.Open(s.path)
	if err != nil {
		f.errs = append(f.errs, err) // which names the file
		return
	}
	defer func() { _ = file.Close() }()
	f.read(file)
}

// A source is a file that is to be read.
type source struct {
	path string
	info fs.FileInfo // nil of standard input
}

// sources are the files that are to be read, each once, in their order.
type sources []source

// add adds what a path stands for.
func (s *sources) add(path string) error {
	if path == stdin {
		s.once(source{path: stdin})
		return nil
	}
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return opened(err)
	case info.IsDir():
		return s.addFolder(path)
	}
	s.once(source{path, info})
	return nil
}

// addFolder adds the files of a folder. Where Kubernetes mounts a ConfigMap, they are links into a hidden folder.
func (s *sources) addFolder(folder string) error {
	elements, err := os.ReadDir(folder) // sorted
	if err != nil {
		return err
	}
	var errs []error
	some := false
	for _, element := range elements {
		path := filepath.Join(folder, element.Name())
		if !isEntryFile(element.Name()) {
			continue
		}
		info, err := os.Stat(path)
		switch {
		case err != nil:
			errs = append(errs, opened(err))
		case info.IsDir():
			continue
		case !info.Mode().IsRegular():
			errs = append(errs, fmt.Errorf("%s: neither a file nor a link to one", path))
		default:
			s.once(source{path, info})
		}
		some = true
	}
	if !some {
		return fmt.Errorf("folder %s: no file *.yaml or *.yml (folders in it are not read)", folder)
	}
	return errors.Join(errs...)
}

// isEntryFile reports whether a file of a folder is read, by its name.
func isEntryFile(name string) bool {
	ext := filepath.Ext(name)
	return (ext == ".yaml" || ext == ".yml") && !strings.HasPrefix(name, ".")
}

// once adds a file, unless it is there.
func (s *sources) once(added source) {
	if !slices.ContainsFunc(*s, func(there source) bool { return there.same(added) }) {
		*s = append(*s, added)
	}
}

// same reports whether both are one file.
func (s source) same(other source) bool {
	if s.info == nil || other.info == nil {
		return s.info == nil && other.info == nil
	}
	return os.SameFile(s.info, other.info)
}

// opened returns an error of looking for a file as that of opening it, which is what people know.
func opened(err error) error {
	if about, ok := errors.AsType[*fs.PathError](err); ok {
		return &fs.PathError{Op: "open", Path: about.Path, Err: about.Err}
	}
	return err
}
