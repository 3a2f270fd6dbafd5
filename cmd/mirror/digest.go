package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/opencontainers/go-digest"
	imgspecv1 "github.com/opencontainers/image-spec/specs-go/v1"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	manifestlist "go.podman.io/image/v5/manifest"

	"ecrmirror/internal/cli"
	"ecrmirror/internal/imagename"
	"ecrmirror/internal/images"
	"ecrmirror/internal/manifestdigest"
	"ecrmirror/internal/manifesttype"
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
	flags.StringSliceVar(&d.platforms, "platforms", nil,
		"`OS/ARCH[/VARIANT][:OSVERSION],...`: print the digest of the index that is left of these platforms")
	d.registries.Add(flags, getenv)
}

func (d *digesting) parseArgs(cmd *cobra.Command, args []string) (err error) {
	if len(args) != 1 {
		return errors.New("need one image: mirror digest IMAGE (mirror digest -h explains)")
	}
	if d.image, err = imagename.ParseImage(args[0]); err != nil {
		return err
	}
	if !cmd.Flags().Changed("platforms") {
		return nil
	}
	if d.filter, err = platforms.Parse(d.platforms...); err != nil {
		return fmt.Errorf("--platforms: %w", err)
	}
	return nil
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
	// Source is the digest of the image with all its platforms, and Rule, Platforms and Dropped say what was taken out
	// of it; they are left out where nothing was asked to be.
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
	source, err := registries.Source(ctx, d.image)
	if err != nil {
		return doc, err
	}
	defer func() { _ = source.Close() }()
	manifest, _, err := source.Manifest(ctx, "")
	if err != nil {
		return doc, err
	}
	if doc.Source, err = verified(d.image, manifest); err != nil {
		return doc, err
	}
	switch manifesttype.Of(manifest) {
	case imgspecv1.MediaTypeImageIndex, manifestlist.DockerV2ListMediaType:
	default:
		return doc, errors.New("it is an image and no index: of one platform, from which nothing is cut out")
	}
	trimmed, err := d.filter.Trim(manifest)
	if err != nil {
		return doc, err
	}
	doc.Digest, doc.Rule, doc.Platforms = trimmed.Digest, platforms.Rule, d.filter.Texts()
	doc.Kept, doc.Dropped, doc.Missing = instances(trimmed.Kept), instances(trimmed.Dropped), trimmed.Missing
	return doc, nil
}

// verified returns the digest of a manifest, which must be the one of the image's name if that has one.
func verified(image imagename.Name, manifest []byte) (digest.Digest, error) {
	algorithm := digest.Canonical
	if image.Digest != "" {
		algorithm = image.Digest.Algorithm()
	}
	got, err := manifestdigest.By(algorithm, manifest)
	if err == nil && image.Digest != "" && got != image.Digest {
		err = fmt.Errorf("the registry gave a manifest with the digest %s", got)
	}
	return got, err
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
Attestations stay with the platform that they are about.

The digest alone is asked for without --platforms, which no registry counts as a pull. With
it the index is read, and nothing else. --output json also has the digest of the source,
and what was kept and dropped.`

const digestExample = `  mirror digest docker.io/library/alpine:3
  mirror digest docker.io/library/alpine:3 --platforms linux/amd64,linux/arm64
  mirror digest docker.io/library/alpine:3 --platforms linux/amd64 -o json | jq .dropped`
