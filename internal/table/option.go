package table

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"ecrmirror/internal/contract"
	"ecrmirror/internal/entry"
)

// options are the attributes that an entry may have beside its source and its destinations.
var options = []option{
	inAttribute(contract.AttrExpires, func(e *entry.Entry) *time.Time { return &e.Expires }, expiryOf, expiryValue),
	tagsAttribute, reposAttribute, labelsAttribute, optionsAttribute,
}

// An option is an attribute that holds a part of an entry. Where an item lacks it, the part has its zero value.
type option struct {
	name   string
	decode func(types.AttributeValue, *entry.Entry) error
	encode func(entry.Entry) types.AttributeValue // nil of the zero value
}

// alias stands for the attribute's name in expressions: DynamoDB reserves some names.
func (o option) alias() string { return "#" + strings.ToLower(o.name) }

// inAttribute returns the attribute of a member of an entry.
func inAttribute[T comparable](
	name string, member func(*entry.Entry) *T,
	decode func(string, types.AttributeValue) (T, error), encode func(T) types.AttributeValue,
) option {
	return option{
		name: name,
		decode: func(v types.AttributeValue, e *entry.Entry) error {
			value, err := decode(name, v)
			if err == nil {
				*member(e) = value
			}
			return err
		},
		encode: func(e entry.Entry) types.AttributeValue {
			var zero T
			if value := *member(&e); value != zero {
				return encode(value)
			}
			return nil
		},
	}
}

// decodeOptions reads the options of an item into an entry, and returns the first error of all.
func decodeOptions(it item, e *entry.Entry) (first error) {
	for _, option := range options {
		v, ok := it[option.name]
		if !ok {
			continue
		}
		if err := option.decode(v, e); err != nil && first == nil {
			first = err
		}
	}
	return first
}

// expiryOf reads Expires. DynamoDB's time to live ignores an Expires that is not a number, or 0. Here it is an error,
// and does not mean "never": it was written for a reason.
func expiryOf(name string, v types.AttributeValue) (time.Time, error) {
	n, ok := v.(*types.AttributeValueMemberN)
	if !ok {
		return time.Time{}, fmt.Errorf("%s %s; it must be N, epoch seconds", name, typeOf(v))
	}
	seconds, err := strconv.ParseInt(n.Value, 10, 64)
	switch {
	case err != nil || seconds <= 0:
		return time.Time{}, fmt.Errorf("%s is %s, not a time in epoch seconds", name, n.Value)
	case seconds > entry.LatestExpiry:
		return time.Time{}, fmt.Errorf("%s is %s, which is too far ahead; is it in milliseconds?", name, n.Value)
	}
	return time.Unix(seconds, 0), nil
}

func expiryValue(t time.Time) types.AttributeValue {
	return &types.AttributeValueMemberN{Value: strconv.FormatInt(t.Unix(), 10)}
}
