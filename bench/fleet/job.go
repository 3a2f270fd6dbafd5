package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os/exec"
	"strings"
)

// Variables by which a job knows where the fleet's clock is, and the mirror program.
const (
	addressVariable = "BENCH_FLEET"
	mirrorVariable  = "BENCH_FLEET_MIRROR"
)

// What may have become of an image at a destination, in mirror's words.
const (
	copied  = "copied"
	current = "current"
	failed  = "failed"
)

// An outcome is what became of an image.
type outcome struct {
	Source string `json:"source"`
	State  string `json:"state"`
}

// A report is what a job tells of an attempt, whose work is done.
type report struct {
	Exit   int       `json:"exit"`
	Images []outcome `json:"images"` // in the order of the request
}

// job is what a job's process does: it runs the real mirror, tells the clock at that address what became of the images,
// and ends, with mirror's exit code, when the clock says that it would have.
func job(address, mirror string, args []string, stdout, stderr io.Writer) int {
	ctx := context.Background() //nolint:forbidigo // the program's own
	r, err := copyImages(ctx, mirror, args, stdout, stderr)
	if err == nil {
		err = tell(ctx, address, r)
	}
	if err != nil {
		_, _ = fmt.Fprintln(stderr, "bench/fleet:", err)
		return 1
	}
	return r.Exit
}

// copyImages runs mirror.
func copyImages(ctx context.Context, mirror string, args []string, stdout, stderr io.Writer) (r report, err error) {
	command := exec.CommandContext(ctx, mirror, append([]string{"--output", "json"}, args...)...)
	var out bytes.Buffer
	command.Stdout, command.Stderr = io.MultiWriter(&out, stdout), stderr
	err = command.Run()
	if _, ended := errors.AsType[*exec.ExitError](err); err != nil && !ended {
		return r, err
	}
	r.Exit = command.ProcessState.ExitCode()
	r.Images, err = outcomes(out.Bytes())
	return r, err
}

// outcomes reads mirror's report: a document, or a list of them.
func outcomes(data []byte) (images []outcome, err error) {
	type document struct {
		Source       string    `json:"source"`
		Destinations []outcome `json:"destinations"`
	}
	var all []document
	if data = bytes.TrimSpace(data); bytes.HasPrefix(data, []byte("{")) {
		all = make([]document, 1)
		err = json.Unmarshal(data, &all[0])
	} else {
		err = json.Unmarshal(data, &all)
	}
	for _, d := range all {
		if len(d.Destinations) != 1 {
			return nil, fmt.Errorf("mirror tells of %d destinations of %s, not one", len(d.Destinations), d.Source)
		}
		images = append(images, outcome{Source: d.Source, State: d.Destinations[0].State})
	}
	return images, err
}

// tell tells the clock of an attempt, and waits until that ends by it.
func tell(ctx context.Context, address string, r report) error {
	body, err := json.Marshal(r)
	if err != nil {
		return err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, address, strings.NewReader(string(body)))
	if err != nil {
		return err
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer func() { _ = answer.Body.Close() }()
	if answer.StatusCode != http.StatusNoContent {
		return fmt.Errorf("the clock answers %s", answer.Status)
	}
	return nil
}
