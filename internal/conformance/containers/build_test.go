package containers

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"sync"
	"testing"
)

// imageName is the image of the tests, which stays: the next build of it is quick.
const imageName = "ecrmirror-containers:latest"

// image is the one of all tests, built by the first that asks for it.
var image = struct {
	sync.Once
	err error
}{}

// errUnavailable is why container tests cannot run here, and need not.
var errUnavailable = errors.New("no Docker that builds the image")

// need skips the test where Docker cannot build images or their base cannot be had, unless
// ECRMIRROR_REQUIRE_CONTAINERS is 1; where it can, there is the image.
func need(t *testing.T) {
	t.Helper()
	image.Do(func() {
		ctx := context.WithoutCancel(t.Context())
		if image.err = available(ctx); image.err == nil {
			image.err = build(ctx, "--tag", imageName, "--build-arg", "VERSION=v1.2.3", "--build-arg", "COMMIT=0123abc")
		}
	})
	switch err := image.err; {
	case errors.Is(err, errUnavailable) && os.Getenv("ECRMIRROR_REQUIRE_CONTAINERS") != "1":
		t.Skip("skipping what needs the image: ", err)
	case err != nil:
		t.Fatal(err)
	}
}

// available says what is missing to build the image.
func available(ctx context.Context) error {
	if runtime.GOOS != "linux" {
		return fmt.Errorf("%w: containers elsewhere are not on this machine's network", errUnavailable)
	}
	for _, args := range [][]string{{"version"}, {"buildx", "version"}} {
		if err := docker(ctx, args...); err != nil {
			return fmt.Errorf("%w: %w", errUnavailable, err)
		}
	}
	text, err := os.ReadFile(filepath.Join(root, "Dockerfile"))
	if err != nil {
		return err
	}
	from := regexp.MustCompile(`(?m)^ARG GO_IMAGE=(\S+)$`).FindSubmatch(text)
	if from == nil {
		return errors.New("the Dockerfile does not say which image it builds by")
	}
	base := string(from[1])
	if docker(ctx, "image", "inspect", base) == nil {
		return nil
	}
	if docker(ctx, "image", "inspect", standIn) == nil {
		return os.Setenv("GO_IMAGE", standIn) // a build argument without a value is that of the environment
	}
	if err := docker(ctx, "pull", base); err != nil {
		return fmt.Errorf("%w: %w (.ci/images builds %s)", errUnavailable, err, standIn)
	}
	return nil
}

// standIn is what .ci/images builds where the image that the Dockerfile builds by cannot be pulled.
const standIn = "ecrmirror-ci/golang"

// root is the root of the repository.
var root = filepath.Join("..", "..", "..")

// build builds the image from a copy of what CDK sends. A copy, too, so that the test's result is
// not taken from Go's cache when one of the files has changed.
func build(ctx context.Context, args ...string) (err error) {
	dir, err := os.MkdirTemp("", "containers-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	for _, name := range []string{"Dockerfile", ".dockerignore", "go.mod", "go.sum"} {
		text, err := os.ReadFile(filepath.Join(root, name))
		if err == nil {
			err = os.WriteFile(filepath.Join(dir, name), text, 0o600)
		}
		if err != nil {
			return err
		}
	}
	for _, name := range []string{"awsclient", "cmd", "internal"} {
		if err := os.CopyFS(filepath.Join(dir, name), os.DirFS(filepath.Join(root, name))); err != nil {
			return err
		}
	}
	return docker(ctx, append(append([]string{
		"build", "--progress", "plain", "--build-arg", "GOPROXY", "--build-arg", "GO_IMAGE",
	}, args...), dir)...)
}

// tail is how many bytes of a command's output an error has, at most: a build is told at length.
const tail = 4_000

// docker runs the docker command; an error has what it printed last.
func docker(ctx context.Context, args ...string) error {
	cmd := exec.CommandContext(ctx, "docker", args...)
	// Attestations would make an index of the image, which Lambda does not take; CDK says so, too.
	cmd.Env = append(os.Environ(), "DOCKER_BUILDKIT=1", "BUILDX_NO_DEFAULT_ATTESTATIONS=1")
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("docker %s: %w: %s", args[0], err, bytes.TrimSpace(out[max(0, len(out)-tail):]))
	}
	return nil
}
