package cli

import (
	"github.com/spf13/pflag"

	"ecrmirror/internal/flagvalue"
)

// A Format is what a command prints: text, or JSON.
type Format struct{ flagvalue.Choice }

// JSON reports whether the command prints JSON.
func (f *Format) JSON() bool { return f.String() == "json" }

// AddOutput adds the flag --output to a command that prints text, or JSON. The flag accepts former names of text, too.
func AddOutput(flags *pflag.FlagSet, formerly ...string) *Format {
	format := &Format{flagvalue.OneOf("FORMAT", "text", "json").Formerly(formerly...)}
	flags.VarP(format, "output", "o", "form of the output: text or json")
	return format
}
