package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"

	"github.com/spf13/cobra"

	"ecrmirror/internal/infile"
	"ecrmirror/internal/outfile"
	"ecrmirror/internal/output"
	"ecrmirror/internal/program"
	"ecrmirror/internal/registryclient"
	"ecrmirror/internal/verify/trust"
	"ecrmirror/internal/verify/tuf"
)

// trusting is what the command line asks of trust.
type trusting struct {
	url, rootFile string

	file string
	at   *url.URL
	root []byte // nil = that of Sigstore's public instance
}

func newTrust() *cobra.Command {
	var t trusting
	cmd := &cobra.Command{
		Use:     "trust FILE",
		Short:   "Fetch the root of trust by which signatures are verified",
		Long:    trustLong,
		Example: trustExample,
		Args:    t.parseArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return t.run(cmd.Context(), cmd.OutOrStdout())
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&t.url, "tuf", tuf.Public, "`URL` of the TUF repository")
	flags.StringVar(&t.rootFile, "tuf-root", "",
		"`FILE` with a root.json of the repository, which is trusted; default: that of Sigstore's public instance")
	return cmd
}

func (t *trusting) parseArgs(cmd *cobra.Command, args []string) error {
	if len(args) != 1 {
		return errors.New("need a file to write: mirror trust FILE (mirror trust -h explains)")
	}
	t.file = args[0]
	at, err := url.Parse(t.url)
	if err != nil || at.Host == "" || at.Scheme != "https" && at.Scheme != "http" {
		return fmt.Errorf("--tuf %q is not a URL: https://HOST/PATH", t.url)
	}
	t.at = at
	if t.rootFile == "" {
		if cmd.Flags().Changed("tuf") {
			return errors.New("--tuf needs --tuf-root: whose signatures are to be believed")
		}
		return nil
	}
	t.root, err = infile.Read(t.rootFile, longestRoot)
	return err
}

// longestRoot is how many bytes go-tuf takes of a root.json (RootMaxLength in its package config).
const longestRoot = 512_000

// run fetches the root, and writes the file.
func (t *trusting) run(ctx context.Context, stdout io.Writer) error {
	document, err := t.fetch(ctx)
	if err == nil {
		_, err = trust.Parse(t.url, document)
	}
	if err != nil {
		return program.Fail(fmt.Errorf("trusted root of %s: %w", t.url, err))
	}
	err = outfile.Replace(t.file, func(w io.Writer) error {
		_, err := w.Write(document)
		return err
	})
	if err != nil {
		return program.Fail(err)
	}
	return program.NotPrinted(nil, output.Line(stdout, "%s has the trusted root of %s", t.file, t.url))
}

// fetch fetches the root from the repository, all of whose files are at one host.
func (t *trusting) fetch(ctx context.Context) ([]byte, error) {
	host, err := registryclient.New(registryclient.Options{Host: t.at.Host, Insecure: t.at.Scheme == "http"})
	if err != nil {
		return nil, err
	}
	defer host.Close()
	get := func(ctx context.Context, at *url.URL, limit int64) ([]byte, error) {
		content, err := host.File(ctx, at, limit)
		if errors.Is(err, registryclient.ErrNotFound) {
			return nil, fmt.Errorf("%w: %w", fs.ErrNotExist, err)
		}
		return content, err
	}
	return tuf.Repository{URL: t.url, Root: t.root, Get: get}.Fetch(ctx)
}
