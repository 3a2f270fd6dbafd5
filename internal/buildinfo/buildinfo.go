// Package buildinfo says what a program was built from.
package buildinfo

import (
	"cmp"
	"fmt"
	"runtime"
	"runtime/debug"
	"strings"
)

// What the linker is told where the source is no checkout, as in an image build:
//
//	go build -ldflags '-X ecrmirror/internal/buildinfo.version=v1.2.3 -X ecrmirror/internal/buildinfo.commit=4f2d...'
var (
	version string
	commit  string
)

// Info is what a program was built from.
type Info struct {
	Version  string   `json:"version"`          // such as v1.2.3, or "devel"
	Commit   string   `json:"commit,omitempty"` // of the source, "" if it is not known
	Modified bool     `json:"modified"`         // the source had changes beside that commit
	Go       string   `json:"go"`               // of the toolchain: go1.26.0
	Platform string   `json:"platform"`         // linux/arm64
	Modules  []Module `json:"modules"`          // that are in the program, by path
}

// A Module is a dependency that is in the program.
type Module struct {
	Path     string `json:"path"`
	Version  string `json:"version"`
	Checksum string `json:"checksum,omitempty"` // as in go.sum
}

// Read returns the build information of the running program.
func Read() Info {
	build, ok := debug.ReadBuildInfo()
	if !ok {
		build = &debug.BuildInfo{}
	}
	return describe(build, version, commit)
}

// describe puts together what Go has noted and what the linker was told, which wins.
func describe(build *debug.BuildInfo, version, commit string) Info {
	info := Info{
		Version:  cmp.Or(version, strings.Trim(build.Main.Version, "()"), "devel"),
		Commit:   commit,
		Go:       cmp.Or(build.GoVersion, runtime.Version()),
		Platform: runtime.GOOS + "/" + runtime.GOARCH,
		Modules:  []Module{},
	}
	for _, s := range build.Settings {
		switch s.Key {
		case "vcs.revision":
			info.Commit = cmp.Or(info.Commit, s.Value)
		case "vcs.modified":
			info.Modified = commit == "" && s.Value == "true"
		}
	}
	for _, m := range build.Deps {
		if m.Replace != nil {
			m = m.Replace
		}
		info.Modules = append(info.Modules, Module{m.Path, m.Version, m.Sum})
	}
	return info
}

// Line returns the version, the commit, the version of Go and the platform in one line.
func (i Info) Line() string {
	return fmt.Sprintf("%s (commit %s, %s %s)", i.Version, i.CommitText(), i.Go, i.Platform)
}

// CommitText returns the commit, and whether files differed from it.
func (i Info) CommitText() string {
	commit := cmp.Or(i.Commit, "unknown")
	if i.Modified {
		commit += " (modified)"
	}
	return commit
}
