package value

import (
	"errors"
	"math/big"
	"regexp"
	"strconv"
	"strings"
)

// What a number may be:
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html#limits-data-types-number
const (
	maxDigits   = 38
	maxExponent = 125  // of the first digit
	minExponent = -130 // of the first digit
)

// Why DynamoDB refuses a number, in its words.
var (
	errNoNumber = errors.New("A value provided cannot be converted into a number") //nolint:staticcheck // DynamoDB's words
	errOverflow = errors.New(                                                      //nolint:staticcheck // DynamoDB's words
		"Number overflow. Attempting to store a number with magnitude larger than supported range")
	errUnderflow = errors.New( //nolint:staticcheck // DynamoDB's words
		"Number underflow. Attempting to store a number with magnitude smaller than supported range")
	errPrecision = errors.New("DynamoDB only supports precision up to 38 digits")
)

// A decimal is digits times 10 to the power of exponent. Digits begin and end with others than 0; zero has none.
type decimal struct {
	negative bool
	digits   string
	exponent int
}

var numberForm = regexp.MustCompile(`^([+-]?)([0-9]*)(?:\.([0-9]*))?(?:[eE]([+-]?[0-9]+))?$`)

// parseNumber reads a number in any of the forms that DynamoDB takes.
func parseNumber(text string) (decimal, error) {
	m := numberForm.FindStringSubmatch(text)
	if m == nil || m[2]+m[3] == "" {
		return decimal{}, errNoNumber
	}
	d := decimal{negative: m[1] == "-", digits: m[2] + m[3], exponent: -len(m[3])}
	if strings.Trim(d.digits, "0") == "" {
		return decimal{}, nil
	}
	if m[4] != "" {
		exponent, err := strconv.ParseInt(m[4], 10, 32)
		if err != nil {
			return decimal{}, errNoNumber
		}
		d.exponent += int(exponent)
	}
	d = d.trimmed()
	return d, d.check()
}

// trimmed takes the zeros off both ends.
func (d decimal) trimmed() decimal {
	digits := strings.TrimRight(d.digits, "0")
	d.exponent += len(d.digits) - len(digits)
	d.digits = strings.TrimLeft(digits, "0")
	if d.digits == "" {
		return decimal{}
	}
	return d
}

// magnitude is the exponent of the first digit.
func (d decimal) magnitude() int { return len(d.digits) + d.exponent - 1 }

func (d decimal) check() error {
	switch {
	case d.digits == "":
		return nil
	case len(d.digits) > maxDigits:
		return errPrecision
	case d.magnitude() > maxExponent:
		return errOverflow
	case d.magnitude() < minExponent:
		return errUnderflow
	}
	return nil
}

// String is the number in plain digits, as DynamoDB answers with it.
func (d decimal) String() string {
	if d.digits == "" {
		return "0"
	}
	var text string
	switch whole := len(d.digits) + d.exponent; {
	case d.exponent >= 0:
		text = d.digits + strings.Repeat("0", d.exponent)
	case whole > 0:
		text = d.digits[:whole] + "." + d.digits[whole:]
	default:
		text = "0." + strings.Repeat("0", -whole) + d.digits
	}
	if d.negative {
		return "-" + text
	}
	return text
}

// canonical returns a number in plain digits, or why DynamoDB refuses it.
func canonical(text string) (string, error) {
	d, err := parseNumber(text)
	return d.String(), err
}

// plain reads a number that is canonical already.
func plain(text string) decimal {
	d, _ := parseNumber(text) // it was checked when it came
	return d
}

func compareNumbers(a, b string) int { return plain(a).whole().Cmp(plain(b).whole()) }

// whole is the number as an integer number of the last place that a number can have.
func (d decimal) whole() *big.Int {
	n, ok := new(big.Int).SetString(d.digits, 10)
	if !ok {
		return new(big.Int)
	}
	places := int64(d.exponent - minExponent + maxDigits)
	n.Mul(n, new(big.Int).Exp(big.NewInt(10), big.NewInt(places), nil))
	if d.negative {
		n.Neg(n)
	}
	return n
}

// Add returns the sum of two numbers, or why DynamoDB refuses it.
func Add(a, b Value) (Value, error) { return sum(plain(a.Text), plain(b.Text)) }

// Subtract returns a number less another, or why DynamoDB refuses it.
func Subtract(a, b Value) (Value, error) {
	d := plain(b.Text)
	d.negative = !d.negative
	return sum(plain(a.Text), d)
}

func sum(a, b decimal) (Value, error) {
	n := a.whole()
	n.Add(n, b.whole())
	d := decimal{negative: n.Sign() < 0, digits: n.Abs(n).String(), exponent: minExponent - maxDigits}.trimmed()
	if err := d.check(); err != nil {
		return Value{}, invalid("%v", err)
	}
	return Value{Kind: N, Text: d.String()}, nil
}

func integer(n int) string { return strconv.Itoa(n) }
