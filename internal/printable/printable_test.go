package printable

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestWhatSteersATerminalIsTakenOut(t *testing.T) {
	for text, want := range map[string]string{
		"plain, Größe 3 µs ✓":            "plain, Größe 3 µs ✓",
		"\x1b[2Jclears":                  "?[2Jclears",
		"\x1b]0;title\x07":               "?]0;title?",
		"over\rwritten":                  "over written",
		"back\bspace":                    "back?space",
		"\u009b2J":                       "?2J", // CSI in one character
		"\x9b2J":                         "?2J", // and in one byte
		"a\u202egnp.exe":                 "a?gnp.exe",
		"zero\u200bwidth":                "zero?width",
		"tab\tor":                        "tab or",
		"a\u2028line":                    "a line",
		"nul\x00\x7f":                    "nul??",
		"one\ntwo\n":                     "one; two",
		"\xff\xfe":                       "??",
		"":                               "",
		"tag\U000e0041\U000e007f":        "tag??",
		"private\ue000\U0010fffd":        "private??",
		"vs\ufe0f\U000e0100":             "vs??",
		"isolate\u2066\u2069":            "isolate??",
		"marks\u061c\u200e\u200f":        "marks???",
		"filler\u3164\u115f\uffa0\u2800": "filler????",
		"soft\u00adhyphen":               "soft?hyphen",
		"joiner\u034f":                   "joiner?",
		"para\u2029graph":                "para graph",
		"unassigned\u0378\uffff":         "unassigned??",
		"Tiê\u0301ng Việt, שָׁלוֹם, 日本語, ไทย":              "Tiê\u0301ng Việt, שָׁלוֹם, 日本語, ไทย",
		"zalgo\u0301\u0302\u0303\u0304\u0305\u0306!\u0301": "zalgo\u0301\u0302\u0303\u0304??!\u0301",
	} {
		if got := Line(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

func TestLongTextsKeepTheirEnds(t *testing.T) {
	for _, n := range []int{499, 500, 501, 999, 1000, 1001, 10_000, 3 << 20} {
		for _, letter := range []string{"x", "é", "世", "😀"} {
			text := "begin" + strings.Repeat(letter, n) + "end"
			got := Line(text)
			if len(got) > Longest || len(got) < min(len(text), Longest-8) || !utf8.ValidString(got) ||
				!strings.HasPrefix(got, "begin") || !strings.HasSuffix(got, "end") {
				t.Errorf("%d of %s: %d bytes, %q", n, letter, len(got), got)
			}
		}
	}
	for most, want := range map[int]string{0: "", 1: "a", 5: "abcde", 6: "abcdef", 7: "a ... n", 10: "abc ... mn"} {
		if got := Short("abcdefghijklmn", most); got != want {
			t.Errorf("%d bytes: %q, want %q", most, got, want)
		}
	}
}

func TestTheLongestTextsOfALineAreCut(t *testing.T) {
	x := func(n int) string { return strings.Repeat("x", n) }
	for _, c := range []struct{ sizes, want []int }{
		{nil, nil},
		{[]int{400, 0, 600}, []int{400, 0, 600}},
		{[]int{1001}, []int{1000}},
		{[]int{20, 3000, 100}, []int{20, 880, 100}},
		{[]int{3000, 20, 500}, []int{490, 20, 490}},
		{[]int{5000, 5000, 5000, 5000}, []int{250, 250, 250, 250}},
	} {
		var texts []string
		for _, size := range c.sizes {
			texts = append(texts, x(size))
		}
		var got []int
		for _, text := range Fit(texts...) {
			got = append(got, len(text))
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%d: %d, want %d", c.sizes, got, c.want)
		}
	}
	if n := len(strings.Join(Fit(slices.Repeat([]string{x(9)}, 5000)...), "")); n > Longest {
		t.Errorf("many texts: %d bytes", n)
	}
}

func FuzzLine(f *testing.F) {
	f.Add("\x1b[2J\u202e", 10)
	f.Add(strings.Repeat("\xff", 100), 1)
	f.Add("e"+strings.Repeat("\u0301", 100), 50)
	f.Add(strings.Repeat("\ufe0f\U000e0041", 400), 1000)
	f.Fuzz(func(t *testing.T, text string, most int) {
		most &= 0xfff
		short := Short(text, most)
		for _, got := range append(Fit(text, short, text), Line(text), short) {
			var e eye
			if strings.ContainsFunc(got, e.hides) || !utf8.ValidString(got) || len(got) > max(most, Longest) {
				t.Errorf("%q", got)
			}
		}
		if len(short) > most {
			t.Errorf("%d bytes of %d", len(short), most)
		}
	})
}

func TestJSONIsSafeAndTheSame(t *testing.T) {
	for _, text := range []string{
		"plain", "\x1b[2J", "\u009b2J", "\x7f", "a\u202eb", "\u200b", "\U000e0041 tag", "ü😀",
		"<&>\n\t\r\x00", "\ufffd", "\u2028", "vs\ufe0f", "o" + strings.Repeat("\u0301", 9),
	} {
		var b strings.Builder
		encoder := json.NewEncoder(JSON(&b))
		encoder.SetIndent("", "\t")
		encoder.SetEscapeHTML(false)
		if err := encoder.Encode([]string{text}); err != nil {
			t.Fatal(err)
		}
		var got []string
		if err := json.Unmarshal([]byte(b.String()), &got); err != nil || got[0] != text {
			t.Errorf("%q: %q, %v", text, got, err)
		}
		var e eye
		if strings.ContainsFunc(b.String(), e.escapes) {
			t.Errorf("%q: %q", text, b.String())
		}
	}
}

func TestLinesOfJSONAreCut(t *testing.T) {
	type document struct {
		Name string
		List []string
		Map  map[string]string
	}
	for _, text := range []string{
		strings.Repeat("x", 1<<15), strings.Repeat("\x1b", 1000), strings.Repeat(`"`, 999), strings.Repeat("\\n", 2000),
		strings.Repeat("\u009b2J", 300), strings.Repeat("<", 900), strings.Repeat("\U000e0041", 999),
	} {
		for _, indent := range []string{"", "  "} {
			var b strings.Builder
			encoder := json.NewEncoder(JSON(&b))
			encoder.SetIndent("", indent)
			if err := encoder.Encode(document{
				"name",
				[]string{text, "short"},
				map[string]string{text: text},
			}); err != nil {
				t.Fatal(err)
			}
			var got document
			if err := json.Unmarshal([]byte(b.String()), &got); err != nil || got.Name != "name" ||
				got.List[1] != "short" || len(got.Map) != 1 {
				t.Errorf("%.20q: %.200s, %v", text, b.String(), err)
			}
			for line := range strings.Lines(b.String()) {
				if len(line) > Longest+40 {
					t.Errorf("%.20q: %d bytes in a line: %.100s", text, len(line), line)
				}
			}
		}
	}
}
