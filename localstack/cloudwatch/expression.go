package cloudwatch

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// A value is what an expression comes to in a period; none if there are no data.
type value struct {
	number float64
	none   bool
}

// An expression is metric math: ids, numbers, lists, SUM and FILL. Others are errors.
//
// Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html
type expression struct {
	text string
	of   func(id string) (value, error) // what an id stands for
}

// evaluate returns what the expression comes to.
func (e expression) evaluate() (value, error) {
	list, rest, err := e.term(e.text)
	switch {
	case err != nil:
		return value{}, err
	case strings.TrimSpace(rest) != "" || len(list) != 1:
		return value{}, e.unknown()
	}
	return list[0], nil
}

func (e expression) unknown() error {
	return fmt.Errorf("the stand-in for CloudWatch does not know the expression %q", e.text)
}

// term reads a term at the start of text, and returns its values and what comes after it.
func (e expression) term(text string) (list []value, rest string, err error) {
	text = strings.TrimSpace(text)
	if inner, ok := strings.CutPrefix(text, "["); ok {
		return e.list(inner, "]")
	}
	end := strings.IndexFunc(text, func(r rune) bool {
		return r != '_' && r != '.' && (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z')
	})
	if end < 0 {
		end = len(text)
	}
	word, rest := text[:end], text[end:]
	if inner, ok := strings.CutPrefix(rest, "("); ok {
		arguments, rest, err := e.list(inner, ")")
		if err != nil {
			return nil, "", err
		}
		v, err := e.call(word, arguments)
		return []value{v}, rest, err
	}
	if number, err := strconv.ParseFloat(word, 64); err == nil {
		return []value{{number: number}}, rest, nil
	}
	if word == "" {
		return nil, "", e.unknown()
	}
	v, err := e.of(word)
	return []value{v}, rest, err
}

// list reads terms until the bracket that closes them.
func (e expression) list(text, closing string) (all []value, rest string, err error) {
	for {
		var some []value
		if some, text, err = e.term(text); err != nil {
			return nil, "", err
		}
		all = append(all, some...)
		text = strings.TrimSpace(text)
		if rest, ok := strings.CutPrefix(text, closing); ok {
			return all, rest, nil
		}
		after, ok := strings.CutPrefix(text, ",")
		if !ok {
			return nil, "", e.unknown()
		}
		text = after
	}
}

func (e expression) call(name string, arguments []value) (value, error) {
	switch {
	case name == "SUM":
		sum := value{none: true}
		for _, v := range arguments {
			if !v.none {
				sum = value{number: sum.number + v.number}
			}
		}
		return sum, nil
	case name == "FILL" && len(arguments) == 2:
		if arguments[0].none {
			return arguments[1], nil
		}
		return arguments[0], nil
	case name == "FILL":
		return value{}, errors.New("FILL takes a metric and a number")
	default:
		return value{}, e.unknown()
	}
}
