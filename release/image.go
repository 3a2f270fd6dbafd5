package main

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"ecrmirror/release/archive"
	"ecrmirror/release/gobuild"
	"ecrmirror/release/ociimage"
)

// image writes the container image of all platforms with Linux, as an OCI layout and as a tar of that.
func (w *work) image(licenses map[gobuild.Platform][]archive.File) error {
	image := ociimage.Image{Version: w.commit.Version, Commit: w.commit.Commit, Created: w.commit.Time}
	for _, p := range w.platforms {
		if p.OS != "linux" {
			continue
		}
		files, err := w.imageFiles(p, licenses[p])
		if err != nil {
			return err
		}
		image.Variants = append(image.Variants, ociimage.Variant{OS: p.OS, Arch: p.Arch, Files: files})
	}
	if len(image.Variants) == 0 {
		return nil
	}
	name := "ecrmirror_" + w.commit.Version + "_image"
	digest, err := image.Write(filepath.Join(w.dist, name))
	if err != nil {
		return err
	}
	fmt.Fprintf(w.log, "image %s\n  mirror oci:%s:%s REGISTRY/ecrmirror:%s\n", digest, filepath.Join(w.out, name),
		w.commit.Version, w.commit.Version)
	return w.tar(name)
}

// imageFiles returns what the image has of a platform: its programs and their licenses.
func (w *work) imageFiles(p gobuild.Platform, licenses []archive.File) ([]archive.File, error) {
	programs, err := w.programs(p)
	if err != nil {
		return nil, err
	}
	files := []archive.File{
		{Name: "licenses/", Mode: 0o755},
		{Name: "usr/", Mode: 0o755},
		{Name: "usr/local/", Mode: 0o755},
		{Name: "usr/local/bin/", Mode: 0o755},
	}
	for _, f := range programs {
		files = append(files, archive.File{Name: "usr/local/bin/" + f.Name, Mode: f.Mode, Content: f.Content})
	}
	for _, f := range licenses {
		files = append(files, archive.File{
			Name: "licenses/" + filepath.Base(f.Name), Mode: f.Mode, Content: f.Content,
		})
	}
	return files, nil
}

// tar writes a directory of the release once more, as a tar.
func (w *work) tar(name string) error {
	files, err := filesIn(filepath.Join(w.dist, name))
	if err != nil {
		return err
	}
	var out bytes.Buffer
	if err := archive.Tar(&out, w.commit.Time, files); err != nil {
		return err
	}
	return w.write(name+".tar", out.Bytes())
}

// filesIn returns the files below a directory.
func filesIn(dir string) ([]archive.File, error) {
	var files []archive.File
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		content, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		name, err := filepath.Rel(dir, path)
		files = append(files, archive.File{Name: filepath.ToSlash(name), Mode: 0o644, Content: content})
		return err
	})
	return files, err
}

// checksums is the name of the file that has the sums of all others.
const checksums = "SHA256SUMS"

// writeChecksums writes it, as sha256sum reads it, in the order of the names.
func writeChecksums(dir string) error {
	files, err := filesIn(dir)
	if err != nil {
		return err
	}
	var out bytes.Buffer
	for _, f := range files {
		fmt.Fprintf(&out, "%x  %s\n", sha256.Sum256(f.Content), f.Name)
	}
	return os.WriteFile(filepath.Join(dir, checksums), out.Bytes(), 0o644)
}
