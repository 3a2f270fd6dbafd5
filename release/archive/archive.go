// Package archive writes archives that are the same bytes wherever and by whomever they are written: files
// in the order of their names, one time, no owner.
package archive

import (
	"archive/tar"
	"archive/zip"
	"cmp"
	"compress/gzip"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strings"
	"time"
)

// A File is a file of an archive, or a directory if its name ends in a slash. Directories that are not named
// have no entry of their own.
type File struct {
	Name    string      // with slashes; unique in the archive
	Mode    fs.FileMode // permissions, and fs.ModeSticky
	Content []byte
}

// Tar writes files as a tar archive in the form that every tar reads, USTAR. It is an error for a name to be
// too long for that (about 100 characters, or 255 with directories).
func Tar(w io.Writer, modified time.Time, files []File) error {
	archive := tar.NewWriter(w)
	for _, f := range sorted(files) {
		header := &tar.Header{
			Typeflag: tar.TypeReg, Name: f.Name, Size: int64(len(f.Content)), Mode: int64(f.Mode.Perm()),
			ModTime: modified.Truncate(time.Second), Format: tar.FormatUSTAR,
		}
		if f.Mode&fs.ModeSticky != 0 {
			header.Mode |= 0o1000
		}
		if strings.HasSuffix(f.Name, "/") {
			header.Typeflag = tar.TypeDir
		}
		if err := archive.WriteHeader(header); err != nil {
			return fmt.Errorf("%s: %w", f.Name, err)
		}
		if _, err := archive.Write(f.Content); err != nil {
			return fmt.Errorf("%s: %w", f.Name, err)
		}
	}
	return archive.Close()
}

// TarGzip writes the same, compressed. The bytes depend on the version of Go.
func TarGzip(w io.Writer, modified time.Time, files []File) error {
	compressed := gzip.NewWriter(w)
	if err := Tar(compressed, modified, files); err != nil {
		return err
	}
	return compressed.Close()
}

// Zip writes files as a zip archive. The bytes depend on the version of Go.
func Zip(w io.Writer, modified time.Time, files []File) error {
	archive := zip.NewWriter(w)
	for _, f := range sorted(files) {
		header := &zip.FileHeader{Name: f.Name, Method: zip.Deflate, Modified: modified.UTC().Truncate(time.Second)}
		header.SetMode(f.Mode)
		if strings.HasSuffix(f.Name, "/") {
			header.Method = zip.Store
			header.SetMode(f.Mode | fs.ModeDir)
		}
		entry, err := archive.CreateHeader(header)
		if err != nil {
			return fmt.Errorf("%s: %w", f.Name, err)
		}
		if _, err := entry.Write(f.Content); err != nil {
			return fmt.Errorf("%s: %w", f.Name, err)
		}
	}
	return archive.Close()
}

func sorted(files []File) []File {
	return slices.SortedFunc(slices.Values(files), func(a, b File) int { return cmp.Compare(a.Name, b.Name) })
}
