package main

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"ecrmirror/internal/cli"
	"ecrmirror/internal/edit"
	"ecrmirror/internal/entry"
	"ecrmirror/internal/entryfile"
	"ecrmirror/internal/imagename"
)

func newPut(c *config) *cobra.Command {
	var expires string
	var rule ruleFlags
	cmd := &cobra.Command{
		Use:     "put SRC DEST[,DEST...] [DEST...]",
		Short:   "Write the entry of a source: where it is mirrored to, which tags, and until when",
		Long:    putLong,
		Example: putExample,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) < 2 {
				return errors.New("need a source and at least one destination: controller put SRC DEST... " +
					"(controller put -h explains)")
			}
			return nil
		},
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, args []string) error {
			e := entry.Entry{Source: args[0]}
			if err := rule.apply(&e); err != nil {
				return err
			}
			return c.put(cmd, e, args[1:], expires)
		},
	}
	cmd.Flags().StringVar(&expires, "expires", "never",
		"`WHEN` the entry ends: 2027-01-31, 2027-01-31T12:00:00Z, 90d, 12w, 36h or never")
	rule.add(cmd.Flags())
	return cli.Uses(cmd, putFlags...)
}

// put writes an entry, whose destinations and expiry are still as people write them.
func (c *config) put(cmd *cobra.Command, e entry.Entry, destinations []string, expires string) (err error) {
	now := time.Now()
	for _, list := range destinations {
		e.Destinations = append(e.Destinations, imagename.SplitList(list)...)
	}
	if e.Expires, err = entry.ParseExpiry(expires, now); err != nil {
		return err
	}
	if err := edit.Check(e, now); err != nil {
		return err
	}
	lists, err := c.allowed.Lists()
	if err != nil {
		return err
	}
	if err := edit.Refused(lists, e); err != nil {
		return err
	}
	t, err := c.openTable(cmd.Context())
	if err != nil {
		return err
	}
	return edit.Put(cmd.Context(), cmd.OutOrStdout(), t, e, now)
}

const putLong = `Write the entry of a source: the destinations that are kept equal to it, and until when.
It replaces the whole entry that the source has. Destinations that are not named are no
longer mirrored, and keep their images. Without --expires the entry never expires. The
status of destinations that stay is kept. An entry that writes the source in another way
(alpine:3 for docker.io/library/alpine:3) is the same entry.

Nothing is written if anything is invalid or not allowed (--allow-source,
--allow-destination), or if another entry of the table writes one of the destinations.
The images are not looked up; "controller plan" looks them up. ECR's push events find a
source that is written in full: ACCOUNT.dkr.ecr.REGION.amazonaws.com/NAME:TAG.

WHEN is the last day (in UTC) on which the entry is valid, or the second from which on it
is not; 90d and 12w count days and weeks from today, 36h hours from now.

With --platforms, of an index these platforms are mirrored alone, and their attestations: what
destinations have is the index that is left of them, whose digest "mirror digest SRC
--platforms ..." prints (docs/platforms.md). A source that has none of them is failing.

With --artifacts, these come with the image of what belongs to it: all, none, signatures, or types
such as application/spdx+json (docs/artifacts.md).

With --verify, its tag moves only if it is signed: '{github: org/app}', or another requirement, or a
list of them, as of an entry in a file (docs/verify.md). A key is written out, or named by its ARN in
KMS, and not by a file.

With --include, --version or --pin, the entry is a selection: SRC is a repository, or
HOST/PATH/** for all below a path, and the flags are a rule that says which of its tags
are mirrored. A rule is applied in this order: --include, --version with --parts,
--variant and --pre, --exclude, --minimum-age, --newest. --version alone chooses releases
of three numbers without a variant (1.27.3, and neither 1.27 nor 1.27.3-alpine). DEST is
then a repository, a prefix that ends in / (SRC's full name goes below it), or has
{repository} or {name} of SRC in it. Several rules are written in a file: controller import.
"controller explain SRC" says what they choose.`

const putExample = `  controller put docker.io/library/alpine:3 123456789012.dkr.ecr.us-east-1.amazonaws.com/alpine:3
  controller put ghcr.io/org/app:2 registry.example.com/app:2 --platforms linux/amd64,linux/arm64
  controller put ghcr.io/org/app:3 registry.example.com/app:3 --verify '{github: org/app@refs/tags/v*}'
  controller put ghcr.io/org/app:1 registry.example.com/app:1,registry.example.com/app:latest --expires 90d
  controller put docker.io/library/nginx 123456789012.dkr.ecr.us-east-1.amazonaws.com/hub/ --version ^1.27 --newest 5
  controller put quay.io/minio/minio registry.example.com/minio --include 'RELEASE.*Z' --by name --newest 3`

