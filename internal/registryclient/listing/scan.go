package listing

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
)

// maxDepth is how deep the values of a page may lie in each other.
const maxDepth = 32

// ErrNoList says that an answer is not the list that was asked for.
var ErrNoList = errors.New("the answer is not such a list")

// A scanner goes through a JSON document without keeping it.
type scanner struct{ *json.Decoder }

func newScanner(r io.Reader) scanner {
	d := json.NewDecoder(r)
	d.UseNumber() // those of any size
	return scanner{d}
}

// A member is what an object has under a name.
type member func(s scanner) error

// readObject reads a document that is an object, and nothing after it.
func readObject(r io.Reader, members map[string]member) error {
	s := newScanner(r)
	switch there, err := s.open('{'); {
	case err != nil:
		return err
	case !there:
		return fmt.Errorf("%w: it is null", ErrNoList)
	}
	if err := s.members(members); err != nil {
		return err
	}
	return s.end()
}

// readWith is readObject for a document that must have a member.
func readWith(r io.Reader, name string, read member, others map[string]member) error {
	there := false
	members := maps.Clone(others)
	members[name] = func(s scanner) error {
		there = true
		return read(s)
	}
	if err := readObject(r, members); err != nil {
		return err
	}
	if !there {
		return fmt.Errorf("%w: it has no %s", ErrNoList, name)
	}
	return nil
}

// readArray reads a document that is an array of objects, and nothing after it. Done is called after each object.
func readArray(r io.Reader, members map[string]member, done func() error) error {
	s := newScanner(r)
	switch there, err := s.open('['); {
	case err != nil:
		return err
	case !there:
		return fmt.Errorf("%w: it is null", ErrNoList)
	}
	if err := s.elements(members, done); err != nil {
		return err
	}
	return s.end()
}

// end reads on to the end of the document: only there it shows whether all of the answer has come.
func (s scanner) end() error {
	switch token, err := s.Token(); {
	case errors.Is(err, io.EOF):
		return nil
	case err != nil:
		return s.wrong(err)
	default:
		return fmt.Errorf("%w: after its end comes %T", ErrNoList, token)
	}
}

// wrong says what an error of the decoder means. The end is never expected before the document's.
func (s scanner) wrong(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	if syntax := (*json.SyntaxError)(nil); errors.As(err, &syntax) {
		return fmt.Errorf("%w: it is no JSON at byte %d", ErrNoList, s.InputOffset())
	}
	return err
}

// next returns the next token.
func (s scanner) next() (json.Token, error) {
	token, err := s.Token()
	if err != nil {
		return nil, s.wrong(err)
	}
	return token, nil
}

// open reads the beginning of an object or an array; there is none where the value is null.
func (s scanner) open(delimiter json.Delim) (there bool, err error) {
	switch token, err := s.next(); {
	case err != nil:
		return false, err
	case token == nil:
		return false, nil
	case token == delimiter:
		return true, nil
	}
	return false, fmt.Errorf("%w: at byte %d is no %s", ErrNoList, s.InputOffset(), delimiter)
}

// each calls do before each element up to the end of an object or an array, which it reads.
func (s scanner) each(do func() error) error {
	for s.More() {
		if err := do(); err != nil {
			return err
		}
	}
	_, err := s.next()
	return err
}

// object reads an object, or null. Members that are not given are passed over; a member may be missing, or come several
// times.
func (s scanner) object(members map[string]member) error {
	there, err := s.open('{')
	if err != nil || !there {
		return err
	}
	return s.members(members)
}

// members reads what is left of an object.
func (s scanner) members(members map[string]member) error {
	return s.fields(func(name string) error {
		if take := members[name]; take != nil {
			return take(s)
		}
		return s.skip()
	})
}

// byName reads an object, or null. Do reads the value under each name.
func (s scanner) byName(do func(name string) error) error {
	there, err := s.open('{')
	if err != nil || !there {
		return err
	}
	return s.fields(do)
}

// fields reads what is left of an object. Do reads the value under each name.
func (s scanner) fields(do func(name string) error) error {
	return s.each(func() error {
		name, err := s.text()
		if err != nil {
			return err
		}
		return do(name)
	})
}

// objects reads an array of objects, or null. Done is called after each object.
func (s scanner) objects(members map[string]member, done func() error) error {
	there, err := s.open('[')
	if err != nil || !there {
		return err
	}
	return s.elements(members, done)
}

// elements reads what is left of an array of objects.
func (s scanner) elements(members map[string]member, done func() error) error {
	return s.each(func() error {
		if err := s.object(members); err != nil {
			return err
		}
		return done()
	})
}

// texts reads an array of texts, or null.
func (s scanner) texts(take func(string) error) error {
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
func (s scanner) text() (string, error) {
	token, err := s.next()
	if err != nil {
		return "", err
	}
	text, ok := token.(string)
	if !ok {
		return "", fmt.Errorf("%w: at byte %d is no text", ErrNoList, s.InputOffset())
	}
	return text, nil
}

// into reads a text, or null, which is "".
func into(to *string) member {
	return func(s scanner) error {
		token, err := s.next()
		text, ok := token.(string)
		if err == nil && token != nil && !ok {
			err = fmt.Errorf("%w: at byte %d is no text", ErrNoList, s.InputOffset())
		}
		*to = text
		return err
	}
}

// skip reads a value of any kind.
func (s scanner) skip() error { return s.skipRest(s.next()) }

// skipRest reads what is left of a value that begins with a token.
func (s scanner) skipRest(token json.Token, err error) error {
	for depth := 0; ; token, err = s.next() {
		if err != nil {
			return err
		}
		switch token {
		case json.Delim('['), json.Delim('{'):
			if depth++; depth > maxDepth {
				return fmt.Errorf("%w: its values lie more than %d deep", ErrNoList, maxDepth)
			}
		case json.Delim(']'), json.Delim('}'):
			depth--
		}
		if depth == 0 {
			return nil
		}
	}
}
