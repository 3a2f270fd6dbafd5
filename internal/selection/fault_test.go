package selection_test

import (
	"strings"
	"testing"
	"time"

	"ecrmirror/internal/selection"
)

func TestFaultsNameTheMember(t *testing.T) {
	many := strings.Split(strings.Repeat("x,", selection.MaxPatterns)+"x", ",")
	for i := range many {
		many[i] = strings.Repeat("a", i+1)
	}
	for _, c := range []struct {
		rule selection.Rule
		want []string
	}{
		{selection.Rule{Version: "^1"}, nil},
		{selection.Rule{Pin: []string{"latest"}}, nil},
		{selection.Rule{Include: []string{"*"}, Newest: selection.All}, nil},
		{selection.Rule{Include: []string{"*"}, By: selection.ByTime}, nil},
		{selection.Rule{Pin: []string{"a"}, Exclude: []string{"b"}, MinimumAge: time.Hour}, nil},
		{selection.Rule{Version: "*", Variant: []string{"", "alpine*"}}, nil},
		{selection.Rule{}, []string{"chooses nothing: it needs include, version or pin"}},
		{selection.Rule{Newest: 3}, []string{"chooses nothing"}},
		{selection.Rule{Exclude: []string{"x"}}, []string{"chooses nothing"}},
		{selection.Rule{Include: []string{"1.*"}}, []string{
			"include: by itself does not say which tags are the newest: give version, by (version, name, time), " +
				"or newest (a number, or all)",
		}},
		{selection.Rule{Include: []string{"1.*"}, Newest: 1, Parts: 2, Variant: []string{"x"}, Pre: true}, []string{
			`parts: is of versions: give version, too; any version is "*"`,
			"variant: is of versions",
			"pre: is of versions",
		}},
		{selection.Rule{Pin: []string{"a"}, Newest: 3}, []string{"newest: and by are not for pinned tags"}},
		{selection.Rule{Version: "1", Parts: 7}, []string{"parts: is 7; a version has 1 to 6"}},
		{selection.Rule{Version: "1", Parts: -1}, []string{"parts: is -1; a version has 1 to 6"}},
		{selection.Rule{Version: "1", Newest: -2}, []string{"newest: is -2; it is at least 1, or all"}},
		{selection.Rule{Version: "1", By: "date"}, []string{`by: "date" is not one of version, name, time`}},
		{selection.Rule{Version: "1", MinimumAge: -1}, []string{"minimumAge: is not between 0 and 3650 days"}},
		{selection.Rule{Version: "x y"}, []string{`version: range "x y" is not a range of versions`}},
		{
			selection.Rule{Version: ">=1-rc1"}, []string{
				`version: range ">=1-rc1" names a pre-release: give pre: true, too`,
			},
		},
		{selection.Rule{
			Version: "1", Include: []string{"[a"}, Exclude: []string{"/(/"}, Variant: []string{"a b"},
		}, []string{
			`include: pattern "[a" is no glob`,
			`exclude: pattern "/(/" is no regular expression`,
			`variant: pattern "a b" can't match`,
		}},
		{selection.Rule{Version: "1", Include: []string{""}}, []string{`include: pattern "" is empty`}},
		{selection.Rule{Version: "1", Exclude: []string{"a", "b", "a"}}, []string{`exclude: "a" is there twice`}},
		{selection.Rule{Version: "1", Exclude: many}, []string{"exclude: has 101 elements, 100 at most"}},
		{selection.Rule{
			Pin: []string{"1.*", "a b", "sha256-" + strings.Repeat("0", 64), "x"}, Exclude: []string{"x*"},
		}, []string{
			`pin: "1.*" is a pattern, and no tag: patterns go into include`, `pin: "a b" is not a tag`,
			`belongs to an image, and is none`, `pin: "x" is excluded by "x*" of the same rule`,
		}},
	} {
		faults := c.rule.Faults()
		if len(faults) != len(c.want) {
			t.Errorf("%+v: %v, want %q", c.rule, faults, c.want)
			continue
		}
		for i, want := range c.want {
			if !strings.Contains(faults[i].Error(), want) {
				t.Errorf("%+v: %v, want %s", c.rule, faults[i], want)
			}
		}
	}
}

func TestParseAge(t *testing.T) {
	for text, want := range map[string]string{
		"72h":   "72h",
		"3d":    "72h",
		"2w":    "14d",
		"7d":    "7d",
		"168h":  "7d",
		"1h30m": "1h30m",
		"90s":   "1m30s",
		"36h":   "36h",
		"0h":    "", "-1h": "", "3": "", "d": "", "": "", "3 d": "", "99999d": "99999d",
	} {
		age, err := selection.ParseAge(text)
		if (err != nil) != (want == "") || err == nil && selection.FormatAge(age) != want {
			t.Errorf("%q: %v, %v", text, age, err)
		}
	}
}
