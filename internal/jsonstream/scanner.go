package jsonstream

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// maxDepth is how deep the values of a document may lie in each other.
const maxDepth = 32

// ErrOther says that a document is not of the form that was asked for.
var ErrOther = errors.New("the answer is not what was asked for")

// A Scanner goes through a JSON document without keeping it.
type Scanner struct{ from *json.Decoder }

func newScanner(r io.Reader) Scanner {
	d := json.NewDecoder(r)
	d.UseNumber() // those of any size
	return Scanner{d}
}

// A Member reads what an object has under a name.
type Member func(s Scanner) error

// end reads on to the end of the document: only there it shows whether all of the answer has come.
func (s Scanner) end() error {
	switch token, err := s.from.Token(); {
	case errors.Is(err, io.EOF):
		return nil
	case err != nil:
		return s.wrong(err)
	default:
		return fmt.Errorf("%w: after its end comes %T", ErrOther, token)
	}
}

// wrong says what an error of the decoder means. The end is never expected before the document's.
func (s Scanner) wrong(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	if syntax := (*json.SyntaxError)(nil); errors.As(err, &syntax) {
		return fmt.Errorf("%w: it is no JSON at byte %d", ErrOther, s.from.InputOffset())
	}
	return err
}

// next returns the next token.
func (s Scanner) next() (json.Token, error) {
	token, err := s.from.Token()
	if err != nil {
		return nil, s.wrong(err)
	}
	return token, nil
}

// open reads the beginning of an object or an array; there is none where the value is null.
func (s Scanner) open(delimiter json.Delim) (there bool, err error) {
	switch token, err := s.next(); {
	case err != nil:
		return false, err
	case token == nil:
		return false, nil
	case token == delimiter:
		return true, nil
	}
	return false, fmt.Errorf("%w: at byte %d is no %s", ErrOther, s.from.InputOffset(), delimiter)
}

// each calls do before each element up to the end of an object or an array, which it reads.
func (s Scanner) each(do func() error) error {
	for s.from.More() {
		if err := do(); err != nil {
			return err
		}
	}
	_, err := s.next()
	return err
}

// Object reads an object, or null. Members that are not given are passed over; a member may be missing, or come several
// times.
func (s Scanner) Object(members map[string]Member) error {
	there, err := s.open('{')
	if err != nil || !there {
		return err
	}
	return s.members(members)
}

// members reads what is left of an object.
func (s Scanner) members(members map[string]Member) error {
	return s.fields(func(name string) error {
		if take := members[name]; take != nil {
			return take(s)
		}
		return s.skip()
	})
}

// ByName reads an object, or null. Do reads the value under each name.
func (s Scanner) ByName(do func(name string) error) error {
	there, err := s.open('{')
	if err != nil || !there {
		return err
	}
	return s.fields(do)
}

// fields reads what is left of an object. Do reads the value under each name.
func (s Scanner) fields(do func(name string) error) error {
	return s.each(func() error {
		name, err := s.text()
		if err != nil {
			return err
		}
		return do(name)
	})
}

// Objects reads an array of objects, or null. Done is called after each object.
func (s Scanner) Objects(members map[string]Member, done func() error) error {
	there, err := s.open('[')
	if err != nil || !there {
		return err
	}
	return s.elements(members, done)
}

// elements reads what is left of an array of objects.
func (s Scanner) elements(members map[string]Member, done func() error) error {
	return s.each(func() error {
		if err := s.Object(members); err != nil {
			return err
		}
		return done()
	})
}

// Texts reads an array of texts, or null.
func (s Scanner) Texts(take func(string) error) error {
	there, err := s.open('[')
	if err != nil || !there {
		return err
	}
	return s.each(func() error {
		text, err := s.text()
		if err != nil {
			return err
		}
		return take(text)
	})
}

// text reads a text.
func (s Scanner) text() (string, error) {
	token, err := s.next()
	if err != nil {
		return "", err
	}
	text, ok := token.(string)
	if !ok {
		return "", fmt.Errorf("%w: at byte %d is no text", ErrOther, s.from.InputOffset())
	}
	return text, nil
}

// Into reads a text, or null, which is "".
func Into(to *string) Member {
	return func(s Scanner) error {
		token, err := s.next()
		text, ok := token.(string)
		if err == nil && token != nil && !ok {
			err = fmt.Errorf("%w: at byte %d is no text", ErrOther, s.from.InputOffset())
		}
		*to = text
		return err
	}
}

// Scalar reads a text or a number as it is written. A value of another kind is passed over, and is "".
func (s Scanner) Scalar() (string, error) {
	token, err := s.next()
	switch value := token.(type) {
	case string:
		return value, err
	case json.Number:
		return value.String(), err
	}
	return "", s.skipRest(token, err)
}

// skip reads a value of any kind.
func (s Scanner) skip() error { return s.skipRest(s.next()) }

// skipRest reads what is left of a value that begins with a token.
func (s Scanner) skipRest(token json.Token, err error) error {
	for depth := 0; ; token, err = s.next() {
		if err != nil {
			return err
		}
		switch token {
		case json.Delim('['), json.Delim('{'):
			if depth++; depth > maxDepth {
				return fmt.Errorf("%w: its values lie more than %d deep", ErrOther, maxDepth)
			}
		case json.Delim(']'), json.Delim('}'):
			depth--
		}
		if depth == 0 {
			return nil
		}
	}
}
