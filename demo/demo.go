package main

import (
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"

	"ecrmirror/demo/story"
	"ecrmirror/localstack/server"
)

// A demo is one run.
type demo struct {
	story   *story.Story
	extra   string       // image name given with -source; "" if none was
	environ []string     // of this process
	log     *slog.Logger // of localstack
	began   time.Time

	root   string // of the module
	work   string // temporary directory
	server *server.Server
	images *images

	seen     map[string]bool // ids of jobs that were shown
	tally    tally
	problems []string // what was not as it should be
}

// A tally counts what was found right.
type tally struct{ jobs, destinations, manifests, blobs int }

// close stops localstack and removes what the demo has written.
func (d *demo) close() error {
	var errs []error
	if d.server != nil {
		errs = append(errs, d.server.Close())
	}
	if d.work != "" {
		errs = append(errs, os.RemoveAll(d.work))
	}
	return errors.Join(errs...)
}

// expect says whether something is as it should be, and remembers it if not.
func (d *demo) expect(right bool, format string, args ...any) {
	d.story.Judge(right, format, args...)
	if !right {
		d.problems = append(d.problems, fmt.Sprintf(format, args...))
	}
}

// workVariable stands for the temporary directory in commands that are shown.
const workVariable = "$DEMO"

func thisMachine() v1.Platform { return v1.Platform{OS: runtime.GOOS, Architecture: runtime.GOARCH} }

// path returns a path in the temporary directory.
func (d *demo) path(elements ...string) string {
	return filepath.Join(append([]string{d.work}, elements...)...)
}

// programs is the directory of the programs for this machine.
func (d *demo) programs() string { return d.programsFor(thisMachine()) }

func (d *demo) programsFor(platform v1.Platform) string {
	return d.path(platform.OS + "-" + platform.Architecture)
}

// shown is a path as commands show it.
func (d *demo) shown(path string) string { return strings.Replace(path, d.work, workVariable, 1) }

// images are what the demo pushes: the project's own programs, in all formats.
type images struct {
	tools, legacy, attested, app v1.ImageIndex
	web                          map[string]v1.ImageIndex // by release
	single                       v1.Image
	retired, stale               v1.Image // the expired entry's source, and what its destination has
}
