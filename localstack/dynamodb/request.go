package dynamodb

import (
	"bytes"
	"encoding/json"
	"errors"
	"reflect"
	"slices"
	"strings"

	"ecrmirror/localstack/awsjson"
)

// decode reads a request. What is no JSON, or of another type than it must be, is a SerializationException.
func decode(body []byte, in any, lacks []string) error {
	var members map[string]json.RawMessage
	if err := json.Unmarshal(body, &members); err != nil || members == nil {
		return awsjson.Errorf("SerializationException", "the request is not a JSON object")
	}
	for _, name := range lacks {
		if member, ok := members[name]; ok && !bytes.Equal(member, []byte("null")) {
			return invalid("the stand-in for DynamoDB does not have the parameter %s", name)
		}
	}
	err := json.Unmarshal(exact(body, members, reflect.TypeOf(in).Elem()), in)
	if mismatch := (*json.UnmarshalTypeError)(nil); errors.As(err, &mismatch) {
		return awsjson.Errorf("SerializationException", "%s cannot be converted to %s",
			jsonTypes[strings.Fields(mismatch.Value)[0]], goTypes[mismatch.Type.Kind()])
	}
	return err
}

// exact returns the request without members whose names are those of others but for their case:
// DynamoDB passes over them, and encoding/json would take them.
func exact(body []byte, members map[string]json.RawMessage, in reflect.Type) []byte {
	wrong := false
	for name := range members {
		field, ok := in.FieldByNameFunc(func(field string) bool { return strings.EqualFold(field, name) })
		if ok && field.Name != name {
			delete(members, name)
			wrong = true
		}
	}
	if wrong {
		body, _ = json.Marshal(members) // it was JSON
	}
	return body
}

// jsonTypes and goTypes name types as DynamoDB does, by encoding/json's names and by Go's.
var (
	jsonTypes = map[string]string{
		"string": "STRING_VALUE", "number": "NUMBER_VALUE", "bool": "TRUE_VALUE", "object": "START_OBJECT",
		"array": "START_ARRAY",
	}
	goTypes = map[reflect.Kind]string{
		reflect.String: "String", reflect.Int: "Integer", reflect.Bool: "Boolean", reflect.Slice: "List",
		reflect.Map: "Map", reflect.Struct: "Structure",
	}
)

func invalid(format string, args ...any) error {
	return awsjson.Errorf("ValidationException", format, args...)
}

// constraints are what is wrong with a request by the model of the API alone.
type constraints []string

func (c *constraints) add(value, member, rule string) {
	if value != "null" {
		value = "'" + value + "'"
	}
	*c = append(*c, "Value "+value+" at '"+member+"' failed to satisfy constraint: Member must "+rule)
}

// required refuses a member that is missing.
func (c *constraints) required(missing bool, member string) {
	if missing {
		c.add("null", member, "not be null")
	}
}

// oneOf refuses a member that is none of the values; "" is none at all.
func (c *constraints) oneOf(value, member string, values ...string) {
	if value != "" && !slices.Contains(values, value) {
		c.add(value, member, "satisfy enum value set: ["+strings.Join(values, ", ")+"]")
	}
}

// err is all that is wrong; nil if nothing is.
func (c constraints) err() error {
	switch len(c) {
	case 0:
		return nil
	case 1:
		return invalid("1 validation error detected: %s", c[0])
	}
	return invalid("%d validation errors detected: %s", len(c), strings.Join(c, "; "))
}

// message is what an error of this package says, without its name.
func message(err error) string { return awsjson.ErrorOf(err).Message }
