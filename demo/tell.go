package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"ecrmirror/localstack/server"
)

// How long things may take at most. A first build compiles all that the programs
// import, for two platforms; the rest is seconds unless an image of the user's is large.
const (
	buildTime = 30 * time.Minute
	storyTime = 10 * time.Minute
)

// run runs the demo and returns the program's exit code.
func (d *demo) run(ctx context.Context, keep bool) int {
	err := d.tell(ctx)
	interrupted := ctx.Err() != nil
	d.conclude(interrupted, err)
	if keep && d.server != nil && !interrupted {
		d.story.Say("localstack stays at %s until Ctrl-C; the programs are in %s.", d.server.URL(), d.programs())
		<-ctx.Done()
	}
	if end := d.close(); end != nil {
		d.expect(false, "cleaning up: %v", end)
	}
	switch {
	case interrupted:
		return exitInterrupted
	case err != nil, len(d.problems) > 0, d.story.Err() != nil:
		return exitWrong
	}
	return 0
}

// conclude says how it went.
func (d *demo) conclude(interrupted bool, err error) {
	switch took := time.Since(d.began).Seconds(); {
	case interrupted:
		d.story.Verdict(false, "interrupted after %.1f s", took)
	case err != nil:
		d.story.Verdict(false, "stopped after %.1f s: %v", took, err)
	case len(d.problems) > 0:
		d.story.Verdict(false, "not as it should be (%s, in %.1f s): %s", count(len(d.problems), "problem"), took,
			strings.Join(d.problems, "; "))
	default:
		d.story.Verdict(true, "everything matched: %d jobs, %d destinations, %d manifests, %d blobs, in %.1f s",
			d.tally.jobs, d.tally.destinations, d.tally.manifests, d.tally.blobs, took)
	}
}

// tell goes through the steps. An error is what makes going on pointless; what is
// merely wrong is in d.problems.
func (d *demo) tell(ctx context.Context) error {
	d.story.Title("Container images mirrored by the real programs: table, controller, Batch job, mirror, Amazon ECR")
	d.story.Say("Commands after $ are run as they are shown; those of aws and docker by the same calls of the AWS " +
		"SDK and go-containerregistry, so that neither need be installed.")
	if d.extra != "" {
		if err := d.probe(ctx); err != nil {
			return err
		}
	}
	built, cancel := context.WithTimeoutCause(ctx, buildTime, errors.New("building took too long"))
	defer cancel()
	if err := d.build(built); err != nil {
		return fmt.Errorf("building: %w", err)
	}
	ctx, cancel = context.WithTimeoutCause(ctx, storyTime, fmt.Errorf("took longer than %v", storyTime))
	defer cancel()
	return d.take(ctx, d.start, d.pushImages, d.createRepositories, d.fillTable, d.sweep, d.sweepAgain, d.choose,
		d.sweepSelection, d.sweepNextRelease, d.pushEvent, d.byHand, d.submit)
}

// take goes through steps until one fails.
func (d *demo) take(ctx context.Context, steps ...func(context.Context) error) error {
	for _, step := range steps {
		err := step(ctx)
		switch {
		case ctx.Err() != nil:
			return context.Cause(ctx)
		case err != nil:
			return err
		case d.story.Err() != nil: // nobody is listening
			return d.story.Err()
		}
	}
	return nil
}

// rolesVariant is the variant of the service's settings that names the other account's repositories.
const rolesVariant = "accounts"

// start starts localstack, for which the programs are the content of jobs.
func (d *demo) start(ctx context.Context) (err error) {
	d.story.Heading("Start localstack")
	d.server, err = server.Start(ctx, server.Options{
		Dir: d.path("localstack"), Programs: d.programs(), JobEnvironment: network(d.environ), Log: d.log,
		Roles: rolesVariant,
	})
	if err != nil {
		return err
	}
	d.story.Say("DynamoDB, ECR and Batch for account %s in %s, and beside them an ordinary registry, all at %s. "+
		"Batch jobs are processes of the programs just built. They, and controller and mirror below, have the "+
		"permissions of the roles that the CloudFormation template gives them, and no others.", d.server.Account(),
		d.server.Region(), d.server.URL())
	d.story.Command(append([]string{
		"export", "PATH=" + d.shown(d.programs()) + ":$PATH",
	}, d.server.Environment()...)...)
	return nil
}

const (
	exitWrong       = 1
	exitUsage       = 2
	exitInterrupted = 130
)
