package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/opencontainers/go-digest"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"ecrmirror/internal/cli"
	"ecrmirror/internal/imagename"
	"ecrmirror/internal/images"
	"ecrmirror/internal/mirror"
	"ecrmirror/internal/output"
	"ecrmirror/internal/platforms"
	"ecrmirror/internal/program"
	"ecrmirror/internal/settings"
)

// digesting is what the command line and the environment ask of digest.
type digesting struct {
	registries settings.Registries
	platforms  []string
	format     *cli.Format

	image  imagename.Name
	filter platforms.Filter // zero = all platforms
}

func newDigest(getenv func(string) string) *cobra.Command {
	var d digesting
	cmd := &cobra.Command{
		Use:     "digest IMAGE",
		Short:   "Print the digest of an image, or the one that it has with some platforms alone",
		Long:    digestLong,
		Example: digestExample,
		Args:    d.parseArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return d.run(cmd.Context(), cmd.OutOrStdout())
		},
	}
	d.addFlags(cmd.Flags(), getenv)
	return cmd
}

func (d *digesting) addFlags(flags *pflag.FlagSet, getenv func(string) string) {
	d.format = cli.AddOutput(flags)
	addPlatforms(flags, &d.platforms, "print the digest of the index that is left of these platforms")
	d.registries.Add(flags, getenv)
}

func (d *digesting) parseArgs(cmd *cobra.Command, args []string) (err error) {
	if len(args) != 1 {
		return errors.New("need one image: mirror digest IMAGE (mirror digest -h explains)")
	}
	if d.image, err = imagename.ParseImage(args[0]); err != nil {
		return err
	}
	d.filter, err = filterOf(cmd.Flags(), d.platforms)
	return err
}

// run prints the digest.
func (d *digesting) run(ctx context.Context, stdout io.Writer) error {
	cfg, err := program.AWSConfig(ctx)
	if err != nil {
		return err
	}
	registries, err := d.registries.Open(ctx, cfg, nil, nil)
	if err != nil {
		return err
	}
	defer registries.Close()
	found, err := d.find(ctx, registries)
	if err != nil {
		return program.Fail(fmt.Errorf("%s: %w", d.image, err))
	}
	if d.format.JSON() {
		return program.NotPrinted(nil, output.JSON(stdout, found))
	}
	return program.NotPrinted(nil, output.Line(stdout, "%s", found.Digest))
}

// A digestDocument is what digest prints as JSON.
type digestDocument struct {
	Image  string        `json:"image"`
	Digest digest.Digest `json:"digest"`
	// Source is the digest of the image with all its platforms, and Rule, Platforms, Kept and Dropped say what was
	// taken out of it; they are left out where nothing was asked to be. An image that is no index has neither of the
	// last two.
	Source    digest.Digest `json:"source,omitempty"`
	Rule      string        `json:"rule,omitempty"`
	Platforms []string      `json:"platforms,omitempty"`
	Kept      []instance    `json:"kept,omitempty"`
	Dropped   []instance    `json:"dropped,omitempty"`
	Missing   []string      `json:"missing,omitempty"` // platforms that were asked for and are not there
}

// An instance is one of an index.
type instance struct {
	Digest   digest.Digest `json:"digest"`
	Platform string        `json:"platform,omitempty"`
}

// find looks the digest up, and reads the image's index where platforms are asked for.
func (d *digesting) find(ctx context.Context, registries *images.Client) (digestDocument, error) {
	doc := digestDocument{Image: d.image.String()}
	var err error
	if d.filter.IsZero() {
		if doc.Digest, err = registries.Digest(ctx, d.image); err == nil && doc.Digest == "" {
			err = mirror.ErrAbsent
		}
		return doc, err
	}
	image, err := registries.Wanted(ctx, d.image, d.filter)
	if err != nil {
		return doc, err
	}
	doc.Digest, doc.Source, doc.Rule, doc.Platforms = image.Root.Digest, image.Source, platforms.Rule, d.filter.Texts()
	doc.Kept, doc.Dropped = instances(image.Trimmed.Kept), instances(image.Trimmed.Dropped)
	doc.Missing = image.Trimmed.Missing
	return doc, nil
}

func instances(elements []platforms.Element) (list []instance) {
	for _, e := range elements {
		i := instance{Digest: e.Digest}
		if text := e.Platform.String(); strings.Contains(text, "/") {
			i.Platform = text
		}
		list = append(list, i)
	}
	return list
}

const digestLong = `Print the digest of an image: of all its platforms, as the registry has it; or, with
--platforms, that of the index that is left when the instances of other platforms are cut
out of it by the rule ` + platforms.Rule + ` (docs/platforms.md), which anybody can compute again.
It is what "mirror IMAGE DEST --platforms ..." writes, and what an entry with the option
platforms wants. Attestations stay with the platform that they are about.

The digest alone is asked for without --platforms, which no registry counts as a pull. With
it the index is read; of an image that is no index, the configuration. --output json also has
the digest of the source, and what was kept and dropped.`

const digestExample = `  mirror digest docker.io/library/alpine:3
  mirror digest docker.io/library/alpine:3 --platforms linux/amd64,linux/arm64
  mirror digest docker.io/library/alpine:3 --platforms linux/amd64 -o json | jq .dropped`
