package flagvalue

import (
	"strings"
	"testing"
)

func TestChoice(t *testing.T) {
	for _, c := range []struct{ set, want, err string }{
		{want: "text"},
		{set: "json", want: "json"},
		{set: "table", want: "text"},
		{set: "yaml", want: "text", err: "must be text, json or none"},
		{set: "Text", want: "text", err: "must be text, json or none"},
	} {
		choice := OneOf("FORMAT", "text", "json", "none").Formerly("table")
		text := ""
		if c.set != "" {
			if err := choice.Set(c.set); err != nil {
				text = err.Error()
			}
		}
		if choice.String() != c.want || text != c.err {
			t.Errorf("%+v: %q, %q", c, choice.String(), text)
		}
	}
}

func TestChoices(t *testing.T) {
	for _, c := range []struct {
		set  []string
		want string
		err  bool
	}{
		{set: nil},
		{set: []string{"a"}, want: "a"},
		{set: []string{"a,c"}, want: "a,c"},
		{set: []string{" a , b,"}, want: "a,b"},
		{set: []string{"a", "b"}, want: "a,b"},
		{set: []string{"a", "d"}, want: "a", err: true},
		{set: []string{"a,d"}, err: true},
		{set: []string{"a b"}, err: true},
		{set: []string{""}, err: true},
		{set: []string{","}, err: true},
	} {
		choices := SomeOf("LETTER", "a", "b", "c")
		var err error
		for _, text := range c.set {
			err = choices.Set(text)
		}
		if choices.String() != c.want || strings.Join(choices.Chosen(), ",") != c.want || (err != nil) != c.err {
			t.Errorf("%q: %q, %v", c.set, choices.String(), err)
		}
		if err != nil && err.Error() != "must be a, b or c" {
			t.Error(err)
		}
	}
	choices := SomeOf("LETTER", "a")
	if choices.Type() != "LETTER[,LETTER...]" || choices.Set("b").Error() != "must be a" {
		t.Error(choices.Type(), choices.Set("b"))
	}
}

func TestNumber(t *testing.T) {
	for text, want := range map[string]int{
		"1000": 1000, "7680": 7680, "999": 0, "7681": 0, "": 0, "many": 0, "-1": 0,
		"1e3": 0, "5000.0": 0,
	} {
		n := NewNumber("CHARACTERS", 1, 1000, 7680)
		err := n.Set(text)
		if want == 0 && (err == nil || err.Error() != "must be 1000 to 7680" || n.Value() != 1) || want != 0 &&
			(err != nil || n.Value() != want) {
			t.Errorf("%q: %d, %v", text, n.Value(), err)
		}
	}
}
