package entryform

import (
	"errors"
	"fmt"
	"strconv"
	"time"

	"ecrmirror/internal/entry"
	"ecrmirror/internal/selection"
)

// A member is one of a map: how it is read into a T, and written.
type member[T any] struct {
	name  string
	read  func(*T, Value) error
	write func(T) Value // Null of what is not said
	// within reads, in place of read, what has members of its own, and is given what errors call it.
	within func(*reader, *T, Value, string)
}

// rule has the members of a rule, in the order in which they are written.
var rule = []member[entry.Rule]{
	texts(selection.Pin, func(r *entry.Rule) *[]string { return &r.Pin }),
	texts(selection.Include, func(r *entry.Rule) *[]string { return &r.Include }),
	scalar(selection.Version, func(r *entry.Rule) *string { return &r.Version }, readText, writeText),
	scalar(selection.Parts, func(r *entry.Rule) *int { return &r.Parts }, readParts, writeNumber),
	texts(selection.Variant, func(r *entry.Rule) *[]string { return &r.Variant }),
	scalar(selection.Pre, func(r *entry.Rule) *bool { return &r.Pre }, readBool, writeBool),
	texts(selection.Exclude, func(r *entry.Rule) *[]string { return &r.Exclude }),
	scalar(selection.MinimumAge, func(r *entry.Rule) *time.Duration { return &r.MinimumAge }, readAge, writeAge),
	scalar(selection.Order, func(r *entry.Rule) *selection.By { return &r.By }, readOrder, writeOrder),
	scalar(selection.Newest, func(r *entry.Rule) *int { return &r.Newest }, readNewest, writeNewest),
	texts(entry.MemberTo, func(r *entry.Rule) *[]string { return &r.To }),
	{
		name:   entry.MemberOptions,
		within: func(r *reader, of *entry.Rule, v Value, name string) { readMap(r, &of.Options, v, name, options) },
		write:  func(r entry.Rule) Value { return WriteOptions(r.Options) },
	},
}

// repos has the members of what chooses repositories.
var repos = []member[selection.Repositories]{
	texts(selection.Include, func(r *selection.Repositories) *[]string { return &r.Include }),
	texts(selection.Exclude, func(r *selection.Repositories) *[]string { return &r.Exclude }),
}

// texts is a member that is a list of texts, or one text.
func texts[T any](name string, of func(*T) *[]string) member[T] {
	return member[T]{
		name: name,
		read: func(t *T, v Value) (err error) {
			*of(t), err = readTexts(v)
			return err
		},
		write: func(t T) Value { return writeTexts(*of(&t)) },
	}
}

// scalar is a member that is one value.
func scalar[T any, V comparable](
	name string, of func(*T) *V, read func(Value) (V, error), write func(V) Value,
) member[T] {
	return member[T]{
		name: name,
		read: func(t *T, v Value) (err error) {
			*of(t), err = read(v)
			return err
		},
		write: func(t T) Value {
			var zero V
			if value := *of(&t); value != zero {
				return write(value)
			}
			return Value{}
		},
	}
}

func readTexts(v Value) ([]string, error) {
	if v.isText() {
		return []string{v.Scalar}, checkLength(v.Scalar)
	}
	if v.Kind != List {
		return nil, fmt.Errorf("is %s; it must be a text or a list of texts", v.Kind)
	}
	if len(v.List) == 0 {
		return nil, errors.New("is empty; leave it out")
	}
	list := make([]string, len(v.List))
	for i, element := range v.List {
		if !element.isText() {
			return nil, fmt.Errorf("element %d is %s; it must be a text", i+1, element.Kind)
		}
		if err := checkLength(element.Scalar); err != nil {
			return nil, fmt.Errorf("element %d %w", i+1, err)
		}
		list[i] = element.Scalar
	}
	return list, nil
}

// longest is how many bytes a text may have: as many as a name.
const longest = entry.MaxName

// checkLength refuses a text that errors could not quote.
func checkLength(text string) error {
	if len(text) > longest {
		return fmt.Errorf("has %d bytes; a text may have %d", len(text), longest)
	}
	return nil
}

func writeTexts(list []string) Value {
	switch len(list) {
	case 0:
		return Value{}
	case 1:
		return Value{Kind: Text, Scalar: list[0]}
	}
	v := Value{Kind: List}
	for _, text := range list {
		v.List = append(v.List, Value{Kind: Text, Scalar: text})
	}
	return v
}

// readText refuses a number: DynamoDB takes the version 1.20 for 1.2.
func readText(v Value) (string, error) {
	switch {
	case !v.isText():
		return "", fmt.Errorf("is %s; it must be a text", v.Kind)
	case v.Scalar == "":
		return "", errors.New("is empty; leave it out")
	}
	return v.Scalar, checkLength(v.Scalar)
}

func writeText(text string) Value { return Value{Kind: Text, Scalar: text} }

// readNumber reads a whole number, which is at least 1. otherwise is what else there may be.
func readNumber(v Value, otherwise string) (int, error) {
	written := v.Kind.String()
	switch v.Kind {
	case Number, Plain:
		n, err := strconv.Atoi(v.Scalar)
		if err == nil && n > 0 {
			return n, nil
		}
		written = strconv.Quote(short(v.Scalar))
	case Text:
		written += ", " + strconv.Quote(short(v.Scalar))
	}
	return 0, fmt.Errorf("is %s; it must be a whole number from 1 on%s", written, otherwise)
}

func writeNumber(n int) Value { return Value{Kind: Number, Scalar: strconv.Itoa(n)} }

func readParts(v Value) (int, error) { return readNumber(v, "") }

const all = "all"

func readNewest(v Value) (int, error) {
	if v.isText() && v.Scalar == all {
		return selection.All, nil
	}
	return readNumber(v, ", or "+all)
}

func writeNewest(n int) Value {
	if n == selection.All {
		return writeText(all)
	}
	return writeNumber(n)
}

func readBool(v Value) (bool, error) {
	if v.Kind == Bool || v.Kind == Plain {
		switch v.Scalar {
		case "true":
			return true, nil
		case "false":
			return false, nil
		}
	}
	return false, errors.New("must be true or false")
}

func writeBool(b bool) Value { return Value{Kind: Bool, Scalar: strconv.FormatBool(b)} }

func readAge(v Value) (time.Duration, error) {
	text, err := readText(v)
	if err != nil {
		return 0, err
	}
	return selection.ParseAge(text)
}

func writeAge(age time.Duration) Value { return writeText(selection.FormatAge(age)) }

func readOrder(v Value) (selection.By, error) {
	text, err := readText(v)
	return selection.By(text), err
}

func writeOrder(by selection.By) Value { return writeText(string(by)) }
