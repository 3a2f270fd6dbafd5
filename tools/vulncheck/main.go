// Command vulncheck looks for known vulnerabilities in what the code is built with: govulncheck, with a database
// that comes through the Go module proxy, by a version and a checksum of database.json. So the same commit has the
// same result everywhere, and its age is known.
//
//	make vulncheck
//	make renew-vulndb
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"

	"ecrmirror/tools/vulncheck/database"
	"ecrmirror/tools/vulncheck/finding"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout); err != nil {
		stop()
		fmt.Fprintln(os.Stderr, "vulncheck:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, out io.Writer) error {
	flags := flag.NewFlagSet("vulncheck", flag.ContinueOnError)
	pinned := flags.String("database", "tools/vulncheck/database.json", "`file` that says which database is read")
	accepted := flags.String("accepted", "tools/vulncheck/accepted.json",
		"`file` of the vulnerabilities that are accepted, each with its reason")
	scanner := flags.String("govulncheck", "govulncheck", "`program` that scans")
	renew := flags.Bool("renew", false, "write the newest database to the file, and scan nothing")
	if err := flags.Parse(args); errors.Is(err, flag.ErrHelp) {
		return nil
	} else if err != nil {
		return err
	}
	if flags.NArg() > 0 {
		return fmt.Errorf("unexpected argument %q", flags.Arg(0))
	}
	if *renew {
		return pinNewest(ctx, *pinned, out)
	}
	return check(ctx, *pinned, *accepted, *scanner, out)
}

// pinNewest writes which database is the newest to a file.
func pinNewest(ctx context.Context, pinned string, out io.Writer) error {
	newest, err := database.Get(ctx, "latest")
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "%s %s\n", database.Module, newest.Pin.Version)
	return newest.Pin.Write(pinned)
}

// check scans with the database that is pinned in a file, and reports what is not among the accepted of another.
func check(ctx context.Context, pinned, accepted, scanner string, out io.Writer) error {
	pin, err := database.ReadPin(pinned)
	if err != nil {
		return err
	}
	exceptions, err := finding.ReadExceptions(accepted)
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "vulncheck-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	if err := prepare(ctx, pin, dir, out); err != nil {
		return err
	}
	findings, err := scanAll(ctx, scanner, dir, out)
	if err != nil {
		return err
	}
	return report(finding.Judge(findings, exceptions), accepted, out)
}

// prepare writes the database of a pin into a directory.
func prepare(ctx context.Context, pin database.Pin, dir string, out io.Writer) error {
	download, err := database.GetPinned(ctx, pin)
	if err != nil {
		return err
	}
	entries, err := download.Write(filepath.Clean(dir))
	if err != nil {
		return err
	}
	written, err := pin.Time()
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(out, "database of %s: %d entries (%s %s)\n", written.Format("2006-01-02"), entries,
		database.Module, pin.Version)
	return err
}
