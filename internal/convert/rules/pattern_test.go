package rules_test

import (
	"regexp"
	"strings"
	"testing"

	"ecrmirror/internal/convert/rules"
	"ecrmirror/internal/selection/pattern"
)

func TestTag(t *testing.T) {
	for search, want := range map[string]string{
		rules.Bound("latest"):     "latest",
		rules.Bound(`3\.\d+`):     `/3\.\d+/`,
		rules.Bound("3.0"):        "/3.0/", // the dot is any character
		rules.Bound(`3\.0`):       "3.0",
		rules.Bound(".*"):         "/.*/",
		rules.Bound("(a|b)"):      "/(a|b)/",
		rules.Bound("a|b"):        "/.*(?:^a|b$).*/", // a at the beginning, or b at the end
		rules.Bound("^v1$"):       "/^v1$/",
		rules.Bound("(?i)latest"): "/(?i)latest/",
		rules.Bound("(?m)a"):      "/.*^(?m)a$.*/", // $ is the end of a line
		rules.Bound(`a\`):         `/.*^a\$.*/`,    // the sign, and not the end
		"":                        "*",
		"alpine":                  "*alpine*",
		"^v1":                     "v1*",
		"alpine$":                 "*alpine",
		`^1\.13\.[12]-perl$`:      `/1\.13\.[12]-perl/`,
		"a|b":                     "/.*(?:a|b).*/",
		"^(?:a|b)":                "/(?:a|b).*/",
		"^a+b":                    "/a+b.*/",
		"é\\x{202e}\u202e":        `/.*\x{e9}\x{202e}\x{202e}.*/`,
	} {
		got, err := rules.Tag(search)
		if err != nil || got != want {
			t.Errorf("%q: %s, %v, want %s", search, got, err, want)
		}
	}
}

func TestRepository(t *testing.T) {
	for search, want := range map[string]string{
		rules.Bound("library/nginx"): "library/nginx",
		rules.Bound("team/.*"):       "/team/.*/",
		rules.Bound("a|b/c"):         "/.*(?:^a|b/c$).*/",
		"nginx":                      "/.*nginx.*/", // * of a glob ends at a slash
	} {
		got, err := rules.Repository(search)
		if err != nil || got != want {
			t.Errorf("%q: %s, %v, want %s", search, got, err, want)
		}
	}
}

func TestExpressionsThatAreNone(t *testing.T) {
	for search, want := range map[string]string{
		"(":             "is no regular expression of RE2: missing closing )",
		"(?=a)":         "is no regular expression of RE2: invalid or unsupported Perl syntax",
		rules.Bound(""): "can match no name",
		`\Qé\E`:         "can't be escaped",
	} {
		if _, err := rules.Tag(search); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", search, err)
		}
	}
}

// FuzzTag: a pattern matches the tags in which a search for the expression finds something.
func FuzzTag(f *testing.F) {
	for _, search := range []string{
		"^latest$", "a|b", "^a|b$", "", "alpine$", `a\$`, "(?m)^a$", "(?U)^a.*", "^$", "^^a", "a$$",
	} {
		f.Add(search, "latest")
		f.Add(search, "xa.b-1")
	}
	f.Fuzz(func(t *testing.T, search, tag string) {
		re, err := regexp.Compile(search)
		if err != nil || !regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9._-]*$`).MatchString(tag) {
			return
		}
		text, err := rules.Tag(search)
		if err != nil {
			return
		}
		p, err := pattern.Tag(text)
		if err != nil { // it is too long, or too large: the entry says so
			return
		}
		if re.MatchString(tag) != p.Match(tag) {
			t.Errorf("search %q in %q: %v, pattern %s: %v", search, tag, re.MatchString(tag), text, p.Match(tag))
		}
	})
}
