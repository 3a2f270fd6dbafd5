package conformance

import (
	"iter"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"unicode"
	"unicode/utf8"
)

// Parts of foreign texts. Nothing that the programs say by themselves has a filler, or a mark.
const (
	filler = "~"
	mark   = "FOREIGN"
	// high is what HTTP takes in a header: controls of one and of two bytes, what turns the direction of writing,
	// is invisible, tags, selects a variation, or ends a line.
	high = mark + "\u009b2J\x9b31m\u202egnp\u2066i\u2069\u200b\U000e0041\ufe0f\u3164\ue000\u2028"
	// low is what terminals obey, and a line that looks as if a program had written it.
	low = "\x1b]0;" + mark + "\x07\x1b[31m\r\b\x7f\x00\n" + forged
	// forged would begin a line.
	forged = "FORGED"
)

// A foreignText is what is put into a field.
type foreignText struct{ name, text string }

// foreignTexts are put into each field in turn: one that headers and most limits let pass, and one that is long.
func foreignTexts() []foreignText {
	return []foreignText{
		{"high", high + strings.Repeat(filler, 3000) + high},
		{"long", low + high + strings.Repeat(filler, 100_000) + high + low},
	}
}

// inOrder yields what a map has, in the order of the keys, so that a field meets the same text each time.
func inOrder[V any](m map[string]V) iter.Seq2[string, V] {
	return func(yield func(string, V) bool) {
		for _, key := range slices.Sorted(maps.Keys(m)) {
			if !yield(key, m[key]) {
				return
			}
		}
	}
}

// allTexts is the variable with which each place of any answer is tried in every answer, and each field meets each
// text where that takes a process of its own. Without it a place is tried in every second answer, and a field meets
// one text, in turn.
const allTexts = "ECRMIRROR_FOREIGN"

// meets reports whether a field meets a text, both by their numbers.
func meets(field, text int) bool { return os.Getenv(allTexts) != "" || field%2 == text }

// tried returns which of the places of any answer are tried in the answer of a number.
func tried(answer int, places []answerField) (some []answerField) {
	for n, place := range places {
		if os.Getenv(allTexts) != "" || (answer+n)%2 == 0 {
			some = append(some, place)
		}
	}
	return some
}

// longestLine is how many bytes of foreign text a line may have, and own is how many more of what the programs
// say by themselves: keys, times, names.
const (
	longestLine = 1000
	own         = 500
)

// A watch looks at all that comes out of the programs.
type watch struct {
	mu      sync.Mutex
	fields  map[string]bool // that were fed; true where some of it came out
	outputs map[string]int  // bytes of each
	raw     int
	long    int
}

func newWatch() *watch { return &watch{fields: map[string]bool{}, outputs: map[string]int{}} }

// feed notes that a field is fed.
func (w *watch) feed(field string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.fields[field] {
		w.fields[field] = false // it is there
	}
}

// padding is what aligns columns.
var padding = regexp.MustCompile(` {2,}`)

// look looks at an output, or a part of it, that came of feeding some fields.
func (w *watch) look(t *testing.T, output, text string, fields ...string) {
	t.Helper()
	w.mu.Lock()
	defer w.mu.Unlock()
	if text == "" {
		return
	}
	w.outputs[output] += len(text)
	if strings.Contains(text, mark) {
		for _, field := range fields {
			w.fields[field] = true
		}
	}
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		if i := strings.IndexFunc(line, steers); i >= 0 || !utf8.ValidString(line) ||
			strings.HasPrefix(strings.TrimLeft(line, ` "`), forged) {
			w.raw++
			t.Errorf("raw in %s: %.300q by %.200q", output, line[max(0, i-50):], fields)
		}
		foreign := strings.Count(line, filler)
		if foreign > longestLine ||
			len(line) > longestLine+own && len(padding.ReplaceAllString(line, " ")) > longestLine+own {
			w.long++
			t.Errorf("over-long in %s: %d bytes, %d of filler: %.300q by %.200q", output, len(line),
				foreign, line, fields)
		}
	}
}

// steers reports whether a character could steer a terminal or hide text. It is said here by Unicode's names, and not
// as package printable has it.
func steers(r rune) bool {
	if r >= ' ' && r < 0x7f { // most of what is written
		return false
	}
	return unicode.In(r, unicode.Cc, unicode.Cf, unicode.Co, unicode.Cs, unicode.Zl, unicode.Zp,
		unicode.Variation_Selector, unicode.Other_Default_Ignorable_Code_Point, unicode.Bidi_Control)
}

// report logs what was fed and watched. Some of what is fed has to come out: otherwise nothing was tried.
func (w *watch) report(t *testing.T) {
	t.Helper()
	shown, size := 0, 0
	for _, came := range w.fields {
		if came {
			shown++
		}
	}
	for _, n := range w.outputs {
		size += n
	}
	t.Logf("%d fields fed, of which %d came out; %d outputs watched, %d bytes; %d raw, %d over-long",
		len(w.fields), shown, len(w.outputs), size, w.raw, w.long)
	if shown < len(w.fields)/10 {
		t.Errorf("of %d fields %d came out", len(w.fields), shown)
	}
}
