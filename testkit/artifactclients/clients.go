// Package artifactclients runs cosign, oras, regctl, crane and notation, by which people make, list and verify what
// belongs to images. None of them is this project's; make artifact-tools installs them. They reach registries on
// loopback, by plain HTTP, and nothing else.
package artifactclients

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// Names of the programs.
const (
	Cosign   = "cosign"
	Oras     = "oras"
	Regctl   = "regctl"
	Notation = "notation"
	Crane    = "crane"
)

// Clients are the programs, with a home where their keys and settings are.
type Clients struct {
	programs map[string]string // their paths
	home     string
	logins   string // the directory of Docker's settings, which all of them read
}

// New returns the clients, with a home that the end of the test removes. It has the keys of [Clients.File], and
// notation's settings. Where a program is not installed the test is skipped, unless ECRMIRROR_REQUIRE_CLIENTS is 1.
func New(t testing.TB) *Clients {
	t.Helper()
	c := &Clients{programs: map[string]string{}, home: t.TempDir()}
	c.logins = filepath.Join(c.home, ".docker")
	for _, name := range []string{Cosign, Oras, Regctl, Notation, Crane} {
		c.programs[name] = installed(t, name)
	}
	if err := c.setUp(t.Context()); err != nil {
		t.Fatal(err)
	}
	return c
}

// installed returns the path of a program.
func installed(t testing.TB, name string) string {
	t.Helper()
	root, err := moduleRoot()
	if err != nil {
		t.Fatal(err)
	}
	found, err := filepath.Glob(filepath.Join(root, ".tools", name+"-v*"))
	switch {
	case err != nil:
		t.Fatal(err)
	case len(found) > 1:
		t.Fatalf("several versions of one program, remove the old ones: %v", found)
	case len(found) == 0 && os.Getenv("ECRMIRROR_REQUIRE_CLIENTS") == "1": //nolint:forbidigo // a setting of tests
		t.Fatal(name + " is not installed: make artifact-tools")
	case len(found) == 0:
		t.Skip(name + " is not installed: make artifact-tools")
	}
	return found[0]
}

// moduleRoot returns the directory of go.mod: tests run in that of their package.
func moduleRoot() (string, error) {
	dir, err := os.Getwd()
	for err == nil {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir, nil
		}
		up := filepath.Dir(dir)
		if up == dir {
			return "", os.ErrNotExist
		}
		dir = up
	}
	return "", err
}

// WithLogin returns the same clients with a login to a registry, of the form USER:PASSWORD in base 64.
func (c *Clients) WithLogin(t testing.TB, host, login string) *Clients {
	t.Helper()
	other := *c
	other.logins = t.TempDir()
	text, err := json.Marshal(map[string]any{"auths": map[string]any{host: map[string]string{"auth": login}}})
	if err == nil {
		err = os.WriteFile(filepath.Join(other.logins, "config.json"), text, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	return &other
}

// Run runs a program to its end, and returns what it printed on its standard output. An error has what it printed on
// its standard error.
func (c *Clients) Run(ctx context.Context, program string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, c.programs[program], args...)
	cmd.Dir = c.home
	cmd.Env = []string{
		"HOME=" + c.home, "XDG_CONFIG_HOME=" + c.config(), "TMPDIR=" + os.TempDir(), "DOCKER_CONFIG=" + c.logins,
		"COSIGN_PASSWORD=", "HTTP_PROXY=" + nowhere, "HTTPS_PROXY=" + nowhere,
	}
	var problems bytes.Buffer
	cmd.Stderr = &problems
	out, err := cmd.Output()
	if err != nil {
		return string(out), fmt.Errorf("%s %s: %w\n%s", program, strings.Join(args, " "), err, problems.String())
	}
	return string(out), nil
}

// nowhere is a proxy that nobody serves. Loopback is reached without one.
const nowhere = "http://127.0.0.1:1"

// File returns the path of a file in the clients' home, which is also the directory that they run in.
func (c *Clients) File(name string) string { return filepath.Join(c.home, name) }

// Write writes a file into the clients' home.
func (c *Clients) Write(name string, content []byte) error {
	path := c.File(name)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	return os.WriteFile(path, content, 0o600)
}

func (c *Clients) config() string { return filepath.Join(c.home, ".config") }
