package main

import (
	"errors"
	"fmt"

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
	root.AddCommand(newExplain(c), newHistory(c), newOwner(c), newLedger(c))
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
	return fmt.Errorf("%q is neither a command nor the start of TABLE QUEUE JOBDEF [REPOSITORY TAG] "+
		"(controller -h explains)", args[0])
}

const long = `Compare each source image in a DynamoDB table with its destinations, and submit one
mirror job to AWS Batch for each source that has stale destinations.

An entry of the table has the attributes
  ` + contract.AttrSource + `       image name; the key
  ` + contract.AttrDestination + `  image names: a comma-separated string, a string set or a list of strings
  ` + contract.AttrExpires + `      epoch seconds from which on the entry is ignored; optional
  ` + contract.AttrTags + `         rules that choose tags of a repository, or of a namespace; optional
  ` + contract.AttrRepos + `        which repositories of a namespace; optional
  ` + contract.AttrOptions + `      what is mirrored of an image, and on what terms: platforms, artifacts, verify; optional
  ` + contract.AttrLabels + `       texts of the entry's owner, by their names; optional

AWS credentials, region and endpoints come from the AWS SDK's usual places; other
accounts' ECR is reached by the roles of --assume-role. Logins to other registries come
from the secrets that ` + contract.EnvAuthSecret + ` names and the SSM parameter that
` + contract.EnvAuthParameter + ` names, or else from the files that docker and podman keep.

"controller TABLE QUEUE JOBDEF" is short for sweep, and
"controller TABLE QUEUE JOBDEF REPOSITORY TAG" for event.

Exit codes: 0 done, or nothing to do; 1 an entry failed (the others were done), or all
failed and would fail again; 2 wrong usage or configuration; 3 there is something to do
(plan --exit-code alone); 75 all failed and may work on another try, or nothing was looked
at before --time-limit; 130, 143 interrupted.`

const example = `  controller sweep --table mirror --queue mirrors --job-definition mirror
  controller event --repository team/app --tag 1.2
  controller plan --table mirror
  controller put docker.io/library/alpine:3 123456789012.dkr.ecr.us-east-1.amazonaws.com/alpine:3
  controller status --state failing,stale`
