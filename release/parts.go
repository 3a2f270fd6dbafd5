package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"runtime"
	"strings"

	"ecrmirror/release/archive"
	"ecrmirror/release/gobuild"
	"ecrmirror/release/notices"
	"ecrmirror/release/share"
	"ecrmirror/sbom/cyclonedx"
)

// compile builds the programs for a platform, unless that is done.
func (w *work) compile(ctx context.Context, p gobuild.Platform) error {
	into := w.binaries(p)
	if _, err := os.Stat(into); err == nil {
		return nil
	}
	fmt.Fprintln(w.log, "building for", p)
	if err := os.MkdirAll(into, 0o755); err != nil {
		return err
	}
	return w.source.Build(ctx, p, into)
}

func (w *work) binaries(p gobuild.Platform) string { return filepath.Join(w.bin, p.OS+"_"+p.Arch) }

// name returns the name of what is for a platform: WHAT_v1.2.3_linux_amd64.
func (w *work) name(what string, p gobuild.Platform) string {
	return strings.Join([]string{what, w.commit.Version, p.OS, p.Arch}, "_")
}

// extras returns what the programs, built for this machine, say of themselves: completions and manual pages.
func (w *work) extras(ctx context.Context) ([]archive.File, error) {
	here := gobuild.Platform{OS: runtime.GOOS, Arch: runtime.GOARCH}
	if err := w.compile(ctx, here); err != nil {
		return nil, err
	}
	var programs []share.Program
	for _, name := range gobuild.Programs {
		programs = append(programs, share.Program{
			Name: name, Command: []string{filepath.Join(w.binaries(here), here.Executable(name))},
		})
	}
	return share.Files(ctx, w.commit.Version, w.commit.Time, programs)
}

// licenses returns our own license, and those of what the programs are made of on a platform.
func (w *work) licenses(ctx context.Context, p gobuild.Platform) ([]archive.File, error) {
	const format = "{{with .Module}}{{if not .Main}}{{.Path}}@{{.Version}}\t{{.Dir}}\t{{$.Dir}}{{end}}{{else}}\t{{.Root}}{{end}}"
	lines, err := w.source.List(ctx, p, format)
	if err != nil {
		return nil, err
	}
	var packages []notices.Package
	for _, line := range lines {
		switch fields := strings.Split(line, "\t"); len(fields) {
		case 3:
			packages = append(packages, notices.Package{Module: fields[0], Root: fields[1], Dir: fields[2]})
		case 2: // the standard library, whose license is that of all of Go
			packages = append(packages, notices.Package{Module: w.source.Go, Root: fields[1], Dir: fields[1]})
		}
	}
	text, err := notices.Text(packages)
	if err != nil {
		return nil, fmt.Errorf("licenses for %s: %w", p, err)
	}
	ours, err := os.ReadFile(filepath.Join(w.source.Dir, "LICENSE"))
	if err != nil {
		return nil, err
	}
	return []archive.File{
		{Name: "LICENSE", Mode: 0o644, Content: ours},
		{Name: "THIRD-PARTY-NOTICES", Mode: 0o644, Content: []byte(text)},
	}, nil
}

// programs returns the programs for a platform as files of an archive.
func (w *work) programs(p gobuild.Platform) ([]archive.File, error) {
	var files []archive.File
	for _, program := range gobuild.Programs {
		name := p.Executable(program)
		content, err := os.ReadFile(filepath.Join(w.binaries(p), name))
		if err != nil {
			return nil, err
		}
		files = append(files, archive.File{Name: name, Mode: 0o755, Content: content})
	}
	return files, nil
}

// archive writes the archive for a platform: a zip for Windows, else a tar.gz. All is in one directory.
func (w *work) archive(p gobuild.Platform, files []archive.File) error {
	programs, err := w.programs(p)
	if err != nil {
		return err
	}
	files = append(programs, files...)
	for _, name := range []string{"README.md", "CHANGELOG.md"} {
		content, err := os.ReadFile(filepath.Join(w.source.Dir, name))
		if err != nil {
			return err
		}
		files = append(files, archive.File{Name: name, Mode: 0o644, Content: content})
	}
	name := w.name("ecrmirror", p)
	for i := range files {
		files[i].Name = path.Join(name, files[i].Name)
	}
	var out bytes.Buffer
	extension, write := ".tar.gz", archive.TarGzip
	if p.OS == "windows" {
		extension, write = ".zip", archive.Zip
	}
	if err := write(&out, w.commit.Time, files); err != nil {
		return err
	}
	return w.write(name+extension, out.Bytes())
}

// bills writes the programs' bills of materials for a platform.
func (w *work) bills(p gobuild.Platform) error {
	for _, program := range gobuild.Programs {
		bill, err := cyclonedx.Read(filepath.Join(w.binaries(p), p.Executable(program)), program, w.commit.Version)
		if err != nil {
			return err
		}
		var out bytes.Buffer
		if err := bill.Write(&out); err != nil {
			return err
		}
		if err := w.write(w.name(program, p)+".cdx.json", out.Bytes()); err != nil {
			return err
		}
	}
	return nil
}

func (w *work) write(name string, content []byte) error {
	return os.WriteFile(filepath.Join(w.dist, name), content, 0o644)
}
