// Package ledgerfile reads and writes the items of a ledger as lines of JSON, in the form of DynamoDB's own exports: an
// object with the one member Item, whose values are written as DynamoDB's API writes them.
package ledgerfile

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"ecrmirror/internal/printable"
)

// longest is how long a line may be: an item has 400 KB at most, and JSON takes up to six bytes for one.
const longest = 4 << 20

// A line is one of the file.
type line struct{ Item map[string]value }

// A value is an attribute's: one of its members is set. A ledger has no others.
type value struct {
	S    *string          `json:",omitempty"`
	N    *string          `json:",omitempty"`
	BOOL *bool            `json:",omitempty"`
	M    map[string]value `json:",omitempty"`
}

// Write writes items, one to a line, and returns how many there were. What could steer a terminal is escaped.
func Write(w io.Writer, items iter.Seq2[map[string]types.AttributeValue, error]) (n int, err error) {
	out := bufio.NewWriter(w)
	encoder := json.NewEncoder(printable.WholeJSON(out))
	encoder.SetEscapeHTML(false)
	for item, err := range items {
		if err != nil {
			return n, err
		}
		members, err := encodeAll(item)
		if err != nil {
			return n, err
		}
		if err := encoder.Encode(line{members}); err != nil {
			return n, err
		}
		n++
	}
	return n, out.Flush()
}

// Marshal returns an item as a line of the file, without its end. The error names an attribute whose type a ledger does
// not have.
func Marshal(item map[string]types.AttributeValue) ([]byte, error) {
	members, err := encodeAll(item)
	if err != nil {
		return nil, err
	}
	return json.Marshal(line{members})
}

func encodeAll(item map[string]types.AttributeValue) (map[string]value, error) {
	members := make(map[string]value, len(item))
	for name, v := range item {
		encoded, err := encode(v)
		if err != nil {
			return nil, fmt.Errorf("attribute %q: %w", name, err)
		}
		members[name] = encoded
	}
	return members, nil
}

func encode(v types.AttributeValue) (value, error) {
	switch v := v.(type) {
	case *types.AttributeValueMemberS:
		return value{S: &v.Value}, nil
	case *types.AttributeValueMemberN:
		return value{N: &v.Value}, nil
	case *types.AttributeValueMemberBOOL:
		return value{BOOL: &v.Value}, nil
	case *types.AttributeValueMemberM:
		members, err := encodeAll(v.Value)
		return value{M: members}, err
	}
	return value{}, fmt.Errorf("type %T, which a ledger does not have", v)
}

// Read iterates the items of a file. An error names the line, and is the last.
func Read(r io.Reader) iter.Seq2[map[string]types.AttributeValue, error] {
	return func(yield func(map[string]types.AttributeValue, error) bool) {
		lines := bufio.NewScanner(r)
		lines.Buffer(nil, longest)
		for n := 1; lines.Scan(); n++ {
			if len(bytes.TrimSpace(lines.Bytes())) == 0 {
				continue
			}
			item, err := Unmarshal(lines.Bytes())
			if err != nil {
				err = fmt.Errorf("line %d: %w", n, err)
			}
			if !yield(item, err) || err != nil {
				return
			}
		}
		if err := lines.Err(); err != nil {
			yield(nil, err)
		}
	}
}

// Unmarshal returns the item of a line of the file.
func Unmarshal(text []byte) (map[string]types.AttributeValue, error) {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	var l line
	if err := decoder.Decode(&l); err != nil {
		return nil, err
	}
	if decoder.More() || len(l.Item) == 0 {
		return nil, errors.New("want one object with the member Item")
	}
	return decodeAll(l.Item)
}

func decodeAll(members map[string]value) (map[string]types.AttributeValue, error) {
	item := make(map[string]types.AttributeValue, len(members))
	for name, v := range members {
		decoded, err := v.decode()
		if err != nil {
			return nil, fmt.Errorf("attribute %q: %w", name, err)
		}
		item[name] = decoded
	}
	return item, nil
}

func (v value) decode() (types.AttributeValue, error) {
	switch {
	case v.S != nil:
		return &types.AttributeValueMemberS{Value: *v.S}, nil
	case v.N != nil:
		return &types.AttributeValueMemberN{Value: *v.N}, nil
	case v.BOOL != nil:
		return &types.AttributeValueMemberBOOL{Value: *v.BOOL}, nil
	case v.M != nil:
		members, err := decodeAll(v.M)
		return &types.AttributeValueMemberM{Value: members}, err
	}
	return nil, errors.New("want one of S, N, BOOL and M")
}
