package share

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

const toolHelp = `Do things, to many
a thing. Others are left alone.

  .profile   a file
Exit codes: 0 done.

Usage:
  tool THING [flags]
  tool [command]

Commands:
  help        Help about any command
  put         Put a thing
  take        Take one

Flags:
  -h, --help            help for tool
      --size BYTES      a size \ or none (default 1)
                        with more about it

Use "tool [command] --help" for more information about a command.
`

// tool writes a program that prints such help, if it is run without any settings.
func tool(t *testing.T) Program {
	t.Helper()
	path := filepath.Join(t.TempDir(), "tool")
	script := `#!/bin/sh
[ -z "$HOME$MIRROR_TABLE" ] || exit 3
case "$*" in
help) /bin/cat <<'END'
` + toolHelp + `END
;;
"help put") printf 'Put a thing.\n\nUsage:\n  tool put THING\n\nFlags:\n  -q, --quiet   say nothing\n' ;;
"help take") printf 'Take one.\n\nUsage:\n  tool take\n' ;;
"completion "*) echo "completion of $2" ;;
*) exit 2 ;;
esac
`
	if err := os.WriteFile(path, []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
	return Program{"tool", []string{path}}
}

func TestAProgramsFiles(t *testing.T) {
	t.Setenv("MIRROR_TABLE", "mine")
	files, err := Files(t.Context(), `v1.2.3-"rc"`, time.Date(2026, 11, 27, 1, 2, 3, 0, time.UTC), []Program{tool(t)})
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, f := range files {
		got[f.Name] = string(f.Content)
	}
	want := map[string]string{
		"completions/tool.bash": "completion of bash\n", "completions/_tool": "completion of zsh\n",
		"completions/tool.fish": "completion of fish\n", "completions/tool.ps1": "completion of powershell\n",
		"man/tool.1": `.TH TOOL 1 "2026-11-27" "ecrmirror v1.2.3\-\(dqrc\(dq"
.SH NAME
tool \- Do things, to many a thing
.SH SYNOPSIS
.PP
.nf
  tool THING [flags]
  tool [command]
.fi
.SH DESCRIPTION
.PP
.nf
Do things, to many
a thing. Others are left alone.

  .profile   a file
Exit codes: 0 done.
.fi
.SH COMMANDS
.TP
\fBhelp\fR
Help about any command
.TP
\fBput\fR
Put a thing
.TP
\fBtake\fR
Take one
.SH FLAGS
.TP
\fB\-h, \-\-help\fR
help for tool
.TP
\fB\-\-size BYTES\fR
a size \e or none (default 1)
.PP
.nf
                        with more about it
.fi
.SH TOOL PUT
.PP
.nf
Put a thing.
.fi
.SS Usage
.PP
.nf
  tool put THING
.fi
.SS Flags
.TP
\fB\-q, \-\-quiet\fR
say nothing
.SH TOOL TAKE
.PP
.nf
Take one.
.fi
.SS Usage
.PP
.nf
  tool take
.fi
`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestAProgramThatFailsIsNamed(t *testing.T) {
	p := tool(t)
	p.Command = append(p.Command, "--wrong")
	if _, err := Files(t.Context(), "v1.2.3", time.Time{}, []Program{p}); err == nil ||
		err.Error() != "tool completion bash: exit status 2" {
		t.Error(err)
	}
}

func TestLinesAreNoRequests(t *testing.T) {
	for line, want := range map[string]string{
		".TH x":      `\&.TH x`,
		"'quoted'":   `\&'quoted'`,
		`a\b --flag`: `a\eb \-\-flag`,
		"a.b":        "a.b",
		"":           "",
	} {
		if got := escape(line); got != want {
			t.Errorf("%q: %q, want %q", line, got, want)
		}
	}
	if day := string(page{name: "x", version: "devel"}.roff()); !strings.HasPrefix(day,
		".TH X 1 \"\" \"ecrmirror devel\"\n") {
		t.Errorf("without a day: %s", day)
	}
}
