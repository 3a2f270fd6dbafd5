package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"

	v1 "github.com/google/go-containerregistry/pkg/v1"
)

// programNames are the programs that jobs run.
var programNames = []string{"controller", "mirror"}

// platforms are those of the images that are made of the programs.
var platforms = []v1.Platform{{OS: "linux", Architecture: "amd64"}, {OS: "linux", Architecture: "arm64"}}

// build builds the programs: for the images' platforms and for this machine.
func (d *demo) build(ctx context.Context) error {
	d.story.Heading("Build the programs, for the images to be mirrored and for this machine")
	var err error
	if d.root, err = moduleRoot(ctx); err != nil {
		return err
	}
	if d.work, err = os.MkdirTemp("", "ecrmirror-demo-"); err != nil {
		return err
	}
	d.story.Say("For the first time, this takes a few minutes.")
	d.story.Command("cd", d.root)
	d.story.Command(strings.TrimPrefix(workVariable, "$") + "=" + d.work)
	all := platforms
	if here := thisMachine(); !slices.ContainsFunc(all, here.Equals) {
		all = append(slices.Clone(all), here)
	}
	for _, platform := range all {
		if err := d.buildFor(ctx, platform); err != nil {
			return err
		}
	}
	return nil
}

func (d *demo) buildFor(ctx context.Context, platform v1.Platform) error {
	env := []string{"CGO_ENABLED=0", "GOOS=" + platform.OS, "GOARCH=" + platform.Architecture}
	dir := d.programsFor(platform) + string(os.PathSeparator)
	args := func(dir string) []string {
		args := []string{
			"go", "build", "-tags", "containers_image_openpgp", "-trimpath", "-ldflags", "-s -w", "-o", dir,
		}
		for _, name := range programNames {
			args = append(args, "./cmd/"+name)
		}
		return args
	}
	d.story.Command(append(slices.Clone(env), args(d.shown(dir))...)...)
	cmd := gentle(exec.CommandContext(ctx, "go", args(dir)[1:]...))
	cmd.Dir = d.root
	// What an interrupted go command leaves behind goes with the temporary directory.
	cmd.Env = append(slices.Concat(d.environ, env), "GOTMPDIR="+d.work)
	if out, err := cmd.CombinedOutput(); err != nil {
		d.story.Output(string(out))
		return fmt.Errorf("for %s: %w", platform, err)
	}
	return nil
}

// moduleRoot returns the directory of the module that the demo is a part of.
func moduleRoot(ctx context.Context) (string, error) {
	var stderr bytes.Buffer
	cmd := exec.CommandContext(ctx, "go", "list", "-m", "-f", "{{.Dir}}", "ecrmirror")
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		err = fmt.Errorf("finding the module (run the demo inside the repository): %w: %s", err,
			strings.TrimSpace(stderr.String()))
		return "", err
	}
	root := strings.TrimSpace(string(out))
	if root == "" {
		return "", errors.New("finding the module: the go command does not say where it is")
	}
	return root, nil
}
