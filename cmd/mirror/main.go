// Command mirror copies container images, all their platforms or some, to one or more destinations.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"

	"ecrmirror/internal/cli"
	"ecrmirror/internal/contract"
	"ecrmirror/internal/memlimit"
	"ecrmirror/internal/platforms"
	"ecrmirror/internal/program"
	"ecrmirror/internal/progress"
)

func main() {
	// Nobody need listen to the progress for the copy to go on: a write to a closed
	// standard error is an error, and not the end. (signal.Ignore would be inherited.)
	signal.Notify(make(chan os.Signal, 1), syscall.SIGPIPE)
	os.Exit(program.Run(context.Background(), "mirror", os.Stderr, func(ctx context.Context) error {
		getenv, err := program.Environment(ctx, os.Getenv) // with what stands in SSM
		if err != nil {
			return err
		}
		return newCommand(getenv).ExecuteContext(ctx)
	}))
}

func newCommand(getenv func(string) string) *cobra.Command {
	var config config
	cmd := &cobra.Command{
		Use:           "mirror SRC[,TAG...] DEST[,DEST...] [DEST...]",
		Short:         "Copy container images, all their platforms or some, to one or more destinations",
		Long:          long,
		Example:       example,
		Args:          config.parseArgs,
		SilenceErrors: true,
		SilenceUsage:  true,
		RunE: func(cmd *cobra.Command, _ []string) error {
			memlimit.ForCopy(config.budget.Value(), config.container, getenv)
			reporter := progress.New(cmd.Context(), config.progressMode(), cmd.ErrOrStderr(), getenv)
			defer reporter.Close()
			return mirrorImages(cmd.Context(), &config, reporter, cmd.OutOrStdout(), cmd.ErrOrStderr())
		},
	}
	config.addFlags(cmd.Flags(), getenv)
	cmd.AddCommand(newSync(getenv))
	cmd.AddCommand(newConvert())
	cmd.AddCommand(newDigest(getenv))
	cmd.AddCommand(newVerify(getenv))
	cmd.AddCommand(newTrust())
	return cli.Finish(cmd, map[string]string{contract.HelpTopic: programs})
}

const long = `Copy container images, all their platforms or some, to one or more destinations.

The copy is digest-exact: a destination's manifest is byte for byte the source's. The
source is read once for all destinations, and only for the blobs that they lack.
Destinations are independent of each other: one that fails does not stop the others.

Image names:
  alpine:3, ghcr.io/org/app:1, docker://...       a registry's image
  123456789012.dkr.ecr.us-east-1.amazonaws.com/app:1
                                                  an image in Amazon ECR, through its API
  ecr.aws/arn:aws:ecr:us-east-1:123456789012:repository/app:1
                                                  the same, by the repository's ARN
  public.ecr.aws/ALIAS/NAME:1                     an image in ECR Public, written through its API
  oci:PATH[:NAME], dir:PATH                       an OCI layout or a directory on disk

Several images: tags of one repository, with commas between them, go where each has its own tag,
to a destination HOST/REPOSITORY:*. They are copied side by side, what they share is read once,
each is there as soon as it is whole, and one that fails fails alone. TAG@sha256:... copies that
image, wherever the tag is by now. A job of AWS Batch begins no image after its first hour: what
is left then may work on another try.

Files of regsync, skopeo sync and dregsy, and lists of images, become entries by "mirror convert
FILE"; the image of that name is docker.io/library/convert.

Missing repositories of Amazon ECR are created by the template of --create-repositories.

Progress goes to standard error: bars on a terminal, elsewhere a line every 10 seconds
(none if the copy takes less); --progress=json writes a JSON object a line with time, event,
blob, bytes, size, destination, error and totals. The result goes to standard output.

What may be copied: --allow-source and --allow-destination refuse names that match none of
their patterns (ghcr.io/org/**, ecr:ACCOUNT/team/*). --policy requires signatures of an
index and of its instances. Both are checked before anything is written.

Slow ends: a destination that holds up faster ones is served apart from them, by bytes that
are read from the source again (not with --read-once). A source or a destination below
--min-rate fails.

Ledger: a job of AWS Batch whose environment has ` + contract.EnvLedger + ` records there what became of each
destination, and leaves a tag that is held there, or that somebody else has moved since the copy
began. By hand nothing is asked of a ledger and nothing recorded, but with --ledger.

Receipts: with --receipt-key a signed statement of where an image was mirrored from is put beside
it at each destination (docs/receipts.md). One that fails does not unmake the copy; it is told, and
the exit code is that of a failure.

Memory: --memory-budget bounds the bytes between source and destinations, whatever the
image. The program takes less than 80 MiB beside it, whatever the image. In a container
with less than 144 MiB the default budget is smaller.

AWS credentials, endpoints and FIPS settings come from the AWS SDK's usual places; other
accounts' ECR is reached by the roles of --assume-role. Logins to other registries come
from the secrets that ` + contract.EnvAuthSecret + ` names and the SSM parameter that
` + contract.EnvAuthParameter + ` names, or else from the files that docker and podman keep.

Platforms: --platforms leaves the instances of other platforms out. What is left of the index has
a digest of its own, which follows from the source's by the rule ` + platforms.Rule + ` (docs/platforms.md) and
is what "mirror digest SRC --platforms ..." prints; where nothing is dropped, it is the source's.
Of what is dropped nothing is read. Attestations go where their platform goes. An image without
any of these platforms fails, and what there is is said.

Artifacts: signatures, SBOMs and attestations come with the image, before its tag moves: what
names it as its subject, and the tags sha256-....sig, .att and .sbom, of the index, of its
instances and of the artifacts themselves. --artifacts says which: all, none, signatures, or
types such as application/spdx+json. An artifact that can't be read, or that a destination
refuses, is told and left out; --artifacts-required has the image fail then. What a
destination has beside stays.

Options: --options has those of a job, a JSON object: {} is a plain copy. A member, kind or
version that this program does not know is wrong usage, since it would copy something else
than was asked. platforms has a list, as in {"platforms":["linux/amd64"]}. The kind artifacts
brings what belongs to images that the destinations hold already, and nothing else.

Exit codes: 0 all destinations hold the image; 1 one failed and would fail again;
2 wrong usage; 75 one failed and may work on another try; 130, 143 interrupted.`

const example = `  mirror alpine:3 123456789012.dkr.ecr.us-east-1.amazonaws.com/alpine:3
  mirror ghcr.io/org/app:1 123456789012.dkr.ecr.us-east-1.amazonaws.com/app:1,oci:backup:1
  mirror alpine:3.20,3.21,edge '123456789012.dkr.ecr.us-east-1.amazonaws.com/alpine:*'
  mirror --progress json --memory-budget 256MiB ghcr.io/org/big:1 registry.example.com/big:1
  mirror --platforms linux/amd64,linux/arm64 alpine:3 registry.example.com/alpine:3
  mirror --output json oci:build:latest registry.example.com/app:1`

// programs is what the image prints where its command is not replaced.
const programs = `This image has two programs:

  mirror SRC DEST[,DEST...] [DEST...]   copies an image, all its platforms
  mirror sync FILE...                   mirrors the entries of YAML files
  controller COMMAND                    keeps a table of images, and submits mirror jobs for those
                                        that differ from their source

Say which one to run, as a job definition's command does:

  docker run --rm ecrmirror mirror -h
  docker run --rm ecrmirror controller -h
  docker run --rm -v ~/.docker:/.docker:ro -v ~/.aws:/.aws:ro ecrmirror \\
    mirror alpine:3 123456789012.dkr.ecr.us-east-1.amazonaws.com/alpine:3`
