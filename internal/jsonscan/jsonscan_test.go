package jsonscan

import (
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestMembersAndElementsAreWhereTheyAre(t *testing.T) {
	for _, c := range []struct {
		document string
		want     []string // NAME VALUE of an object, VALUE of an array
		count    int
	}{
		{`{}`, nil, 1},
		{` { } `, nil, 1},
		{`[ ]`, nil, 1},
		{`null`, nil, 1},
		{`"{[,:"`, nil, 1},
		{` -1.5e3 `, nil, 1},
		{`{"a":1}`, []string{`"a" 1`}, 2},
		{` { "a" : 1 , "a" : [ 1 , { } ] , "" : "\"}" } `, []string{`"a" 1`, `"a" [ 1 , { } ]`, `"" "\"}"`}, 6},
		{`{"\\":"\\","x\"":{"y":[[],{"z":null}]}}`, []string{`"\\" "\\"`, `"x\"" {"y":[[],{"z":null}]}`}, 7},
		{"[\n1,\t2\r,true,false,null]", []string{"1", "2", "true", "false", "null"}, 6},
		{`[[[[]]],"]",{"]":"["}]`, []string{`[[[]]]`, `"]"`, `{"]":"["}`}, 7},
	} {
		v, err := Check([]byte(c.document))
		if err != nil {
			t.Fatalf("%s: %v", c.document, err)
		}
		var got []string
		for name, value := range v.Members() {
			got = append(got, string(name)+" "+string(value))
		}
		for value := range v.Elements() {
			got = append(got, string(value))
		}
		if !reflect.DeepEqual(got, c.want) || v.Count() != c.count {
			t.Errorf("%s: %q of %d, want %q of %d", c.document, got, v.Count(), c.want, c.count)
		}
	}
}

func TestNames(t *testing.T) {
	for written, want := range map[string]struct{ is, folds bool }{
		`"layers"`:                               {true, true},
		`"l\u0061yers"`:                          {true, true},
		`"\u006c\u0061\u0079\u0065\u0072\u0073"`: {true, true},
		`"Layers"`:                               {false, true},
		`"layerſ"`:                               {false, true},
		`"\u006c\u0061\u0079\u0065\u0072\u017f"`: {false, true},
		`"layer"`:                                {},
		`"layers "`:                              {},
		`""`:                                     {},
		"\"layer\xff\"":                          {},
		`"` + strings.Repeat("layers", 100) + `"`: {},
	} {
		if n := Name(written); n.Is("layers") != want.is || n.Folds("layers") != want.folds {
			t.Errorf("%.80s: %v, %v", written, n.Is("layers"), n.Folds("layers"))
		}
	}
}

func TestSeenRefusesWhatCanBeReadInTwoWays(t *testing.T) {
	known := []string{"layers", "config"}
	for document, want := range map[string]bool{
		`{"layers":1,"config":2,"x":3,"x":4}`: true,
		`{"layers":1,"layers":2}`:             false,
		`{"config":1,"c\u006fnfig":2}`:        false,
		`{"Layers":1}`:                        false,
		`{"layerſ":1}`:                        false,
	} {
		v, err := Check([]byte(document))
		if err != nil {
			t.Fatal(err)
		}
		var seen Seen
		for name := range v.Members() {
			if err == nil {
				err = seen.Note(name, known)
			}
		}
		if (err == nil) != want {
			t.Errorf("%s: %v", document, err)
		}
	}
}

// Known members are taken under the names that are known, however they are written, and what can't be read is named.
func TestKnown(t *testing.T) {
	for _, c := range []struct{ document, want, wrong string }{
		{`{}`, "", ""},
		{`{"x":1,"layers":[],"c\u006fnfig":2,"x":3}`, "layers [] config 2", ""},
		{`{"layers":1,"layers":2}`, "layers 1", "it is ambiguous"},
		{`{"Layers":1}`, "", "it is ambiguous"},
		{`{"config":"refused","layers":1}`, "config \"refused\"", "config: no"},
		{`[]`, "", ErrNoObject.Error()},
		{`null`, "", ErrNoObject.Error()},
	} {
		v, err := Check([]byte(c.document))
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		err = v.Known([]string{"layers", "config"}, func(name string, member Value) error {
			if got = append(got, name, string(member)); member.IsText() {
				return errors.New("no")
			}
			return nil
		})
		if strings.Join(got, " ") != c.want || (err == nil) != (c.wrong == "") ||
			err != nil && !strings.HasPrefix(err.Error(), c.wrong) {
			t.Errorf("%s: %q, %v", c.document, got, err)
		}
	}
}

// A document may have white space around it, and be part of something larger.
func TestOffsetIsThatInTheDocument(t *testing.T) {
	const text = "\n {\"a\" : [ 1, [ 22 ] ] }\n"
	document := []byte("before" + text + "behind")[len("before"):][:len(text)]
	root, err := Check(document)
	if err != nil {
		t.Fatal(err)
	}
	for _, list := range root.Members() {
		for element := range list.Elements() {
			if at := Value(document).Offset(element); text[at:at+len(element)] != string(element) {
				t.Errorf("%s is not at %d", element, at)
			}
			for inner := range element.Elements() {
				if at := Value(document).Offset(inner); text[at:at+len(inner)] != "22" {
					t.Errorf("%s is not at %d", inner, at)
				}
			}
		}
	}
}

// Whatever the document says, finding its parts takes no memory.
func TestReadingTakesNoMemory(t *testing.T) {
	v, err := Check([]byte(`{"a":[` + strings.Repeat("{},", 100_000) + `{}]` + strings.Repeat(`,"":0`, 100_000) + `}`))
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	allocations := testing.AllocsPerRun(1, func() {
		for name, value := range v.Members() {
			for range value.Elements() {
				n++
			}
			if name.Folds("config") || value.IsNull() {
				n++
			}
		}
		n += v.Count()
	})
	if allocations > 0 || n == 0 {
		t.Errorf("%v allocations, %d values", allocations, n)
	}
}

// FuzzValue holds what is found against what encoding/json finds.
func FuzzValue(f *testing.F) {
	for _, seed := range []string{
		`{"a":[1,{"b":null}],"a":"x"}`, ` [ [ ] , "\\\"" ] `, `{"ſ":{},"\u0073":[]}`, `"x"`, `nul`,
		"{\"\xff\":\"\xff\"}", strings.Repeat("[", 10_001),
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, document []byte) {
		v, err := Check(document)
		if ok := json.Valid(document); ok != (err == nil) {
			t.Fatalf("%q: %v, valid: %v", document, err, ok)
		}
		if err == nil {
			compare(t, v)
		}
	})
}

