package printable

import (
	"encoding/json"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestWhatSteersATerminalIsTakenOut(t *testing.T) {
	for text, want := range map[string]string{
		"plain, Größe 3 µs ✓": "plain, Größe 3 µs ✓",
		"\x1b[2Jclears":       "?[2Jclears",
		"\x1b]0;title\x07":    "?]0;title?",
		"over\rwritten":       "over written",
		"back\bspace":         "back?space",
		"\u009b2J":            "?2J", // CSI in one character
		"\x9b2J":              "?2J", // and in one byte
		"a\u202egnp.exe":      "a?gnp.exe",
		"zero\u200bwidth":     "zero?width",
		"tab\tor":             "tab or",
		"a\u2028line":         "a line",
		"nul\x00\x7f":         "nul??",
		"one\ntwo\n":          "one; two",
		"\xff\xfe":            "??",
		"":                    "",
	} {
		if got := Line(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

func TestLongTextsKeepTheirEnds(t *testing.T) {
	for _, n := range []int{1999, 2000, 2001, 10_000, 3 << 20} {
		got := Line("begin " + strings.Repeat("é", n-9) + "end")
		if len := utf8.RuneCountInString(got); len > 2005 || len < min(n, 2000) || !strings.HasPrefix(got, "begin") || !strings.HasSuffix(got, "end") {
			t.Errorf("%d characters: %d", n, len)
		}
	}
}

func FuzzLine(f *testing.F) {
	f.Add("\x1b[2J\u202e", 10)
	f.Add(strings.Repeat("\xff", 100), 1)
	f.Fuzz(func(t *testing.T, text string, most int) {
		most = 1 + most&0xfff
		for _, got := range []string{Line(text), Short(text, most)} {
			if strings.ContainsFunc(got, func(r rune) bool { return !strconv.IsPrint(r) }) || !utf8.ValidString(got) {
				t.Errorf("%q", got)
			}
		}
		if n := utf8.RuneCountInString(Short(text, most)); n > most+5 {
			t.Errorf("%d characters of %d", n, most)
		}
	})
}

func TestJSONIsSafeAndTheSame(t *testing.T) {
	for _, text := range []string{"plain", "\x1b[2J", "\u009b2J", "\x7f", "a\u202eb", "\u200b", "\U000e0041 tag", "ü😀", "<&>\n\t\r\x00", "\ufffd", "\u2028"} {
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
		if strings.ContainsFunc(b.String(), func(r rune) bool { return !strconv.IsPrint(r) && r != '\n' && r != '\t' }) {
			t.Errorf("%q: %q", text, b.String())
		}
	}
}
