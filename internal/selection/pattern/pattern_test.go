package pattern_test

import (
	"strings"
	"testing"

	"ecrmirror/internal/selection/pattern"
)

func TestTag(t *testing.T) {
	for text, c := range map[string]struct{ in, out []string }{
		"1.27.3":              {[]string{"1.27.3"}, []string{"1.27.30", "1x27x3", "v1.27.3"}},
		"1.27*":               {[]string{"1.27", "1.27.3-alpine", "1.270"}, []string{"v1.27", "1.2"}},
		"RELEASE.*Z":          {[]string{"RELEASE.2024-11-07T00Z"}, []string{"RELEASE.2024-11-07T00Z-cpuv1"}},
		"[0-9]?":              {[]string{"16", "1a"}, []string{"1", "a1", "161"}},
		"[^0-9]*":             {[]string{"latest"}, []string{"1"}},
		"/main-[0-9a-f]{7}/":  {[]string{"main-0123abc"}, []string{"main-0123abcd", "xmain-0123abc", "main-0123abC"}},
		"/a|b/":               {[]string{"a", "b"}, []string{"ab", "ax", "xb"}}, // each alternative is anchored
		"/(?i)latest/":        {[]string{"LATEST"}, []string{"latest-1"}},
		`a\*`:                 {nil, []string{"a", "ab"}},
		"/1\\.2[.-](3|4)?/":   {[]string{"1.2.3", "1.2-"}, []string{"1.2"}},
		"*-alpine[0-9].[0-9]": {[]string{"1-alpine3.2"}, []string{"1-alpine3.20"}},
	} {
		p, err := pattern.Tag(text)
		check(t, text, p, err, c.in, c.out)
	}
}

func TestSource(t *testing.T) {
	for text, c := range map[string]struct{ in, out []string }{
		"nginx:1.*":           {[]string{"nginx:1.27"}, []string{"nginx", "x/nginx:1.27", "nginx:2"}},
		"ghcr.io/**":          {[]string{"ghcr.io/a:1", "ghcr.io/a/B:V1", "ghcr.io/**"}, []string{"ghcr.io.x/a"}},
		"r.io:5000/*":         {[]string{"r.io:5000/a:1"}, []string{"r.io:5000/a/b:1", "r.io/a:1"}},
		"r.io/a@sha256:*":     {[]string{"r.io/a@sha256:0123"}, []string{"r.io/a:1@sha256:0123"}},
		"/r[.]io/.*:v[0-9]+/": {[]string{"r.io/a/b:v1"}, []string{"r.io/a/b:v", "xr.io/a:v1"}},
		"R.io/{a,b}:{1,2}":    {[]string{"R.io/a:2"}, []string{"r.io/a:2", "R.io/a"}},
	} {
		p, err := pattern.Source(text)
		check(t, text, p, err, c.in, c.out)
	}
}

func TestRepository(t *testing.T) {
	for text, c := range map[string]struct{ in, out []string }{
		"base/app":      {[]string{"base/app"}, []string{"base/app2", "x/base/app"}},
		"base/*":        {[]string{"base/app"}, []string{"base", "base/a/b"}},
		"**/tmp-*":      {[]string{"base/tmp-1", "tmp-1", "a/b/tmp-"}, []string{"base/tmp-1/x", "base/xtmp-1"}},
		"base/**":       {[]string{"base/a", "base/a/b", "base"}, []string{"bases/a"}},
		"base/{a,b}":    {[]string{"base/a", "base/b"}, []string{"base/c"}},
		"/base/[a-c]+/": {[]string{"base/abc"}, []string{"base/abcd", "x/base/a"}},
	} {
		p, err := pattern.Repository(text)
		check(t, text, p, err, c.in, c.out)
	}
}

func check(t *testing.T, text string, p pattern.Pattern, err error, in, out []string) {
	t.Helper()
	if err != nil {
		t.Error(err)
		return
	}
	if p.String() != text {
		t.Errorf("%q is written %q", text, p)
	}
	for _, name := range in {
		if !p.Match(name) {
			t.Errorf("%q does not match %q", text, name)
		}
	}
	for _, name := range out {
		if p.Match(name) {
			t.Errorf("%q matches %q", text, name)
		}
	}
}

func TestWhatCanNeverMatchIsAnError(t *testing.T) {
	long := strings.Repeat("a", pattern.Longest+1)
	for text, want := range map[string]string{
		"":                      `pattern "" is empty`,
		long:                    `pattern "` + long + `" has 257 bytes, 256 at most`,
		">=1.27":                `can't match: no name has '>'; ranges of versions have a member of their own, version`,
		"^1.27":                 `can't match: no name has '^'; ranges of`,
		"1.27,1.28":             `can't match: no name has ','; write several patterns as a list`,
		"{a,b}":                 `can't match: no name has '{'; write several`,
		"nginx:1.27":            `can't match: no name has ':'; a pattern for tags has no repository in it`,
		"a/b":                   `can't match: no name has '/'`,
		"1.2.3+4":               `can't match: no name has '+'; a + in a version is written _ in tags`,
		"[!a]":                  `has [!, which is a class with ! in it: what is not in a class is [^`,
		"[a":                    `is no glob: a [ has no ]`,
		`a\`:                    `is no glob`,
		"/a":                    `is a regular expression without its end: write it between slashes`,
		"/":                     `is a regular expression without its end`,
		"//":                    `is a regular expression without its end`,
		"/a)|(b/":               "is no regular expression of RE2: unexpected ): `a)|(b`",
		"/(?=a)/":               "is no regular expression of RE2: invalid or unsupported Perl syntax: `(?=`",
		`/(a)\1/`:               "is no regular expression of RE2: invalid escape sequence: `\\1`",
		"/[a-z]{999}[0-9]{99}/": "is too large",
		"/(a{999}){99}/":        "is no regular expression of RE2: ",
	} {
		if _, err := pattern.Tag(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", text, err)
		}
	}
	for text, want := range map[string]string{
		"Base/x":                     `can't match: no name has 'B'`,
		"base/**x":                   `has ** beside other characters: it must be an element of its own`,
		"base//x":                    `can't match: names of repositories have no empty elements`,
		"base/":                      `can't match: names of repositories have no empty elements`,
		"{a":                         `is no glob`,
		"{a,b}{c,d}/{e,{f,g}}/{h,i}": `has 5 times {, 4 at most`,
		"a:1":                        `can't match: no name has ':'`,
	} {
		if _, err := pattern.Repository(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func FuzzPattern(f *testing.F) {
	for _, text := range []string{"1.27*", "/a|b/", "**/tmp-*", "[^a]", `\`, "{a,b}", "["} {
		f.Add(text, "1.27.3")
	}
	f.Fuzz(func(_ *testing.T, text, name string) {
		for _, parse := range []func(string) (pattern.Pattern, error){pattern.Tag, pattern.Repository} {
			if p, err := parse(text); err == nil {
				p.Match(name)
			}
		}
	})
}
