// Command images renews the digests of the container images that builds and tests start from. In each file, it looks up
// what NAME:TAG@sha256:... is by now, in NAME's registry, and writes that instead. To take another tag, write it there
// first.
//
//	make renew-images
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"regexp"

	"ecrmirror/internal/imagename"
	"ecrmirror/internal/images"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout); err != nil {
		stop()
		fmt.Fprintln(os.Stderr, "images:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, out io.Writer) error {
	flags := flag.NewFlagSet("images", flag.ContinueOnError)
	if err := flags.Parse(args); errors.Is(err, flag.ErrHelp) {
		return nil
	} else if err != nil {
		return err
	}
	if flags.NArg() == 0 {
		return errors.New("name the files that have images in them")
	}
	registries := images.New(images.Options{})
	defer registries.Close()
	look := func(image string) (string, error) {
		name, err := imagename.ParseImage(image)
		if err != nil {
			return "", err
		}
		d, err := registries.Digest(ctx, name)
		return d.String(), err
	}
	for _, path := range flags.Args() {
		if err := renewFile(path, look, out); err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
	}
	return nil
}

func renewFile(path string, look func(image string) (string, error), out io.Writer) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	renewed, changes, err := renew(string(text), look)
	if err != nil {
		return err
	}
	for _, change := range changes {
		fmt.Fprintf(out, "%s: %s\n", path, change)
	}
	if renewed == string(text) {
		return nil
	}
	return os.WriteFile(path, []byte(renewed), 0o644) // the mode of a file that is there stays
}

// pinned matches an image's name with its tag, and its digest.
var pinned = regexp.MustCompile(`([a-z0-9][a-z0-9._/:-]*:\w[\w.-]*)@(sha256:[0-9a-f]{64})`)

// renew returns the text with the digests that look finds, and what has changed.
func renew(text string, look func(image string) (string, error)) (renewed string, changes []string, err error) {
	found := 0
	renewed = pinned.ReplaceAllStringFunc(text, func(match string) string {
		found++
		image := pinned.FindStringSubmatch(match)
		d, lookErr := look(image[1])
		switch {
		case lookErr != nil:
			err = errors.Join(err, lookErr)
		case !pinned.MatchString(image[1] + "@" + d):
			err = errors.Join(err, fmt.Errorf("%s has the digest %q, which is not SHA-256", image[1], d))
		case d != image[2]:
			changes = append(changes, image[1]+" is "+d)
			return image[1] + "@" + d
		}
		return match
	})
	if found == 0 {
		err = errors.New("there is no image with a digest in it")
	}
	return renewed, changes, err
}
