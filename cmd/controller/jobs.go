package main

import (
	"fmt"
	"log/slog"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/spf13/cobra"

	"ecrmirror/internal/cli"
	"ecrmirror/internal/contract"
	"ecrmirror/internal/dispatch"
	"ecrmirror/internal/output"
	"ecrmirror/internal/planview"
	"ecrmirror/internal/program"
	"ecrmirror/internal/trigger"
)

func newSweep(c *config) *cobra.Command {
	cmd := &cobra.Command{
		Use:     "sweep",
		Short:   "Compare all entries and submit a job for each source with stale destinations",
		Long:    sweepLong,
		Example: sweepExample,
		Args:    cli.NoArguments,
		RunE:    func(cmd *cobra.Command, _ []string) error { return c.sweep(cmd) },
	}
	cmd.Flags().BoolVar(&c.retry, "retry", false,
		"submit jobs now for destinations to which jobs failed to copy; without it the next one waits for its time")
	return cli.Uses(cmd, sweepFlags...)
}

func (c *config) sweep(cmd *cobra.Command) error {
	if err := c.checkJobs(); err != nil {
		return err
	}
	cfg, err := c.openAWS(cmd.Context())
	if err != nil {
		return err
	}
	d := c.dispatcher(cfg, cmd.OutOrStdout())
	return printed(cmd, d.Sweep(cmd.Context(), c.newLog(cmd.ErrOrStderr())))
}

// printed prints the summary of what was done, and returns its error.
func printed(cmd *cobra.Command, done dispatch.Result) error {
	if done.Summary == "" {
		return done.Err
	}
	return program.NotPrinted(done.Err, output.Line(cmd.OutOrStdout(), "%s", done.Summary))
}

const sweepLong = `Compare all entries of the table, and submit one mirror job for each source that has stale
destinations, with those destinations alone. Destinations that an equal job in flight
copies to are left out. Entries are independent: neither one that fails nor a slow registry
stops the others. Entries that are not reached when --time-limit is over are no failure:
the next sweep begins with them.

The last line of output counts what was found and done. Errors go to standard error.`

const sweepExample = `  controller sweep --table mirror --queue mirrors --job-definition mirror
  ` + contract.EnvTable + `=mirror ` + contract.EnvQueue + `=mirrors ` +
	contract.EnvJobDefinition + `=mirror controller sweep`

func newEvent(c *config) *cobra.Command {
	cmd := &cobra.Command{
		Use:     "event --repository REPOSITORY --tag TAG | --json FILE",
		Short:   "Sweep the one entry whose source was just pushed to Amazon ECR",
		Long:    eventLong,
		Example: eventExample,
		Args:    cli.NoArguments,
		RunE:    func(cmd *cobra.Command, _ []string) error { return c.event(cmd) },
	}
	cmd.Flags().StringVar(&c.repository, "repository", "", "`NAME` of the ECR repository that was pushed to")
	cmd.Flags().StringVar(&c.tag, "tag", "", "`TAG` that was pushed")
	cmd.Flags().StringVar(&c.eventFile, "json", "",
		"`FILE` with the event as EventBridge sends it, - for standard input, in place of the above")
	return cli.Uses(cmd, eventFlags...)
}

func (c *config) event(cmd *cobra.Command) error {
	if c.eventFile == "" && c.tag == "" && cmd.Flags().Changed("tag") {
		// EventBridge fills in nothing where a push has no tag.
		return program.NotPrinted(nil, output.Line(cmd.OutOrStdout(), "the push has no tag: nothing to do"))
	}
	if err := c.checkEvent(); err != nil {
		return err
	}
	cfg, err := c.openAWS(cmd.Context())
	if err != nil {
		return err
	}
	event, err := c.asked(cmd, cfg)
	if err != nil {
		return program.Fail(err)
	}
	d := c.dispatcher(cfg, cmd.OutOrStdout())
	return printed(cmd, d.Dispatch(cmd.Context(), c.newLog(cmd.ErrOrStderr()), event))
}

// asked returns the event that the command line is about.
func (c *config) asked(cmd *cobra.Command, cfg aws.Config) (trigger.Event, error) {
	if c.eventFile != "" {
		return trigger.ReadFile(cmd.InOrStdin(), c.eventFile)
	}
	home, err := program.HomeRegistry(cmd.Context(), cfg, c.account)
	return trigger.Event{Kind: trigger.Push, Registry: home, Repository: c.repository, Tag: c.tag}, err
}

const eventLong = `Sweep the one entry whose source is the image that was pushed:
ACCOUNT.dkr.ecr.REGION.SUFFIX/REPOSITORY:TAG, in the region of the AWS configuration, or
the same by the registry's FIPS and dual-stack hosts or by ecr.aws/ARN. For the tag
"latest" that is also the name without a tag. If no entry has that source, nothing is done
after one read of the table, and the exit code is 0.

With --json, the event itself names the repository and the tag, the account and the
region. An event that asks for nothing (a push without a tag, a deletion) does nothing, and
a "Scheduled Event" is a sweep. Use it for events that could not be handled, such as those
in a dead-letter queue.

Where the environment has AWS_LAMBDA_RUNTIME_API, controller runs as a Lambda function
and is invoked with such events.`

const eventExample = `  controller event --repository team/app --tag 1.2
  controller event --repository team/app --tag 1.2 --account 123456789012
  controller event --json event.json`

func newPlan(c *config) *cobra.Command {
	var format *cli.Format
	cmd := &cobra.Command{
		Use:     "plan",
		Short:   "Print what a sweep would do, and submit nothing",
		Long:    planLong,
		Example: planExample,
		Args:    cli.NoArguments,
		RunE:    func(cmd *cobra.Command, _ []string) error { return c.plan(cmd, format.JSON()) },
	}
	format = cli.AddOutput(cmd.Flags(), formerText)
	cmd.Flags().BoolVar(&c.exitCode, "exit-code", false,
		fmt.Sprintf("exit with %d if there is something to do", contract.ExitChanges))
	return cli.Uses(cmd, planFlags...)
}

func (c *config) plan(cmd *cobra.Command, asJSON bool) error {
	if err := c.checkTable(); err != nil {
		return err
	}
	cfg, err := c.openAWS(cmd.Context())
	if err != nil {
		return err
	}
	ctl, closeAll, err := c.openController(cmd.Context(), cfg, c.newLog(cmd.ErrOrStderr()), noBeginning)
	if err != nil {
		return err
	}
	defer closeAll()
	if !c.verbose { // the plan says it all
		ctl.Log = slog.New(slog.DiscardHandler)
	}
	results, report, err := ctl.Plan(cmd.Context())
	outcome, stdout := dispatch.Outcome(report, err), cmd.OutOrStdout()
	switch {
	case err != nil && len(results) == 0:
	case asJSON:
		outcome = program.NotPrinted(outcome, planview.WriteJSON(stdout, results))
	default:
		outcome = program.NotPrinted(outcome, planview.WriteText(stdout, c.palette(stdout), results, report.Planned()))
	}
	if outcome == nil && c.exitCode && planview.Stale(results) {
		return program.Silent(contract.ExitChanges)
	}
	return outcome
}

const planLong = `Print for each destination in the table what a sweep would do, and why. Nothing is
submitted, so neither a queue nor a job definition is needed, and jobs in flight are not
looked at. BYTES are those of the source where it is in Amazon ECR, and of the largest
platform where it has several; less is copied where a destination has some of them.`

const planExample = `  controller plan --table mirror
  controller plan --table mirror --exit-code || echo "something to do, or something failed"
  controller plan --table mirror -o json | jq '.[] | select(.error)'`
