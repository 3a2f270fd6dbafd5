package recipes

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// calls has how often each recipe calls the program.
var calls = map[string]int{
	"github-actions.yml": 2, "gitlab-ci.yml": 2, "kubernetes.yaml": 1, "kubernetes-watch.yaml": 1, "compose.yaml": 1,
	"ecs-task-definition.json": 1, "mirror-sync.service": 1,
}

// A call is a recipe's command line: mirror sync, flags, and files last.
type call struct {
	recipe string
	flags  []string
	files  []string
}

func TestEachRecipeCallsTheProgram(t *testing.T) {
	t.Parallel()
	got := map[string]int{}
	for _, c := range callsOf(t) {
		got[c.recipe]++
		if len(c.files) != 1 || !strings.HasSuffix(c.files[0], entriesFile) {
			t.Errorf("%s reads %q", c.recipe, c.files)
		}
	}
	if fmt.Sprint(got) != fmt.Sprint(calls) {
		t.Errorf("calls are %v, and should be %v", got, calls)
	}
}

// TestCommandLinesAreFound is of the forms in which recipes have them.
func TestCommandLinesAreFound(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"command: [mirror, sync, --a=b c, x.yaml]":                  "[[--a=b c] [x.yaml]]",
		`{"command": ["mirror", "sync", "x.yaml"], "b": [sync]}`:    "[[] [x.yaml]]",
		"run: |\n  cd x\n  ./mirror sync --a=\"$B\" x.yaml >y.xml":  "[[--a=$B] [x.yaml]]",
		"script:\n  - mirror sync --a x.yaml\n  - mirror alpine b":  "[[--a] [x.yaml]]",
		"name: the mirror sync":                                     "[]",
		"a: [mirror, sync, x.yaml]\n---\na: [mirror, sync, y.yaml]": "[[] [x.yaml] [] [y.yaml]]",
	} {
		found, err := inYAML(text)
		var got []any
		for _, args := range found {
			flags, files := apart(args)
			got = append(got, flags, files)
		}
		if err != nil || fmt.Sprint(got) != want {
			t.Errorf("%q: %v, %v, and not %s", text, got, err, want)
		}
	}
}

// callsOf returns the calls of all recipes.
func callsOf(t *testing.T) (all []call) {
	t.Helper()
	for recipe := range calls {
		read, text := inYAML, read(t, recipe)
		if strings.HasSuffix(recipe, ".service") {
			read = inUnit
		}
		lines, err := read(text)
		if err != nil {
			t.Fatalf("%s: %v", recipe, err)
		}
		for _, args := range lines {
			flags, files := apart(args)
			all = append(all, call{recipe, flags, files})
		}
	}
	return all
}

// inUnit returns the arguments of each mirror sync that a unit of systemd starts.
func inUnit(text string) (all [][]string, _ error) {
	for line := range strings.Lines(text) {
		if command, ok := strings.CutPrefix(line, "ExecStart="); ok {
			all = append(all, inWords(words(command))...)
		}
	}
	return all, nil
}

// inYAML returns those of YAML and JSON: lists of arguments, and lines of scripts.
func inYAML(text string) (all [][]string, _ error) {
	for decoder := yaml.NewDecoder(strings.NewReader(text)); ; {
		var document yaml.Node
		if err := decoder.Decode(&document); errors.Is(err, io.EOF) {
			return all, nil
		} else if err != nil {
			return nil, err
		}
		all = append(all, inNode(&document)...)
	}
}

func inNode(n *yaml.Node) (all [][]string) {
	if n.Kind == yaml.ScalarNode {
		for line := range strings.Lines(n.Value) {
			all = append(all, inWords(words(line))...)
		}
		return all
	}
	var list []string
	for _, child := range n.Content {
		list = append(list, child.Value)
		all = append(all, inNode(child)...)
	}
	if n.Kind == yaml.SequenceNode {
		all = append(all, inWords(list)...)
	}
	return all
}

// inWords returns what comes after mirror sync.
func inWords(list []string) [][]string {
	if len(list) < 2 || list[0] != "mirror" && !strings.HasSuffix(list[0], "/mirror") || list[1] != "sync" {
		return nil
	}
	return [][]string{list[2:]}
}

// words returns those of a line of a script up to where its output goes. No word of a recipe has a space.
func words(line string) []string {
	list := strings.Fields(strings.ReplaceAll(line, `"`, ""))
	if i := slices.IndexFunc(list, func(w string) bool { return strings.HasPrefix(w, ">") }); i >= 0 {
		list = list[:i]
	}
	return list
}

// apart returns flags and files. A flag's value is in the same word.
func apart(args []string) (flags, files []string) {
	for _, arg := range args {
		if strings.HasPrefix(arg, "-") {
			flags = append(flags, arg)
		} else {
			files = append(files, arg)
		}
	}
	return flags, files
}
