package cli

import (
	"bytes"
	"encoding/json"
	"io"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/cobra"

	"ecrmirror/internal/buildinfo"
	"ecrmirror/internal/flagvalue"
)

// newProgram returns a program with some commands and flags.
func newProgram() *cobra.Command {
	root := &cobra.Command{
		Use: "prog [THING]", Long: "Does things.", SilenceErrors: true, SilenceUsage: true,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 0 {
				return io.EOF
			}
			return nil
		},
		RunE: func(*cobra.Command, []string) error { return nil },
	}
	root.PersistentFlags().String("table", "", "`NAME` of the table")
	root.PersistentFlags().String("queue", "", "`NAME` of the queue")
	root.PersistentFlags().BoolP("verbose", "v", false, "say more")
	format := flagvalue.OneOf("FORMAT", "text", "json")
	sweep := &cobra.Command{
		Use: "sweep", Short: "Sweep it", Args: NoArguments, RunE: func(*cobra.Command, []string) error { return nil },
	}
	sweep.Flags().VarP(&format, "output", "o", "what to print")
	sweep.Flags().String("policy", "", "`FILE` with the policy")
	status := &cobra.Command{
		Use: "status", Short: "Say how it is", Args: NoArguments,
		RunE: func(*cobra.Command, []string) error { return nil },
	}
	status.Flags().Bool("expiring", false, "only what expires")
	root.AddCommand(Uses(sweep, "table"), status)
	return Finish(root, map[string]string{"programs": "There are two."})
}

// run returns what the program prints, or its error.
func run(args ...string) string {
	var out bytes.Buffer
	cmd := newProgram()
	cmd.SetArgs(args)
	cmd.SetOut(&out)
	cmd.SetErr(io.Discard)
	if err := cmd.Execute(); err != nil {
		return err.Error()
	}
	return out.String()
}

// TestMistakes are told with what was probably meant.
func TestMistakes(t *testing.T) {
	for _, c := range []struct{ typed, want string }{
		{"sweep --tabel x", `unknown flag: --tabel (did you mean "--table"?)`},
		{"sweep --tab=x", `unknown flag: --tab (did you mean "--table"?)`},
		{"sweep --outputs json", `unknown flag: --outputs (did you mean "--output"?)`},
		{"sweep -table x", `unknown shorthand flag: 't' in -table (did you mean "--table"?)`},
		{"sweep --expiring", `unknown flag: --expiring (prog status has it)`},
		{"--expiring", `unknown flag: --expiring (prog status has it)`},
		{"sweep --nonsense", `unknown flag: --nonsense (prog sweep -h lists the flags)`},
		{"sweep -x", `unknown shorthand flag: 'x' in -x (prog sweep -h lists the flags)`},
		{"sweep -o yaml", `invalid argument "yaml" for "-o, --output" flag: must be text or json`},
		{"sweep now", `sweep takes no arguments, and "now" is one (prog sweep -h explains)`},
		{"completion tcsh", `no completion for "tcsh", only for bash, zsh, fish or powershell`},
		{"help swep", `no command "swep" to explain (did you mean "sweep"?)`},
		{"help sweep now", "help explains one command: prog help [COMMAND]"},
		{"help programs", "There are two.\n"},
		{"version -o xml", `invalid argument "xml" for "-o, --output" flag: must be text or json`},
		{"versio --table", "flag needs an argument: --table"},
	} {
		if got := run(strings.Fields(c.typed)...); got != c.want {
			t.Errorf("prog %s: %s\nwant %s", c.typed, got, c.want)
		}
	}
}

func TestDidYouMean(t *testing.T) {
	root := newProgram()
	for typed, want := range map[string]string{
		"swep": ` (did you mean "sweep"?)`, "stauts": ` (did you mean "status"?)`, "stat": ` (did you mean "status"?)`,
		"SWEEP": ` (did you mean "sweep"?)`, "versio": ` (did you mean "version"?)`, "mirror": "", "": "",
	} {
		if got := DidYouMean(root, typed); got != want {
			t.Errorf("%q: %q, want %q", typed, got, want)
		}
	}
}

// TestHelpListsWhatACommandUses holds help to the flags of each command: its own, and those of its parent that
// it takes notice of.
func TestHelpListsWhatACommandUses(t *testing.T) {
	const want = `Sweep it

Usage:
  prog sweep

Flags:
  -h, --help            help for sweep
  -o, --output FORMAT   what to print (default text)
      --policy FILE     FILE with the policy
      --table NAME      NAME of the table
`
	if diff := cmp.Diff(want, run("sweep", "-h")); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if diff := cmp.Diff(want, run("help", "sweep")); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	for _, part := range []string{
		"  prog COMMAND\n", "  sweep        Sweep it\n", "  -v, --verbose ", "--queue NAME",
		"      --version ",
	} {
		if help := run("-h"); !strings.Contains(help, part) {
			t.Errorf("%q is not in\n%s", part, help)
		}
	}
}

func TestVersion(t *testing.T) {
	if got, want := run("--version"), "prog version "+buildinfo.Read().Line()+"\n"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	if text := run("version"); !strings.HasPrefix(text, "prog ") || !strings.Contains(text, runtime.Version()) {
		t.Errorf("text:\n%s", text)
	}
	var info buildinfo.Info
	if err := json.Unmarshal([]byte(run("version", "-o", "json")), &info); err != nil || info.Go != runtime.Version() {
		t.Errorf("%+v, %v", info, err)
	}
}

// TestCompletion asks as shells do: 4 is that there are no names of files to complete, 0 that there are.
func TestCompletion(t *testing.T) {
	for typed, want := range map[string]string{
		"sweep|--output|":      "text json :4",
		"sweep|--output|text,": "text,json :4",
		"version|-o|":          "text json :4",
		"sweep|--policy|":      ":0",
		"sweep|--table|":       ":4",
		"--queue|":             ":4",
		"completion|":          "bash zsh fish powershell :4",
		"help|s":               "status sweep :4",
	} {
		if got := strings.Join(strings.Fields(run(append([]string{"__complete"}, strings.Split(typed, "|")...)...)),
			" "); got != want {
			t.Errorf("%s: %q, want %q", typed, got, want)
		}
	}
	for _, shell := range []string{"bash", "zsh", "fish", "powershell"} {
		if script := run("completion", shell); !strings.Contains(script, "prog") {
			t.Errorf("%s: %s", shell, script)
		}
	}
}
