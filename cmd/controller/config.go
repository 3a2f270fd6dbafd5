package main

import (
	"errors"
	"fmt"
	"io"

	"github.com/spf13/pflag"

	"ecrmirror/internal/cli"
	"ecrmirror/internal/contract"
	"ecrmirror/internal/program"
)

// auto is the choice that leaves it to where the program runs.
const auto = "auto"

// config is what the command line and the environment ask for. Flags win over the
// environment, positional arguments over both.
type config struct {
	table      string
	queue      string
	definition string
	parameters characters // of one job
	limit      timeLimit  // of a sweep
	account    string
	registries program.RegistryFlags
	allowed    program.AllowFlags
	verbose    bool
	logFormat  cli.Choice
	metrics    cli.Choice
	creates    cli.Choice // whether mirror jobs create missing repositories
	inAWS      bool       // the program runs as a Lambda function or as a Batch job

	repository, tag string // of event
	eventFile       string // of event: where the event is, "-" for standard input
	exitCode        bool   // of plan

	getenv func(string) string // for colors
}

// palette returns the colors of what is written to w.
func (c *config) palette(w io.Writer) cli.Palette { return cli.PaletteFor(w, c.getenv) }

// addFlags adds the flags that all commands share.
func (c *config) addFlags(flags *pflag.FlagSet, getenv func(string) string) {
	c.getenv = getenv
	flags.StringVar(&c.table, "table", getenv(contract.EnvTable),
		"`NAME` or ARN of the DynamoDB table of entries (env "+contract.EnvTable+")")
	flags.StringVar(&c.queue, "queue", getenv(contract.EnvQueue),
		"`NAME` or ARN of the Batch queue for mirror jobs (env "+contract.EnvQueue+")")
	flags.StringVar(&c.definition, "job-definition", getenv(contract.EnvJobDefinition),
		"`NAME` or ARN of the Batch job definition of mirror jobs (env "+contract.EnvJobDefinition+")")
	c.parameters = charactersFrom(getenv(contract.EnvJobParameters))
	flags.Var(&c.parameters, jobParametersFlag, "`CHARACTERS` that the source and the destinations of one job may have together; more go into several (env "+contract.EnvJobParameters+")")
	c.limit = timeLimitFrom(getenv(contract.EnvTimeLimit))
	flags.Var(&c.limit, timeLimitFlag, "`DURATION` for which a sweep or a plan looks at entries; what slow registries have not answered for by then is first in the next (env "+contract.EnvTimeLimit+")")
	c.registries.Add(flags, getenv)
	c.allowed.Add(flags, getenv)
	flags.StringVar(&c.account, "account", "", "`ID` of the account that event's repository is in; if not set, that of the credentials")
	c.logFormat = cli.OneOf("FORMAT", auto, "text", "json").From(getenv(contract.EnvLogFormat))
	flags.Var(&c.logFormat, "log-format", "how to log: auto, which is text on a terminal and json elsewhere, text or json (env "+contract.EnvLogFormat+")")
	c.metrics = cli.OneOf("CHOICE", auto, "on", "off").From(getenv(contract.EnvMetrics))
	flags.Var(&c.metrics, "metrics", "whether a sweep prints its metrics in CloudWatch's embedded metric format: auto, which is on in Lambda and Batch, on or off (env "+contract.EnvMetrics+")")
	c.creates = cli.OneOf("CHOICE", "off", "on").From(getenv(contract.EnvCreatesRepositories))
	flags.Var(&c.creates, "creates-repositories", "whether mirror jobs create repositories that are missing in ECR; off means that a destination in one fails (env "+contract.EnvCreatesRepositories+")")
	c.inAWS = getenv("AWS_LAMBDA_FUNCTION_NAME") != "" || getenv("AWS_BATCH_JOB_ID") != ""
	flags.BoolVarP(&c.verbose, "verbose", "v", false, "log what is current too; plan logs nothing without it")
}

// checkTable returns an error if there is no table to work from.
func (c *config) checkTable() error {
	if c.table == "" {
		return missing("table", "--table", contract.EnvTable)
	}
	return nil
}

// checkJobs returns an error if there is no table, or nowhere to submit jobs.
func (c *config) checkJobs() error {
	switch {
	case c.table == "":
		return c.checkTable()
	case c.queue == "":
		return missing("queue", "--queue", contract.EnvQueue)
	case c.definition == "":
		return missing("job definition", "--job-definition", contract.EnvJobDefinition)
	}
	return c.parameters.err
}

// checkEvent returns an error if event lacks something.
func (c *config) checkEvent() error {
	switch {
	case c.eventFile != "" && c.repository+c.tag+c.account != "":
		return errors.New("--json says what was pushed, without --repository, --tag and --account")
	case c.eventFile != "":
		return c.checkJobs()
	case c.repository == "":
		return errors.New("no repository: set --repository")
	case c.tag == "":
		return errors.New("no tag: set --tag")
	}
	return c.checkJobs()
}

func missing(what, flag, env string) error {
	return fmt.Errorf("no %s: set %s or %s", what, flag, env)
}
