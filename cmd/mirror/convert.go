package main

import (
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"ecrmirror/internal/convert"
	"ecrmirror/internal/flagvalue"
	"ecrmirror/internal/outfile"
	"ecrmirror/internal/printable"
	"ecrmirror/internal/program"
)

// converting is what the command line of mirror convert asks for.
type converting struct {
	options convert.Options
	from    flagvalue.Choice
	output  string // file; "" = standard output
	strict  bool
}

func newConvert() *cobra.Command {
	var c converting
	cmd := &cobra.Command{
		Use:     "convert FILE",
		Short:   "Make entries of a file for regsync, skopeo sync or dregsy, or of a list of images",
		Long:    convertLong,
		Example: convertExample,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return errors.New("need one file, or - for standard input: mirror convert FILE (mirror convert -h " +
					"explains; the image of that name is docker.io/library/convert)")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			return c.run(args[0], cmd.InOrStdin(), cmd.OutOrStdout(), cmd.ErrOrStderr())
		},
	}
	c.from = flagvalue.OneOf("FORMAT", append([]string{formatByContents}, convert.Formats()...)...)
	cmd.Flags().Var(&c.from, "from", "format of FILE: auto (its contents tell), regsync, skopeo, dregsy or list")
	cmd.Flags().StringVar(&c.options.To, "to", "",
		"`DEST` of images whose file names none, as skopeo's and most lists: HOST, HOST/PATH, or either with {name} "+
			"or {repository} of the source in it")
	cmd.Flags().BoolVar(&c.options.Scoped, "scoped", false,
		"as --scoped of skopeo sync: below DEST stands the source's whole name, and not its last element")
	cmd.Flags().StringVar(&c.output, "output", "", "`FILE` to write the entries to; default: standard output")
	cmd.Flags().BoolVar(&c.strict, "strict", false, "write nothing and exit 1 if there is any remark")
	return cmd
}

// formatByContents is the format that is not given.
const formatByContents = "auto"

// run converts a file: entries go to standard output or to a file, remarks to standard error.
func (c *converting) run(file string, stdin io.Reader, stdout, stderr io.Writer) error {
	data, name, err := readPeer(file, stdin)
	if err != nil {
		return err
	}
	if sameFile(file, c.output) {
		return fmt.Errorf("--output %s is the file that is converted: what has no equal would be lost", c.output)
	}
	c.options.Format = c.from.String()
	if c.options.Format == formatByContents {
		c.options.Format = ""
	}
	result, err := convert.Read(data, c.options)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	for _, remark := range result.Remarks {
		if _, err := fmt.Fprintf(stderr, "%s:%s\n", printable.Line(name), remark); err != nil {
			return program.NotPrinted(nil, err)
		}
	}
	if c.strict && len(result.Remarks) > 0 {
		return program.Fail(fmt.Errorf("%s: nothing is written: %s (--strict)", name, remarks(len(result.Remarks))))
	}
	var changed error
	if n := result.Changes(); n > 0 {
		changed = fmt.Errorf("%s: the entries mirror something else than the file says: see %s above "+
			"(left out, differs)", name, remarks(n))
	}
	write := func(w io.Writer) error { return result.Write(w, name) }
	if c.output == "" {
		return program.NotPrinted(program.FailAll(changed), write(stdout))
	}
	return program.FailAll(errors.Join(changed, outfile.Replace(c.output, write)))
}

func remarks(n int) string {
	if n == 1 {
		return "1 remark"
	}
	return fmt.Sprintf("%d remarks", n)
}

// sameFile reports whether two names are of one file.
func sameFile(a, b string) bool {
	first, err := os.Stat(a)
	if err != nil {
		return false
	}
	second, err := os.Stat(b)
	return err == nil && os.SameFile(first, second)
}

// readPeer returns the contents of a file, or of standard input for "-", and its name. It reads no more than is
// converted, and a little.
func readPeer(file string, stdin io.Reader) (data []byte, name string, err error) {
	in, name := stdin, "standard input"
	if file != "-" {
		f, err := os.Open(file)
		if err != nil {
			return nil, "", err
		}
		defer f.Close()
		in, name = f, file
	}
	data, err = io.ReadAll(io.LimitReader(in, convert.MaxFile+1))
	if err != nil {
		return nil, "", fmt.Errorf("reading %s: %w", name, err)
	}
	return data, name, nil
}

const convertLong = `Make entries of a file that another program mirrors by: a configuration of regsync, a YAML file
of skopeo sync, a configuration of dregsy, or a list of images. The entries go to standard
output, as YAML in the order of the file, and "mirror sync" and "controller import" read them.

What has no exact equal is named on standard error, a line for each member:

  FILE:LINE: MEMBER: left out: ...   nothing of it is in the entries
  FILE:LINE: MEMBER: differs: ...    the entries have it, and mean something else in some cases
  FILE:LINE: MEMBER: elsewhere: ...  it is no matter of entries: schedules, logins, TLS

Each line says why, and what to do instead. Logins are neither written nor printed: run
docker login, or podman login. Steps that share a source become one entry.

A list has an image a line, or SRC DEST..., SRC=DEST or SRC DEST TAG, and comments after #.
A destination without a tag has the source's.

--to says where images go whose file does not. For skopeo it is the DESTINATION of skopeo
sync: below it stands the last element of the source's name, with --scoped its whole name.
Of a list it is the full name within its registry: library/nginx.

All platforms of an image are copied, and tags keep their names: skopeo sync does that with
--all, and without --append-suffix.

Exit codes: 0 the entries mirror what the file says, whatever is elsewhere; 1 something is
left out or differs (the rest is written), or with --strict any remark (nothing is written);
2 wrong usage, or a file that can't be read.`

const convertExample = `  mirror convert regsync.yml --output mirrors.yaml && controller import --dry-run mirrors.yaml
  mirror convert sync.yaml --to 123456789012.dkr.ecr.us-east-1.amazonaws.com/mirror
  mirror convert images.txt --to '123456789012.dkr.ecr.us-east-1.amazonaws.com/hub/{name}' --strict
  mirror convert - --from dregsy < dregsy.yaml`
