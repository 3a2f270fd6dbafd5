package value

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"maps"
	"slices"
	"strconv"
)

// MarshalJSON writes the value as DynamoDB's JSON.
func (v Value) MarshalJSON() ([]byte, error) { return v.AppendJSON(nil), nil }

// MarshalJSON writes the item as DynamoDB's JSON, its attributes in the order of their names.
func (i Item) MarshalJSON() ([]byte, error) { return i.AppendJSON(nil), nil }

// AppendJSON appends what MarshalJSON returns.
func (i Item) AppendJSON(b []byte) []byte {
	b = append(b, '{')
	for n, name := range slices.Sorted(maps.Keys(i)) {
		if n > 0 {
			b = append(b, ',')
		}
		b = append(appendString(b, name), ':')
		b = i[name].AppendJSON(b)
	}
	return append(b, '}')
}

// AppendJSON appends what MarshalJSON returns.
func (v Value) AppendJSON(b []byte) []byte {
	b = append(b, `{"`...)
	b = append(b, v.Kind...)
	b = append(b, `":`...)
	switch v.Kind {
	case Bool, Null:
		b = strconv.AppendBool(b, v.Bool)
	case M:
		b = v.Map.AppendJSON(b)
	case L:
		b = append(b, '[')
		for n, element := range v.List {
			if n > 0 {
				b = append(b, ',')
			}
			b = element.AppendJSON(b)
		}
		b = append(b, ']')
	case SS, NS, BS:
		b = append(b, '[')
		for n, member := range v.Set {
			if n > 0 {
				b = append(b, ',')
			}
			b = appendText(b, v.Kind, member)
		}
		b = append(b, ']')
	default:
		b = appendText(b, v.Kind, v.Text)
	}
	return append(b, '}')
}

func appendText(b []byte, kind Kind, text string) []byte {
	if kind == B || kind == BS {
		b = append(b, '"')
		b = base64.StdEncoding.AppendEncode(b, []byte(text))
		return append(b, '"')
	}
	return appendString(b, text)
}

// appendString appends a JSON string. Most strings are ASCII that stands for itself.
func appendString(b []byte, s string) []byte {
	for n := range len(s) {
		if c := s[n]; c < ' ' || c > '~' || c == '"' || c == '\\' {
			var quoted bytes.Buffer
			e := json.NewEncoder(&quoted)
			e.SetEscapeHTML(false)
			_ = e.Encode(s) // strings have no error
			return append(b, bytes.TrimSuffix(quoted.Bytes(), []byte("\n"))...)
		}
	}
	b = append(b, '"')
	b = append(b, s...)
	return append(b, '"')
}
