package main

import (
	"errors"
	"fmt"
	"net"
	"os"
	"slices"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"ecrmirror/internal/filesync"
	"ecrmirror/internal/flagvalue"
	"ecrmirror/internal/memlimit"
	"ecrmirror/internal/selection"
)

// Forms of what sync prints.
const (
	formatText  = "text"
	formatJSON  = "json"
	formatJUnit = "junit"
)

// syncing is what the command line and the environment ask of sync.
type syncing struct {
	copying
	files  filesync.Files
	format flagvalue.Choice
	// summaryFile gets a summary in Markdown; "" = none does.
	summaryFile string
	dryRun      bool
	exitCode    bool
	keepGoing   bool
	retry       bool
	ledger      string           // a file; "" = none
	jobs        flagvalue.Number // requests at a time
	watch       time.Duration    // between rounds; 0 = one round
	listen      string           // address of the metrics; "" = none
	mostTags    flagvalue.Number
	mostNames   flagvalue.Number
}

const (
	// defaultJobs are enough for registries that answer in some tens of milliseconds; more are for far ones.
	defaultJobs = 4
	mostJobs    = 64
	// leastWatch is how often registries may be asked at most.
	leastWatch = 10 * time.Second
	mostWatch  = 30 * 24 * time.Hour
	// standardInput is the name of what is piped into the program.
	standardInput = "-"
)

func newSync(getenv func(string) string) *cobra.Command {
	var s syncing
	cmd := &cobra.Command{
		Use:     "sync FILE...",
		Short:   "Mirror the entries of YAML files, now and in this process",
		Long:    syncLong,
		Example: syncExample,
		Args:    s.parseArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			memlimit.ForCopy(s.budget.Value(), s.container, getenv)
			return s.run(cmd.Context(), streams{cmd.InOrStdin(), cmd.OutOrStdout(), cmd.ErrOrStderr()})
		},
	}
	s.addFlags(cmd.Flags(), getenv)
	return cmd
}

func (s *syncing) addFlags(flags *pflag.FlagSet, getenv func(string) string) {
	s.format = flagvalue.OneOf("FORMAT", formatText, formatJSON, formatJUnit)
	flags.VarP(&s.format, "output", "o", "form of the output: text, json or junit")
	flags.StringVar(&s.summaryFile, "summary", "", "`FILE` that a summary in Markdown is added to, such as $GITHUB_STEP_SUMMARY")
	flags.BoolVar(&s.dryRun, "dry-run", false, "say what would be done, and why, and change nothing")
	flags.BoolVar(&s.exitCode, "exit-code", false, "with --dry-run: exit with 3 if there is something to do")
	flags.BoolVar(&s.keepGoing, "keep-going", true, "go on where something fails; with =false the first failure stops all")
	flags.StringArrayVar(&s.files.Only, "only", nil,
		"`GLOB` of the sources to mirror, like ghcr.io/org/**; may be repeated; other entries are left")
	flags.StringVar(&s.ledger, "ledger", "",
		"`FILE` that keeps what is known of images from run to run; it is created if it is missing")
	flags.BoolVar(&s.retry, "retry", false, "with --ledger: copy at once what failed a short time ago")
	s.jobs = flagvalue.NewNumber("N", defaultJobs, 1, mostJobs)
	flags.Var(&s.jobs, "jobs", "how many requests are carried out at a time; each brings images of one repository")
	flags.DurationVar(&s.watch, "watch", 0,
		"do it again every `DURATION`, such as 15m, give or take a tenth, until the program is told to end")
	flags.StringVar(&s.listen, "listen", "",
		"with --watch: `ADDRESS` that answers /metrics, for Prometheus, and /healthz, such as :9090")
	s.mostTags = flagvalue.NewNumber("NUMBER", selection.DefaultTags, 1, selection.HighestTags)
	flags.Var(&s.mostTags, "most-tags", "`NUMBER` of tags that a selection may choose of a repository")
	s.mostNames = flagvalue.NewNumber("NUMBER", selection.DefaultRepositories, 1, selection.HighestRepositories)
	flags.Var(&s.mostNames, "most-repositories", "`NUMBER` of repositories that a selection may choose of a namespace")
	s.copying.addFlags(flags, getenv)
}

// parseArgs checks the command line.
func (s *syncing) parseArgs(cmd *cobra.Command, args []string) error {
	s.files.Paths = args
	if len(args) == 0 {
		return errors.New("need a file or a folder with entries, or - for standard input: mirror sync FILE... " +
			"(mirror sync -h explains)")
	}
	if err := s.checkFlags(); err != nil {
		return err
	}
	if err := s.check(cmd.Flags()); err != nil {
		return err
	}
	s.files.Lists = s.gate.Lists
	return nil
}

// checkFlags returns what flags do not go together.
func (s *syncing) checkFlags() error {
	format := s.format.String()
	switch {
	case s.exitCode && !s.dryRun:
		return errors.New("--exit-code says what --dry-run found: it needs that")
	case s.dryRun && format == formatJUnit:
		return errors.New("--dry-run has no JUnit report: use -o text, or -o json")
	case s.watch != 0 && (s.watch < leastWatch || s.watch > mostWatch):
		return fmt.Errorf("--watch: must be %s to %s", leastWatch, mostWatch)
	case s.watch != 0 && s.dryRun:
		return errors.New("--watch and --dry-run do not go together")
	case s.watch != 0 && format == formatJUnit:
		return errors.New("--watch has no JUnit report, which is of one round: use -o text, or -o json")
	case s.watch != 0 && s.summaryFile != "":
		return errors.New("--watch has no summary, which is of one round: use --listen")
	case s.watch != 0 && slices.ContainsFunc(s.files.Paths, isStream):
		return errors.New("--watch reads the files each time, and standard input, or a pipe, can be read once")
	case s.listen != "" && s.watch == 0:
		return errors.New("--listen answers between rounds: it needs --watch")
	case s.listen != "" && !isAddress(s.listen):
		return fmt.Errorf("--listen: %q is not HOST:PORT or :PORT", s.listen)
	case s.retry && s.ledger == "":
		return errors.New("--retry passes over what the ledger remembers of failures: it needs --ledger")
	}
	return nil
}

// isStream reports whether a path is standard input or a pipe, whose bytes are gone once they were read.
func isStream(path string) bool {
	if path == standardInput {
		return true
	}
	info, err := os.Stat(path)
	return err == nil && !info.Mode().IsRegular() && !info.IsDir()
}

// isAddress reports whether a text is one that can be listened on.
func isAddress(text string) bool {
	_, port, err := net.SplitHostPort(text)
	return err == nil && port != ""
}
