package main

import (
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/spf13/pflag"

	"ecrmirror/internal/allow"
	"ecrmirror/internal/contract"
	"ecrmirror/internal/controller"
	"ecrmirror/internal/expansion"
	"ecrmirror/internal/flagvalue"
	"ecrmirror/internal/output"
	"ecrmirror/internal/selection"
	"ecrmirror/internal/settings"
)

// auto is the choice that leaves it to where the program runs.
const auto = "auto"

// formerText is what --output text was called once.
const formerText = "table"

// config is what the command line and the environment ask for. Flags win over the
// environment, positional arguments over both.
type config struct {
	table      string
	ledger     string // "" = none
	retry      bool   // of sweep
	queue      string
	definition string
	parameters flagvalue.Number   // characters of one job's parameters
	limit      flagvalue.Duration // of a sweep
	mostTags   flagvalue.Number   // that a selection chooses of a repository
	mostNames  flagvalue.Number   // of repositories that it chooses of a namespace
	account    string
	registries settings.Registries
	allowed    settings.Allowed
	artifacts  settings.Artifacts
	verbose    bool
	logFormat  flagvalue.Choice
	metrics    flagvalue.Choice
	creates    flagvalue.Choice // whether mirror jobs create missing repositories
	inAWS      bool             // the program runs as a Lambda function or as a Batch job

	repository, tag string // of event
	eventFile       string // of event: where the event is, "-" for standard input
	exitCode        bool   // of plan

	environment *flagvalue.Environment
	getenv      func(string) string // for colors
}

// palette returns the colors of what is written to w.
func (c *config) palette(w io.Writer) output.Palette { return output.PaletteFor(w, c.getenv) }

// The flags whose values have bounds or words of their own.
const (
	jobParametersFlag = "job-parameters"
	timeLimitFlag     = "time-limit"
	logFormatFlag     = "log-format"
	metricsFlag       = "metrics"
	createsFlag       = "creates-repositories"
	mostTagsFlag      = "most-tags"
	mostNamesFlag     = "most-repositories"

	// fewestCharacters leave room for one source and one destination with long names.
	fewestCharacters = 1000
	// leastLimit leaves time for a wave or two.
	leastLimit = time.Second
)

// expander returns what tells which images selections stand for.
func (c *config) expander(lists expansion.Lists, allowed allow.Lists) *expansion.Expander {
	return &expansion.Expander{
		Lists: lists, Allowed: allowed, Now: time.Now,
		MostTags: c.mostTags.Value(), MostRepositories: c.mostNames.Value(),
	}
}

// addFlags adds the flags that all commands share.
func (c *config) addFlags(flags *pflag.FlagSet, getenv func(string) string) {
	c.getenv = getenv
	env := flagvalue.NewEnvironment(flags, getenv)
	c.environment = env
	env.String(&c.table, "table", contract.EnvTable, "`NAME` or ARN of the DynamoDB table of entries")
	env.String(&c.ledger, "ledger", contract.EnvLedger,
		"`NAME` or ARN of the DynamoDB table of the ledger, which remembers what is known of each image; "+
			"without it nothing is remembered")
	env.String(&c.queue, "queue", contract.EnvQueue, "`NAME` or ARN of the Batch queue for mirror jobs")
	env.String(&c.definition, "job-definition", contract.EnvJobDefinition,
		"`NAME` or ARN of the Batch job definition of mirror jobs")
	c.parameters = flagvalue.NewNumber(
		"CHARACTERS", contract.DefaultJobParameters, fewestCharacters, contract.LongestOverrides)
	env.Var(&c.parameters, jobParametersFlag, contract.EnvJobParameters,
		"`CHARACTERS` that the source and the destinations of one job may have together; "+
			"more destinations go into several jobs")
	c.limit = flagvalue.NewDuration(controller.DefaultLimit, leastLimit, "55m or 1h30m")
	env.Var(&c.limit, timeLimitFlag, contract.EnvTimeLimit,
		"`DURATION` for which a sweep or a plan looks at entries; "+
			"entries of slow registries that it does not reach are the first in the next sweep")
	c.mostTags = flagvalue.NewNumber("NUMBER", selection.DefaultTags, 1, selection.HighestTags)
	env.Var(&c.mostTags, mostTagsFlag, contract.EnvMostTags,
		"`NUMBER` of tags that a selection may choose of a repository; one that chooses more is failing")
	c.mostNames = flagvalue.NewNumber("NUMBER", selection.DefaultRepositories, 1, selection.HighestRepositories)
	env.Var(&c.mostNames, mostNamesFlag, contract.EnvMostRepositories,
		"`NUMBER` of repositories that a selection may choose of a namespace; one that chooses more is failing")
	c.registries.Add(flags, getenv)
	c.allowed.Add(flags, getenv)
	c.artifacts.Add(flags, artifactsByDefaultFlag, getenv)
	flags.StringVar(&c.account, "account", "",
		"`ID` of the account of the repository of event; if not set, the account of the credentials")
	c.logFormat = flagvalue.OneOf("FORMAT", auto, "text", "json")
	env.Var(&c.logFormat, logFormatFlag, contract.EnvLogFormat,
		"form of the log: auto, which is text on a terminal and json elsewhere, text or json")
	c.metrics = flagvalue.OneOf("CHOICE", auto, "on", "off")
	env.Var(&c.metrics, metricsFlag, contract.EnvMetrics,
		"metrics of a sweep in CloudWatch's embedded metric format: auto, which is on in Lambda and Batch, on or off")
	c.creates = flagvalue.OneOf("CHOICE", "off", "on")
	env.Var(&c.creates, createsFlag, contract.EnvCreatesRepositories,
		"whether mirror jobs create ECR repositories that are missing; with off a destination in one is failing")
	c.inAWS = getenv("AWS_LAMBDA_FUNCTION_NAME") != "" || getenv("AWS_BATCH_JOB_ID") != ""
	flags.BoolVarP(&c.verbose, "verbose", "v", false, "log current destinations, too; plan logs nothing without it")
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
	return c.environment.Check(jobParametersFlag)
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