// compare holds a value and all within it against encoding/json.
func compare(t *testing.T, v Value) {
	t.Helper()
	switch {
	case v.IsArray():
		var want []json.RawMessage
		if err := json.Unmarshal(v, &want); err != nil {
			t.Fatal(err)
		}
		n, count := 0, 1
		for element := range v.Elements() {
			if n >= len(want) || string(element) != string(want[n]) {
				t.Fatalf("%q is no element of %q", element, v)
			}
			compare(t, element)
			checkOffset(t, v, element)
			n, count = n+1, count+element.Count()
		}
		if n != len(want) || count != v.Count() {
			t.Fatalf("%d elements of %q, and %d values; want %d and %d", n, v, v.Count(), len(want), count)
		}
	case v.IsObject():
		var want map[string]json.RawMessage
		if err := json.Unmarshal(v, &want); err != nil {
			t.Fatal(err)
		}
		got, count := map[string]json.RawMessage{}, 1
		for name, member := range v.Members() {
			var text string
			if err := json.Unmarshal(name, &text); err != nil {
				t.Fatal(err)
			}
			if !name.Is(text) && !strings.ContainsRune(text, utf8.RuneError) {
				t.Fatalf("%s is not %q", name, text)
			}
			got[text] = json.RawMessage(member)
			compare(t, member)
			checkOffset(t, v, member)
			count += member.Count()
		}
		if !reflect.DeepEqual(got, want) || count != v.Count() {
			t.Fatalf("%q of %q, and %d values; want %q and %d", got, v, v.Count(), want, count)
		}
	case v.Count() != 1:
		t.Fatalf("%d values in %q", v.Count(), v)
	}
}

// checkOffset checks that a part is where it is said to be.
func checkOffset(t *testing.T, v, part Value) {
	t.Helper()
	if at := v.Offset(part); at < 0 || at >= len(v) || &v[at] != &part[0] {
		t.Fatalf("%q is not at %d of %q", part, at, v)
	}
}
