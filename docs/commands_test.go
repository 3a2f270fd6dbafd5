package docs

import (
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var (
	codeSpan    = regexp.MustCompile("(?s)```.*?\n```|`[^`\n]+`")
	makeCommand = regexp.MustCompile("(?m)(?:^|`|&& )make ([a-z][^\n`#;|]*)")
	makeTarget  = regexp.MustCompile(`(?m)^([a-z][a-z-]*):`)
	testedFunc  = regexp.MustCompile(`(?m)^func ((?:Test|Fuzz|Example|Benchmark)\w*)\(`)
	selecting   = []string{"-run", "-bench", "-fuzz"}
	valued      = []string{"-timeout", "-count", "-tags", "-told", "-args", "-skip"}
)

// TestNamedTargetsExist holds the commands of make that documents have to the Makefile.
func TestNamedTargetsExist(t *testing.T) {
	var targets []string
	for _, found := range makeTarget.FindAllStringSubmatch(files(t, "Makefile")["Makefile"], -1) {
		targets = append(targets, found[1])
	}
	for name, text := range documents(t) {
		code := strings.Join(codeSpan.FindAllString(text, -1), "\n")
		for _, found := range makeCommand.FindAllStringSubmatch(code, -1) {
			for _, word := range strings.Fields(found[1]) {
				if !makeTarget.MatchString(word + ":") {
					break // a variable, or prose
				}
				if !slices.Contains(targets, word) {
					t.Errorf("%s has make %s, and the Makefile has no %s", name, found[1], word)
				}
			}
		}
	}
}

// TestCommandsRunTests holds the commands of go test that documents and the Makefile have to the tests: a name that was
// changed would have the command pass, and run nothing.
func TestCommandsRunTests(t *testing.T) {
	tested := map[string][]string{} // names of functions by package, as ./DIRECTORY
	for name, text := range files(t, "_test.go") {
		in := "./" + path.Dir(name)
		tested[in] = append(tested[in], "")
		for _, found := range testedFunc.FindAllStringSubmatch(text, -1) {
			tested[in] = append(tested[in], found[1])
		}
	}
	commands := 0
	for name, text := range files(t, ".md", "Makefile") {
		for _, command := range strings.Split(text, "go test ")[1:] {
			c := parseTest(command)
			commands++
			for _, problem := range c.problems(tested) {
				t.Errorf("%s: go test %s: %s", name, strings.Join(c.words, " "), problem)
			}
		}
	}
	if commands < 40 {
		t.Errorf("found %d commands of go test", commands)
	}
}

// A testCommand is what go test is told.
type testCommand struct {
	words    []string
	packages []string
	patterns []string // of tests, each of which must be there
}

// parseTest reads the words of a command up to the first that is none of go test's.
func parseTest(text string) testCommand {
	text, _, _ = strings.Cut(text, "`")
	var c testCommand
	words := strings.Fields(text)
	for i := 0; i < len(words); i++ {
		word := words[i]
		switch {
		case strings.HasPrefix(word, "./"):
			c.packages = append(c.packages, strings.TrimRight(word, ".,;:)"))
			if strings.HasSuffix(word, "/...") {
				c.packages[len(c.packages)-1] = word
			}
		case slices.Contains(selecting, word) && i+1 < len(words):
			i++
			pattern, _, _ := strings.Cut(strings.Trim(words[i], `'"`), "/")
			if strings.Contains(pattern, "(") {
				c.patterns = append(c.patterns, pattern)
			} else {
				c.patterns = append(c.patterns, strings.Split(pattern, "|")...)
			}
		case slices.Contains(valued, word) && i+1 < len(words):
			i++
		case !strings.HasPrefix(word, "-") && !strings.HasPrefix(word, "$(") || strings.HasPrefix(word, "-->"):
			return c
		}
		c.words = words[:i+1]
	}
	return c
}

// problems says which packages and tests that the command names there are not.
func (c testCommand) problems(tested map[string][]string) (list []string) {
	var names []string
	for in, functions := range tested {
		if len(c.packages) == 0 || slices.ContainsFunc(c.packages, func(p string) bool { return covers(p, in) }) {
			names = append(names, functions...)
		}
	}
	for _, p := range c.packages {
		found := false
		for in := range tested {
			found = found || covers(p, in)
		}
		if !found {
			list = append(list, "there are no tests in "+p)
		}
	}
	for _, pattern := range c.patterns {
		matches, err := regexp.Compile(pattern)
		if err != nil || !slices.ContainsFunc(names, matches.MatchString) {
			list = append(list, "no test matches "+pattern)
		}
	}
	return list
}

// covers reports whether a pattern of packages has the one in a directory.
func covers(pattern, in string) bool {
	if under, all := strings.CutSuffix(pattern, "/..."); all {
		return in == under || strings.HasPrefix(in, under+"/")
	}
	return pattern == in
}
