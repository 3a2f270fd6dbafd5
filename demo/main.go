// Command demo shows the main job end to end, on one machine: container images are mirrored
// by the real programs, against localstack, and checked by another client.
//
//	go run -tags containers_image_openpgp ./demo
//
// It exits 0 only if everything was as it should be.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"syscall"
	"time"

	"ecrmirror/demo/story"
)

const usage = `Demo mirrors container images on this machine by the real programs, and checks the copies.

Usage: demo [-source IMAGE] [-keep]

`

func main() { os.Exit(run()) }

// run tells the story and returns the program's exit code.
func run() int {
	var source string
	var keep bool
	flags := flag.NewFlagSet("demo", flag.ContinueOnError)
	flags.StringVar(&source, "source", "", "public `IMAGE` to mirror too, such as docker.io/library/alpine:3")
	flags.BoolVar(&keep, "keep", false, "keep localstack running at the end, until Ctrl-C")
	flags.Usage = func() {
		fmt.Fprint(flags.Output(), usage)
		flags.PrintDefaults()
	}
	switch err := flags.Parse(os.Args[1:]); {
	case errors.Is(err, flag.ErrHelp):
		return 0
	case err != nil:
		return exitUsage
	case flags.NArg() > 0:
		fmt.Fprintf(os.Stderr, "demo: unexpected argument %q\n", flags.Arg(0))
		return exitUsage
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop)   // a second Ctrl-C ends the program at once
	signal.Ignore(syscall.SIGPIPE) // so that an end that nobody reads is an end in good order
	d := &demo{
		story: story.New(os.Stdout, story.Colour(os.Stdout, os.Getenv)),
		extra: source, environ: os.Environ(), began: time.Now(), seen: map[string]bool{},
		log: slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn})),
	}
	return d.run(ctx, keep)
}
