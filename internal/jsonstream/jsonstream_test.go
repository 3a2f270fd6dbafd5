package jsonstream_test

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"ecrmirror/internal/jsonstream"
)

// whatIs returns what a document says under "list", "name", "at" and "by", or the error.
func whatIs(r io.Reader) (said string, err error) {
	var name, at string
	err = jsonstream.ReadWith(r, "list", func(s jsonstream.Scanner) error {
		return s.Texts(func(text string) error {
			said += text + " "
			return nil
		})
	}, map[string]jsonstream.Member{
		"name": jsonstream.Into(&name),
		"at": func(s jsonstream.Scanner) (err error) {
			at, err = s.Scalar()
			return err
		},
		"by": func(s jsonstream.Scanner) error {
			return s.ByName(func(key string) error {
				said += key + "="
				return s.Object(map[string]jsonstream.Member{"name": jsonstream.Into(&name)})
			})
		},
	})
	return said + name + at, err
}

func TestDocuments(t *testing.T) {
	for _, c := range []struct{ document, want string }{
		{`{"list":["a","b"],"name":"n","at":17}`, "a b n17"},
		{` {"list" : [ ] , "at":"17" } ` + "\n", "17"},
		{`{"list":null,"name":null,"at":null}`, ""},
		{`{"x":{"list":["no"]},"y":[[{}],1e400,true],"list":["a"],"at":{"x":[1]}}`, "a "},
		{`{"list":["a"],"list":["b"]}`, "a b "},
		{`{"list":[],"by":{"k":{"name":"n","x":1},"l":null}}`, "k=l=n"},
		{`{"list":[],"by":null}`, ""},
		{`{}`, "!the answer is not what was asked for: it has no list"},
		{`null`, "!the answer is not what was asked for: it is null"},
		{`[]`, "!the answer is not what was asked for: at byte 1 is no {"},
		{`{"list":{}}`, "!the answer is not what was asked for: at byte 9 is no ["},
		{`{"list":[1]}`, "!the answer is not what was asked for: at byte 10 is no text"},
		{`{"list":[],"name":1}`, "!the answer is not what was asked for: at byte 19 is no text"},
		{`{"list":[]} {}`, "!the answer is not what was asked for: after its end comes json.Delim"},
		{`{"list":[],}`, "!the answer is not what was asked for: it is no JSON at byte 11"},
		{`<html>`, "!the answer is not what was asked for: it is no JSON at byte 0"},
		{`{"list":[` + strings.Repeat("[", 40), "!the answer is not what was asked for: at byte 10 is no text"},
		{`{"x":` + strings.Repeat("[", 40), "!the answer is not what was asked for: its values lie more than 32 deep"},
		{``, "!unexpected EOF"},
		{`{"list":["a"`, "!unexpected EOF"},
		{`{"list":["a"]`, "!unexpected EOF"},
	} {
		for _, r := range []io.Reader{
			strings.NewReader(c.document), iotest.OneByteReader(strings.NewReader(c.document)),
			iotest.DataErrReader(strings.NewReader(c.document)),
		} {
			got, err := whatIs(jsonstream.Bounded(r, int64(len(c.document))))
			if err != nil {
				got = "!" + err.Error()
			}
			if got != c.want {
				t.Errorf("%s: %q, want %q", c.document, got, c.want)
			}
		}
	}
}

func TestErrorsOfTheReaderArePassedOn(t *testing.T) {
	broken := errors.New("broken")
	r := io.MultiReader(strings.NewReader(`{"list":["a"`), iotest.ErrReader(broken))
	if _, err := whatIs(jsonstream.Bounded(r, 1<<20)); !errors.Is(err, broken) {
		t.Error(err)
	}
}

func TestArrays(t *testing.T) {
	for document, want := range map[string]string{
		`[{"name":"a"},{"x":1},null]`: "[a][][]",
		`[]`:                          "",
		`null`:                        "!the answer is not what was asked for: it is null",
		`{}`:                          "!the answer is not what was asked for: at byte 1 is no [",
		`[1]`:                         "!the answer is not what was asked for: at byte 2 is no {",
		`[] 1`:                        "!the answer is not what was asked for: after its end comes json.Number",
		`[{"name":"a"}`:               "!unexpected EOF",
	} {
		var got, name string
		err := jsonstream.ReadArray(strings.NewReader(document), map[string]jsonstream.Member{"name": jsonstream.Into(&name)},
			func() error {
				got += "[" + name + "]"
				name = ""
				return nil
			})
		if err != nil {
			got = "!" + err.Error()
		}
		if got != want {
			t.Errorf("%s: %q, want %q", document, got, want)
		}
	}
}

func TestBounds(t *testing.T) {
	long := strings.Repeat("a", 64<<10)
	for document, tooLong := range map[string]bool{
		`{"list":["` + long[:1000] + `"]}`:                          false,
		fmt.Sprintf(`{"list":[%s"a"]}`, strings.Repeat(`"a",`, 99)): false,
		`{"list":["` + long + `"]}`:                                 true,
		`{"list":["` + strings.Repeat(`\"`, 40<<10) + `"]}`:         true,
		`{"at":` + strings.Repeat("1", 70<<10) + `}`:                true,
		`{` + strings.Repeat(" ", 70<<10) + `}`:                     true,
	} {
		_, err := whatIs(jsonstream.Bounded(strings.NewReader(document), 1<<20))
		if errors.Is(err, jsonstream.ErrTooLong) != tooLong {
			t.Errorf("%d bytes: %v", len(document), err)
		}
	}
	if _, err := whatIs(jsonstream.Bounded(strings.NewReader(`{"list":[]}`), 10)); !errors.Is(err, jsonstream.ErrTooLong) {
		t.Errorf("a byte more than it may have: %v", err)
	}
}
