package value_test

import (
	"encoding/json"
	"math/big"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ecrmirror/localstack/dynamodb/value"
)

func number(text string) value.Value {
	var v value.Value
	if err := v.UnmarshalJSON([]byte(`{"N":` + string(quote(text)) + `}`)); err != nil {
		panic(err)
	}
	return v
}

func quote(text string) []byte {
	data, err := json.Marshal(text)
	if err != nil {
		panic(err)
	}
	return data
}

// What a value counts: names by bytes, numbers by their digits, containers with some for themselves.
func TestSizes(t *testing.T) {
	for text, want := range map[string]int{
		`{}`:                                           0,
		`{"é":{"S":"é"}}`:                              4,
		`{"n":{"N":"1"}}`:                              3,
		`{"n":{"N":"-100"}}`:                           4,
		`{"n":{"N":"123.45"}}`:                         5,
		`{"b":{"B":"AQID"}}`:                           4,
		`{"x":{"BOOL":true},"y":{"NULL":true}}`:        4,
		`{"l":{"L":[{"S":"ab"},{"S":"c"}]}}`:           9,
		`{"m":{"M":{"k":{"S":"v"}}}}`:                  7,
		`{"s":{"SS":["ab","c"]},"n":{"NS":["1","2"]}}`: 9,
	} {
		var item value.Item
		if err := json.Unmarshal([]byte(text), &item); err != nil {
			t.Fatal(err)
		}
		if got := item.Size(); got != want {
			t.Errorf("%s: %d, want %d", text, got, want)
		}
	}
}

// What is written reads back as itself, and whatever DynamoDB takes is written.
func FuzzJSON(f *testing.F) {
	for _, seed := range []string{
		`{"S":"a"}`, `{"N":"-1.50e3"}`, `{"B":"AQ=="}`, `{"BOOL":true}`, `{"NULL":true}`, `{"SS":["a","b"]}`,
		`{"NS":["1","2.0"]}`,
		`{"BS":["AQ=="]}`, `{"L":[{"S":"\u2028<"},{"N":"1"}]}`, `{"M":{"a":{"M":{}}}}`, `{"S":"a","N":"1"}`,
		`{"S":null}`, `{}`, `null`, `[]`, `{"N":1}`,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var v value.Value
		if json.Unmarshal([]byte(text), &v) != nil || v.Err() != nil {
			return
		}
		written, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		var again value.Value
		if err := json.Unmarshal(written, &again); err != nil || again.Err() != nil || !v.Equal(again) {
			t.Fatalf("%s becomes %s, which is %v (%v, %v)", text, written, again, err, again.Err())
		}
	})
}

// Numbers are what they are in mathematics.
func FuzzNumbers(f *testing.F) {
	for _, pair := range [][2]string{
		{"1", "2"},
		{"-0.5", "0.5"},
		{"1e125", "1e-130"},
		{"99999999999999999999999999999999999999", "1"},
		{"007", "7.0"},
		{".5", "5e-1"},
		{"-1e3", "1E+3"},
	} {
		f.Add(pair[0], pair[1])
	}
	f.Fuzz(func(t *testing.T, a, b string) {
		if len(a)+len(b) > 200 {
			return
		}
		x, y := number(a), number(b)
		if x.Err() != nil || y.Err() != nil {
			return
		}
		p, okP := new(big.Rat).SetString(x.Text)
		q, okQ := new(big.Rat).SetString(y.Text)
		if !okP || !okQ {
			t.Fatalf("%q and %q are written as %q and %q", a, b, x.Text, y.Text)
		}
		if given, ok := new(big.Rat).SetString(strings.TrimPrefix(a, "+")); ok && given.Cmp(p) != 0 {
			t.Errorf("%q is written as %q", a, x.Text)
		}
		if got, want := x.Compare(y), p.Cmp(q); got != want {
			t.Errorf("compare %s and %s: %d, want %d", x.Text, y.Text, got, want)
		}
		if got := x.Equal(y); got != (p.Cmp(q) == 0) {
			t.Errorf("equal %s and %s: %v", x.Text, y.Text, got)
		}
		sum, err := value.Add(x, y)
		difference, err2 := value.Subtract(x, y)
		if err != nil || err2 != nil {
			return // more digits than there may be
		}
		got := []string{rat(t, sum), rat(t, difference)}
		want := []string{new(big.Rat).Add(p, q).String(), new(big.Rat).Sub(p, q).String()}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%s and %s (-want +got)\n%s", x.Text, y.Text, d)
		}
	})
}

func rat(t *testing.T, v value.Value) string {
	t.Helper()
	r, ok := new(big.Rat).SetString(v.Text)
	if !ok {
		t.Fatalf("no number: %q", v.Text)
	}
	return r.String()
}
