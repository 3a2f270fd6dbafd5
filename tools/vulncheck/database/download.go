package database

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"

	"golang.org/x/mod/sumdb/dirhash"
)

// A Download is a version of the database in Go's module cache.
type Download struct {
	Pin Pin
	zip string // path of the module's zip, of which Pin.Sum is the sum
}

// Get has the go command download a version of the database, such as latest, and returns it. Go holds it
// against the checksum database, where it is set to.
func Get(ctx context.Context, version string) (Download, error) {
	dir, err := os.MkdirTemp("", "vulndb-") // outside of any module, whose go.mod could say otherwise
	if err != nil {
		return Download{}, err
	}
	defer os.RemoveAll(dir)
	cmd := exec.CommandContext(ctx, "go", "mod", "download", "-json", Module+"@"+version)
	cmd.Dir = dir
	cmd.Env = append(cmd.Environ(), "GOWORK=off", "GOFLAGS=")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, runErr := cmd.Output()
	var got struct{ Version, Zip, Error string }
	if err := json.Unmarshal(out, &got); err != nil || got.Error != "" || got.Zip == "" {
		reason := got.Error
		if reason == "" {
			reason = strings.TrimSpace(stderr.String())
		}
		return Download{}, fmt.Errorf("downloading %s@%s: %w: %s", Module, version, errors.Join(runErr, err), reason)
	}
	sum, err := dirhash.HashZip(got.Zip, dirhash.Hash1)
	if err != nil {
		return Download{}, fmt.Errorf("reading %s@%s: %w", Module, got.Version, err)
	}
	return Download{Pin: Pin{Version: got.Version, Sum: sum}, zip: got.Zip}, nil
}

// GetPinned downloads the database of a pin. It is an error for the module to have another content.
func GetPinned(ctx context.Context, p Pin) (Download, error) {
	d, err := Get(ctx, p.Version)
	if err == nil && d.Pin != p {
		err = fmt.Errorf("%s@%s has the sum %s, and %s was pinned", Module, d.Pin.Version, d.Pin.Sum, p.Sum)
	}
	return d, err
}
