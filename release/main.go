// Command release makes a release of the commit that is checked out: the programs for every platform with
// their bills of materials, the container image as an OCI layout, and checksums.
//
//	make release
//
// The same tag makes the same bytes on every machine: the files are those of the commit, Go is the version
// that go.mod names as its toolchain, and times are the commit's.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"strings"

	"ecrmirror/release/gobuild"
)

// platforms are what a release has programs for.
const platforms = "linux/amd64,linux/arm64,darwin/amd64,darwin/arm64,windows/amd64,windows/arm64"

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Args[1:]); err != nil {
		stop()
		fmt.Fprintln(os.Stderr, "release:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) error {
	r := release{checkout: ".", environ: os.Environ(), log: os.Stderr}
	flags := flag.NewFlagSet("release", flag.ContinueOnError)
	flags.StringVar(&r.out, "o", "dist", "`directory` that is written; a release that is in it is replaced")
	flags.StringVar(&r.tag, "tag", "", "the `tag` to release, where the commit has several")
	list := flags.String("platforms", platforms, "`OS/ARCH,...` to build for")
	if err := flags.Parse(args); errors.Is(err, flag.ErrHelp) {
		return nil
	} else if err != nil {
		return err
	}
	if flags.NArg() > 0 {
		return fmt.Errorf("unexpected argument %q", flags.Arg(0))
	}
	for name := range strings.SplitSeq(*list, ",") {
		p, err := gobuild.ParsePlatform(name)
		if err != nil {
			return err
		}
		r.platforms = append(r.platforms, p)
	}
	return r.make(ctx)
}
