package main

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ecrmirror/localstack/samples"
	"ecrmirror/localstack/server"
	"ecrmirror/testkit/servertest"
)

var update = flag.Bool("update", false, "write what the programs print to docs/sync.md")

const (
	document = "../../docs/sync.md"
	begin    = "-run TestTheDocumentOfSync -update -->\n```\n"
	end      = "```\n<!-- end of sync -->\n"
)

// entries is the file of the document: five lines.
const entries = `entries:
  - source: 127.0.0.1:50001/hello
    destinations: [127.0.0.1:50002/hello, 111122223333.dkr.ecr.us-east-1.amazonaws.com/hello]
    tags: [{version: ">=1", newest: 2}]
  - {source: "127.0.0.1:50001/tool:1.0.0", destinations: "127.0.0.1:50002/tool:1.0.0"}
`

// TestTheDocumentOfSync runs the commands of docs/sync.md as its reader does, and holds the document to what they
// print, but for how long they take.
func TestTheDocumentOfSync(t *testing.T) {
	content, err := os.ReadFile(document)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, begins := strings.Cut(string(content), begin)
	shown, after, ends := strings.Cut(rest, end)
	if !begins || !ends {
		t.Fatalf("%s has no transcript", document)
	}
	ran := transcript(t, shown)
	if *update {
		if err := os.WriteFile(document, []byte(before+begin+ran+end+after), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(shown, ran); diff != "" {
		t.Errorf("%s (-shown +printed)\n%s", document, diff)
	}
}

// transcript runs the commands of a transcript, those behind a $, in a folder with the file of entries.
func transcript(t *testing.T, shown string) string {
	t.Helper()
	servertest.Use(t, servertest.Start(t, server.Options{}))
	from, to := ordinary(t, true), ordinary(t, false)
	// Free ports have five digits, as those of the document, so that columns are as wide.
	names := strings.NewReplacer("127.0.0.1:50001", from, "127.0.0.1:50002", to)
	back := strings.NewReplacer(from, "127.0.0.1:50001", to, "127.0.0.1:50002")
	dir := t.TempDir()
	t.Setenv("HOME", dir)
	if err := os.WriteFile(filepath.Join(dir, "entries.yaml"), []byte(names.Replace(entries)), 0o600); err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for _, command := range regexp.MustCompile(`(?m)^\$ (.*)$`).FindAllStringSubmatch(shown, -1) {
		words := strings.Fields(strings.ReplaceAll(command[1], "'", ""))
		cmd := exec.CommandContext(t.Context(), words[0], words[1:]...)
		cmd.Dir = dir
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("%s: %v\n%s", command[1], err, out)
		}
		fmt.Fprintf(&b, "$ %s\n%s", command[1], timed(back.Replace(string(out))))
	}
	return b.String()
}

// ordinary serves an ordinary registry, and returns its host.
func ordinary(t *testing.T, filled bool) string {
	t.Helper()
	r, err := samples.Start(t.Context(), "127.0.0.1:0", true)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = r.Close() })
	if filled {
		if _, err := r.Fill(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	return r.Host()
}

var took = regexp.MustCompile(`(?m)\d+\.\d s$`)

// timed returns what was printed, as if each run had taken a tenth of a second.
func timed(printed string) string { return took.ReplaceAllString(printed, "0.1 s") }
