package main

import (
	"errors"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"ecrmirror/internal/cli"
	"ecrmirror/internal/contract"
	"ecrmirror/internal/program"
)

func newCommand(getenv func(string) string) *cobra.Command {
	c := &config{}
	root := &cobra.Command{
		Use:           "controller [TABLE QUEUE JOBDEF [REPOSITORY TAG]]",
		Short:         "Submit mirror jobs for images that differ from their source",
		Long:          long,
		Example:       example,
		Args:          c.parsePositional,
		SilenceErrors: true,
		SilenceUsage:  true,
		RunE: func(cmd *cobra.Command, args []string) error {
			switch len(args) {
			case 0:
				cmd.SetOut(cmd.ErrOrStderr())
				return errors.Join(program.ErrUsageShown, cmd.Help())
			case 3:
				return c.sweep(cmd)
			}
			return c.event(cmd)
		},
	}
	c.addFlags(root.PersistentFlags(), getenv)
	root.AddCommand(newSweep(c), newEvent(c), newPlan(c))
	root.AddCommand(newStatus(c), newList(c), newPut(c), newRemove(c), newExport(c), newImport(c))
	return cli.Finish(root, nil)
}

// parsePositional takes the arguments of the original service's controller.
func (c *config) parsePositional(cmd *cobra.Command, args []string) error {
	switch len(args) {
	case 0:
		return nil
	case 5:
		c.repository, c.tag = args[3], args[4]
		fallthrough
	case 3:
		c.table, c.queue, c.definition = args[0], args[1], args[2]
		return nil
	}
	if hint := cli.DidYouMean(cmd, args[0]); hint != "" {
		return fmt.Errorf("unknown command %q%s", args[0], hint)
	}
	return fmt.Errorf("%q is neither a command nor the start of TABLE QUEUE JOBDEF [REPOSITORY TAG] (controller -h explains)", args[0])
}

// The flags that commands share.
var (
	tableFlags    = []string{"table"}
	logFlags      = []string{"verbose", "log-format"}
	allowFlags    = []string{"allow-source", "allow-destination"}
	registryFlags = []string{"insecure-registry", "auth-parameter", "auth-secret", "assume-role"}
	planFlags     = slices.Concat(tableFlags, registryFlags, allowFlags, logFlags, []string{"creates-repositories", timeLimitFlag})
	sweepFlags    = slices.Concat(planFlags, []string{"queue", "job-definition", jobParametersFlag, "metrics"})
	eventFlags    = slices.Concat(sweepFlags, []string{"account"})
	putFlags      = slices.Concat(tableFlags, allowFlags)
)

func newSweep(c *config) *cobra.Command {
	return cli.Uses(&cobra.Command{
		Use:     "sweep",
		Short:   "Compare all entries and submit a job for each source with stale destinations",
		Long:    sweepLong,
		Example: sweepExample,
		Args:    cli.NoArguments,
		RunE:    func(cmd *cobra.Command, _ []string) error { return c.sweep(cmd) },
	}, sweepFlags...)
}

func newEvent(c *config) *cobra.Command {
	cmd := &cobra.Command{
		Use:     "event --repository REPOSITORY --tag TAG | --json FILE",
		Short:   "Do the same for the one entry whose source was just pushed to Amazon ECR",
		Long:    eventLong,
		Example: eventExample,
		Args:    cli.NoArguments,
		RunE:    func(cmd *cobra.Command, _ []string) error { return c.event(cmd) },
	}
	cmd.Flags().StringVar(&c.repository, "repository", "", "`NAME` of the ECR repository that was pushed to")
	cmd.Flags().StringVar(&c.tag, "tag", "", "`TAG` that was pushed")
	cmd.Flags().StringVar(&c.eventFile, "json", "", "`FILE` with the event as EventBridge sends it, - for standard input, in place of the above")
	return cli.Uses(cmd, eventFlags...)
}

