// Package command reads the command lines of benchmarks and trials, which are flags and nothing else, and
// ends them by a signal.
package command

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"
)

// Main runs a program, whose errors are printed after its name. It exits with 1 on an error other
// than [flag.ErrHelp].
func Main(name string, run func(ctx context.Context, args []string, stdout, stderr io.Writer) error) {
	ctx := context.Background() //nolint:forbidigo // the program's own
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout, os.Stderr); err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, name+":", err)
		stop()
		os.Exit(1)
	}
}

// Parse parses the flags of a command that takes no other arguments. With -h it prints the usage and the flags.
func Parse(set *flag.FlagSet, usage string, args []string, stderr io.Writer) error {
	set.SetOutput(stderr)
	set.Usage = func() {
		_, _ = io.WriteString(stderr, usage)
		set.PrintDefaults()
	}
	if err := set.Parse(args); err != nil {
		return err
	}
	if set.NArg() > 0 {
		return fmt.Errorf("unknown argument %q: there are flags only", set.Arg(0))
	}
	return nil
}

// Split splits a comma-separated list, of which "" is the empty one.
func Split(list string) []string {
	if list == "" {
		return nil
	}
	return strings.Split(list, ",")
}
