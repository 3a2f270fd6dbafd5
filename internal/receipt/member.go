package receipt

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"

	"ecrmirror/internal/jsonscan"
	"ecrmirror/internal/printable"
)

var (
	errMissing  = errors.New("it is missing")
	errNoList   = errors.New("no list where one should be")
	errNoNumber = errors.New("no number where one should be")
	errNoText   = fmt.Errorf("no text where one should be, or one of more than %d bytes", maxText)
	errNoTime   = errors.New("no time in UTC, such as 2026-01-02T03:04:05Z")
	errUnknown  = errors.New("it has a member that no bundle has")
)

// malformed returns an [ErrMalformed].
func malformed(err error) error { return fmt.Errorf("%w: %w", ErrMalformed, err) }

// longestQuoted is how many bytes of what a stranger wrote an error tells.
const longestQuoted = 80

// quoted is a text that a stranger wrote, as an error tells it.
func quoted(text string) string { return strconv.Quote(printable.Short(text, longestQuoted)) }

// checked returns the value that a document is.
func checked(document []byte, most int) (jsonscan.Value, error) {
	if len(document) > most {
		return nil, malformed(fmt.Errorf("it has more than %d bytes", most))
	}
	root, err := jsonscan.Check(document)
	if err != nil {
		return nil, malformed(err)
	}
	return root, nil
}

// members are those of an object that are read, with what reads them.
type members map[string]func(jsonscan.Value) error

// eachMember reads the members of an object. It fails for those that can be read in two ways, and passes over those
// that are not known, or null.
func eachMember(value jsonscan.Value, known members) error {
	return value.Known(known.names(), func(name string, member jsonscan.Value) error {
		if member.IsNull() {
			return nil
		}
		return known[name](member)
	})
}

// onlyMembers reads the members of an object that has no others, as Sigstore's readers have it.
func onlyMembers(value jsonscan.Value, known members) error {
	names := known.names()
	err := value.Known(names, func(name string, member jsonscan.Value) error { return known[name](member) })
	if err != nil {
		return err
	}
	for name := range value.Members() {
		if !slices.ContainsFunc(names, name.Is) {
			return errUnknown
		}
	}
	return nil
}

func (m members) names() []string { return slices.Sorted(maps.Keys(m)) }

// passed passes over a member.
func passed(jsonscan.Value) error { return nil }

// keep keeps a member for later.
func keep(at *jsonscan.Value) func(jsonscan.Value) error {
	return func(v jsonscan.Value) error {
		*at = v
		return nil
	}
}

// into reads a text.
func into(text *string) func(jsonscan.Value) error {
	return func(v jsonscan.Value) (err error) {
		*text, err = textOf(v)
		return err
	}
}

func textOf(value jsonscan.Value) (text string, err error) {
	if !value.IsText() || len(value) > maxText || json.Unmarshal(value, &text) != nil {
		return "", errNoText
	}
	return text, nil
}

func textsOf(list jsonscan.Value) (texts []string, err error) {
	if !list.IsArray() {
		return nil, errNoList
	}
	for element := range list.Elements() {
		if len(texts) == maxNames {
			return nil, fmt.Errorf("more than %d", maxNames)
		}
		text, err := textOf(element)
		if err != nil {
			return nil, err
		}
		texts = append(texts, text)
	}
	return texts, nil
}

func numberOf(value jsonscan.Value) (*int64, error) {
	const longest = 20 // digits
	var n int64
	if len(value) > longest || value.IsNull() || json.Unmarshal(value, &n) != nil || n < 0 {
		return nil, errNoNumber
	}
	return &n, nil
}

// bytesOf reads bytes in base64.
func bytesOf(value jsonscan.Value) (b []byte, err error) {
	if !value.IsText() || json.Unmarshal(value, &b) != nil {
		return nil, errors.New("no base64 where some should be")
	}
	return b, nil
}
