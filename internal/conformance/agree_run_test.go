package conformance

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"ecrmirror/internal/contract"
	"ecrmirror/internal/planview"
	"ecrmirror/internal/request"
)

// An agreeOutcome is what came of a round, by one of the ways.
type agreeOutcome struct {
	refused []string         // what is wrong with the file, in lines; nil = nothing is
	plan    []planview.Entry // what the way was about to do
	asked   map[string]bool  // which copies, as agreeCopy writes them
	failed  map[string]bool  // of those
	bad     bool             // something failed, by exit codes
	putOff  bool             // something was deferred, which fails nothing but sync
	tags    map[string]string
	said    string // on standard error
}

// agreeCopy writes that an image, with options, is to go to a destination.
func agreeCopy(source, destination, options string) string {
	if options == "" || options == contract.DefaultOptions {
		return source + " -> " + destination
	}
	return source + " -> " + destination + " " + options
}

// agreeOptions writes the options of a copy of these platforms; none = all.
func agreeOptions(platforms []string) string {
	return request.Options{Platforms: strings.Join(platforms, ",")}.String()
}

// A programRun is what a program did.
type programRun struct {
	out, errs string
	code      int
}

// run runs a program to its end.
func (w *agreeWorld) run(
	ctx context.Context, way int, f *agreeFile, program string, args ...string,
) (programRun, error) {
	ctx, cancel := context.WithTimeout(ctx, longestRun)
	defer cancel()
	cmd := exec.CommandContext(ctx, filepath.Join(programs, program), args...)
	cmd.Env = slices.Concat(w.proxied(), []string{
		"HOME=" + programs, "AWS_ENDPOINT_URL=" + w.ways[way].local.url,
		"AWS_REGION=us-east-1", "AWS_ACCESS_KEY_ID=111122223333", "AWS_SECRET_ACCESS_KEY=localstack",
		"AWS_EC2_METADATA_DISABLED=true", "MIRROR_INSECURE_REGISTRIES=" + strings.Join(agreeHosts(), ","),
		"MIRROR_ALLOWED_SOURCES=" + strings.Join(allowedSources(), ","),
		"MIRROR_ALLOWED_DESTINATIONS=" + strings.Join(allowedDestinations(), ","),
	}, f.environment(way))
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) || ctx.Err() != nil {
		return programRun{}, fmt.Errorf("%s %s: %w %w\n%s", program, args, err, ctx.Err(), errs.String())
	}
	return programRun{out.String(), errs.String(), cmd.ProcessState.ExitCode()}, nil
}

// plan returns the plan that a program printed.
func (r programRun) plan() (plan []planview.Entry, err error) {
	if err := json.Unmarshal([]byte(r.out), &plan); err != nil {
		return nil, fmt.Errorf("the plan: exit code %d: %w\n%s\n%s", r.code, err, r.out, r.errs)
	}
	return plan, nil
}

// wrong returns the lines in which a program says what is wrong with a file.
func (r programRun) wrong(program string) (lines []string) {
	for line := range strings.Lines(r.errs) {
		lines = append(lines, strings.TrimSpace(strings.TrimPrefix(line, program+":")))
	}
	slices.Sort(lines)
	return lines
}