func newRemove(c *config) *cobra.Command {
	return cli.Uses(&cobra.Command{
		Use:     "remove SRC...",
		Short:   "Remove the entries of sources",
		Long:    removeLong,
		Example: removeExample,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return errors.New("need a source: controller remove SRC... (controller remove -h explains)")
			}
			for _, arg := range args {
				if arg == "" {
					return errors.New("a source is empty")
				}
			}
			return nil
		},
		ValidArgsFunction: c.completeSources(0),
		RunE: func(cmd *cobra.Command, args []string) error {
			t, err := c.openTable(cmd.Context())
			if err != nil {
				return err
			}
			return edit.Remove(cmd.Context(), cmd.OutOrStdout(), t, args, time.Now())
		},
	}, tableFlags...)
}

const removeLong = `Remove the entries of sources, in whatever way the table writes them. Where several entries
have one source, remove the one that is written like SRC. Their images are no longer
mirrored; destinations keep their images, and jobs in flight go on.`

const removeExample = `  controller remove docker.io/library/alpine:3
  controller remove ghcr.io/org/app:1 ghcr.io/org/app:2`

func newImport(c *config) *cobra.Command {
	var how edit.Import
	cmd := &cobra.Command{
		Use:     "import FILE...",
		Short:   "Write the entries of YAML files to the table",
		Long:    importLong,
		Example: importExample,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return errors.New("need a file, a folder, or - for standard input: controller import FILE... " +
					"(controller import -h explains)")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error { return c.importFiles(cmd, args, how) },
	}
	cmd.Flags().BoolVar(&how.Prune, "prune", false, "remove the entries that the files do not have")
	cmd.Flags().BoolVar(&how.DryRun, "dry-run", false, "say what would change, and write nothing")
	return cli.Uses(cmd, putFlags...)
}

func (c *config) importFiles(cmd *cobra.Command, files []string, how edit.Import) error {
	now := time.Now()
	set, err := entryfile.ReadFiles(files, cmd.InOrStdin(), now)
	if err != nil {
		return err
	}
	lists, err := c.allowed.Lists()
	if err != nil {
		return err
	}
	if err := edit.RefusedOf(lists, set); err != nil {
		return err
	}
	if how.Prune && len(set.Entries) == 0 {
		return fmt.Errorf("no entries in %s: with --prune nothing would be left in the table "+
			"(controller remove SRC... removes entries)", strings.Join(files, ", "))
	}
	t, err := c.openTable(cmd.Context())
	if err != nil {
		return err
	}
	return how.Run(cmd.Context(), cmd.OutOrStdout(), cmd.ErrOrStderr(), t, set.Entries, now)
}

const importLong = `Write the entries of YAML files to the table. FILE may be a folder, which stands for its
files *.yaml and *.yml, and - for standard input:

  entries:
    - source: docker.io/library/alpine:3
      destinations:
        - 123456789012.dkr.ecr.us-east-1.amazonaws.com/alpine:3
      expires: 2027-01-31   # optional; see controller put -h
      options: {platforms: [linux/amd64, linux/arm64]}   # optional; default: all
      labels: {team: web}   # optional; texts of the owner
    - source: docker.io/library/nginx
      destinations: 123456789012.dkr.ecr.us-east-1.amazonaws.com/hub/
      tags: [{version: ^1.27, newest: 5}]   # a selection; see controller put -h

Beside entries there may be defaults: fields of all entries that do not have them, and options of
all that do not have the option.

All files are checked first. If anything in them is invalid or not allowed
(--allow-source, --allow-destination), nothing is written. Then the changes are printed
and written, in no transaction: run it again if it is interrupted. All files together may
have 32 MiB, and each 300,000 lines, list items and fields in each of its documents, which
lines of three dashes separate; larger tables take several imports.

No two files may have an entry of one source; a file that is named twice is read once. Of
a folder hidden files are not read (.NAME), nor folders in it.

Entries that the files do not have stay, unless --prune is given. Items of the table that
are invalid entries stay, too, unless a file has their source.`

const importExample = `  controller import entries.yaml --prune --dry-run
  controller import entries.yaml --prune
  controller import entries/ more.yaml`
