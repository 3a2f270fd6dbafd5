package value

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"ecrmirror/localstack/awsjson"
)

// Limits of items: how deep lists and maps may lie in one another (what is in the last is the 32nd level that
// the documentation speaks of), and how long a name may be, in bytes.
const (
	maxDepth = 31
	maxName  = 65535
)

func invalid(format string, args ...any) error {
	return awsjson.Errorf("ValidationException", format, args...)
}

func mistyped(format string, args ...any) error {
	return awsjson.Errorf("SerializationException", format, args...)
}

// Err returns the ValidationException by which DynamoDB refuses the value, or nil. DynamoDB returns it only after it
// has judged what the request says of the table.
func (v Value) Err() error { return v.invalid }

// Err is why DynamoDB refuses the item for one of its values or names; nil if it takes all of them.
func (i Item) Err() error {
	for _, name := range slices.Sorted(maps.Keys(i)) {
		if name == "" {
			return invalid("Empty attribute name")
		}
		if len(name) > maxName {
			return invalid("Attribute name is too large, must be less than 65536 bytes")
		}
		if err := i[name].invalid; err != nil {
			return err
		}
		if i[name].depth() > maxDepth {
			return invalid("Nesting Levels have exceeded supported limits: Attributes in the item have nested levels " +
				"beyond supported limit")
		}
	}
	return nil
}

func (v Value) depth() int {
	deepest := 0
	for _, w := range v.List {
		deepest = max(deepest, w.depth())
	}
	for _, w := range v.Map {
		deepest = max(deepest, w.depth())
	}
	if v.Kind == L || v.Kind == M {
		return deepest + 1
	}
	return 0
}

// UnmarshalJSON reads {"S": "text"} and its like. Its error is a SerializationException, for what
// is of another JSON type than it must be; all else is kept for Err.
func (v *Value) UnmarshalJSON(data []byte) error {
	var members map[string]json.RawMessage
	if err := json.Unmarshal(data, &members); err != nil {
		return mistyped("Unexpected value type in payload")
	}
	*v = Value{}
	kinds := 0
	for name, member := range members {
		if bytes.Equal(member, []byte("null")) {
			continue
		}
		w, known, err := decode(Kind(name), member)
		if err != nil {
			return err
		}
		if known {
			*v = w
			kinds++
		}
	}
	switch {
	case kinds == 0:
		v.invalid = invalid("Supplied AttributeValue is empty, must contain exactly one of the supported datatypes")
	case kinds > 1:
		v.invalid = invalid("Supplied AttributeValue has more than one datatypes set, must contain exactly one of " +
			"the supported datatypes")
	}
	return nil
}

// decode reads a value of one kind; known says whether there is such a kind.
func decode(kind Kind, data []byte) (v Value, known bool, err error) {
	v.Kind = kind
	switch kind {
	case S, N, B:
		if v.Text, err = decodeString(data); err == nil {
			v.Text, v.invalid, err = text(kind, v.Text)
		}
	case Bool:
		v.Bool, err = decodeBool(data)
	case Null:
		v.Bool, err = decodeBool(data)
		if err == nil && !v.Bool {
			v.invalid = invalid("One or more parameter values were invalid: Null attribute value types must have the " +
				"value of true")
		}
	case M:
		v.Map = Item{}
		err = container(data, &v.Map)
		v.invalid = v.Map.firstInvalid()
	case L:
		v.List = []Value{}
		err = container(data, &v.List)
		for _, element := range v.List {
			if v.invalid == nil {
				v.invalid = element.invalid
			}
		}
	case SS, NS, BS:
		err = v.decodeSet(data)
	default:
		return Value{}, false, nil
	}
	return v, true, err
}

func (i Item) firstInvalid() error {
	for _, name := range slices.Sorted(maps.Keys(i)) {
		if err := i[name].invalid; err != nil {
			return err
		}
	}
	return nil
}

// text returns the Text of a scalar: N is canonical, B decoded.
func text(kind Kind, s string) (_ string, refused, err error) {
	switch kind {
	case N:
		number, why := canonical(s)
		if why != nil {
			return s, invalid("%v", why), nil
		}
		return number, nil, nil
	case B:
		raw, err := base64.StdEncoding.DecodeString(s)
		if err != nil {
			return "", nil, mistyped("Base64 encoded length is expected a multiple of 4 bytes but found: %d", len(s))
		}
		return string(raw), nil, nil
	default:
		return s, nil, nil
	}
}

func (v *Value) decodeSet(data []byte) error {
	var members []json.RawMessage
	if err := container(data, &members); err != nil {
		return err
	}
	of, empty := S, "An string set  may not be empty"
	switch v.Kind {
	case NS:
		of, empty = N, "An number set  may not be empty"
	case BS:
		of, empty = B, "Binary sets should not be empty"
	}
	if len(members) == 0 {
		v.invalid = invalid("One or more parameter values were invalid: %s", empty)
	}
	for _, member := range members {
		s, err := decodeString(member)
		if err != nil {
			return err
		}
		s, refused, err := text(of, s)
		if err != nil {
			return err
		}
		if refused == nil && slices.Contains(v.Set, s) {
			refused = duplicates(v.Kind, data)
		}
		if v.invalid == nil {
			v.invalid = refused
		}
		v.Set = append(v.Set, s)
	}
	return nil
}

func duplicates(kind Kind, data []byte) error {
	switch kind {
	case NS:
		return invalid("Input collection contains duplicates")
	case BS:
		return invalid("One or more parameter values were invalid: Input collection of type BS contains duplicates.")
	default:
		var members []string
		_ = json.Unmarshal(data, &members) // they were read before
		return invalid("One or more parameter values were invalid: Input collection [%s] contains duplicates",
			strings.Join(members, ", "))
	}
}

// container reads an object or a list. What is wrong inside says so itself.
func container(data []byte, into any) error {
	err := json.Unmarshal(data, into)
	if _, ours := err.(*awsjson.Error); err != nil && !ours { //nolint:errorlint // it is what UnmarshalJSON returned
		return mistyped("Unexpected value type in payload")
	}
	return err
}

func decodeString(data []byte) (string, error) {
	var s string
	if data[0] != '"' {
		return "", mistyped("%s cannot be converted to String", jsonType(data))
	}
	return s, json.Unmarshal(data, &s)
}

func decodeBool(data []byte) (bool, error) {
	switch string(data) {
	case "true":
		return true, nil
	case "false":
		return false, nil
	}
	return false, mistyped("%s cannot be converted to Boolean", jsonType(data))
}

// jsonType names what a JSON value is, as DynamoDB does.
func jsonType(data []byte) string {
	switch data[0] {
	case '"':
		return "STRING_VALUE"
	case 't':
		return "TRUE_VALUE"
	case 'f':
		return "FALSE_VALUE"
	case 'n':
		return "NULL_VALUE"
	case '{':
		return "START_OBJECT"
	case '[':
		return "START_ARRAY"
	}
	if bytes.ContainsAny(data, ".eE") {
		return "DECIMAL_VALUE"
	}
	return "NUMBER_VALUE"
}