func newPlan(c *config) *cobra.Command {
	var format *cli.Format
	cmd := &cobra.Command{
		Use:     "plan",
		Short:   "Say what a sweep would do, and submit nothing",
		Long:    planLong,
		Example: planExample,
		Args:    cli.NoArguments,
		RunE:    func(cmd *cobra.Command, _ []string) error { return c.plan(cmd, format.JSON()) },
	}
	format = cli.AddOutput(cmd.Flags(), formerText)
	cmd.Flags().BoolVar(&c.exitCode, "exit-code", false, fmt.Sprintf("exit with %d if there is something to do", contract.ExitChanges))
	return cli.Uses(cmd, planFlags...)
}

const long = `Compare each source image in a DynamoDB table with its destinations, and submit one
mirror job to AWS Batch for each source that has stale destinations.

An entry of the table has the attributes
  ` + contract.AttrSource + `       image name; the key
  ` + contract.AttrDestination + `  image names: a comma-separated string, a string set or a list of strings
  ` + contract.AttrExpires + `      epoch seconds from which on the entry is ignored; optional

AWS credentials, region and endpoints come from the AWS SDK's usual places; other
accounts' ECR is reached by the roles of --assume-role. Logins to other registries come
from the secrets that ` + contract.EnvAuthSecret + ` names and the SSM parameter that
` + contract.EnvAuthParameter + ` names, or else from the files that docker and podman keep.

"controller TABLE QUEUE JOBDEF" is short for sweep, and
"controller TABLE QUEUE JOBDEF REPOSITORY TAG" for event.

Exit codes: 0 done, or nothing to do; 1 an entry failed (the others were done), or
everything did and would again; 2 wrong usage or configuration; 3 of plan --exit-code
alone: there is something to do; 75 everything failed
and may work on another try, or nothing was looked at before --time-limit; 130, 143 interrupted.`

const example = `  controller sweep --table mirror --queue mirrors --job-definition mirror
  controller event --repository team/app --tag 1.2
  controller plan --table mirror
  controller put docker.io/library/alpine:3 123456789012.dkr.ecr.us-east-1.amazonaws.com/alpine:3
  controller status --state failing,stale`

const sweepLong = `Compare all entries of the table and submit one mirror job for each source that has
stale destinations, with those destinations alone. What an equal job in flight already
copies is left out. Entries are independent: one that fails does not stop the others, nor
does a slow registry. What that has not answered for when --time-limit is over is not
reached: no failure, and first in the next sweep.

The last line of output counts what was found and done. Errors go to standard error.`

const sweepExample = `  controller sweep --table mirror --queue mirrors --job-definition mirror
  ` + contract.EnvTable + `=mirror ` + contract.EnvQueue + `=mirrors ` + contract.EnvJobDefinition + `=mirror controller sweep`

const eventLong = `Do what sweep does for the one entry whose source is the image that was pushed:
ACCOUNT.dkr.ecr.REGION.SUFFIX/REPOSITORY:TAG, in the region of the AWS configuration,
or the same by the registry's FIPS and dual-stack hosts or by ecr.aws/ARN. For the tag
"latest" that is also the name without a tag. If no entry has that source, there is
nothing to do, and the exit code is 0; the table was read once then, and nothing else.

With --json, the event itself says what was pushed, by whom and where; one that asks
for nothing (a push without a tag, a deletion) is nothing to do, and a "Scheduled
Event" is a sweep. That is for events that could not be handled: those in a dead-letter
queue, say.

Where the environment has AWS_LAMBDA_RUNTIME_API, controller runs as a Lambda function
and is invoked with such events.`

const eventExample = `  controller event --repository team/app --tag 1.2
  controller event --repository team/app --tag 1.2 --account 123456789012
  controller event --json event.json`

const planLong = `Say for each destination in the table what a sweep would do about it, and why. Nothing
is submitted, so neither a queue nor a job definition is needed, and jobs in flight
are not looked at. The bytes are those of the source where it is in Amazon ECR, of an
image for several platforms those of the largest; less is copied where a destination
has some of them.`

const planExample = `  controller plan --table mirror
  controller plan --table mirror --exit-code || echo "something to do, or something failed"
  controller plan --table mirror -o json | jq '.[] | select(.error)'`
