package table

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"ecrmirror/internal/contract"
	"ecrmirror/internal/entry"
	"ecrmirror/internal/imagename"
	"ecrmirror/internal/printable"
	"ecrmirror/internal/spelling"
)

// decode reads an item. An expired item is not read further: it is about to be deleted, and its errors need not be
// mended. The error is an [*entry.Error].
func decode(it item, now time.Time) (e entry.Entry, expired bool, err error) {
	source, sourceErr := textOf(contract.AttrSource, it[contract.AttrSource])
	e.Source = source
	err = decodeOptions(it, &e)
	if e.ExpiredBy(now) {
		return entry.Entry{}, true, nil
	}
	err = cmp.Or(err, sourceErr, misspelled(it))
	if _, ok := it[contract.AttrDestination]; err == nil && (ok || e.NeedsDestinations()) {
		e.Destinations, err = destinations(it[contract.AttrDestination])
	}
	if err != nil {
		return entry.Entry{}, false, &entry.Error{Source: e.Source, Err: err}
	}
	e.Status = decodeStatus(it[contract.AttrStatus], e.AllDestinations())
	return e, false, nil
}

// misspelled returns an error if an attribute has nearly the name of one that an entry may have: what it says would be
// passed over.
func misspelled(it item) error {
	known := []string{contract.AttrSource, contract.AttrDestination, contract.AttrStatus}
	for _, option := range options {
		known = append(known, option.name)
	}
	for _, name := range slices.Sorted(maps.Keys(it)) { // always the same error
		if meant := spelling.Slip(name, known...); meant != "" {
			return fmt.Errorf("attribute %q is not known, but nearly %s: rename it, or remove it", name, meant)
		}
	}
	return nil
}

// destinations reads Destination in each of the forms in which people write it.
func destinations(v types.AttributeValue) ([]string, error) {
	var lists []string
	switch v := v.(type) {
	case nil:
		return nil, errors.New("no " + contract.AttrDestination)
	case *types.AttributeValueMemberS:
		lists = []string{v.Value}
	case *types.AttributeValueMemberSS:
		lists = v.Value
	case *types.AttributeValueMemberL:
		for i, element := range v.Value {
			s, ok := element.(*types.AttributeValueMemberS)
			if !ok {
				return nil, fmt.Errorf("%s[%d] %s; it must be S", contract.AttrDestination, i, typeOf(element))
			}
			lists = append(lists, s.Value)
		}
	default:
		return nil, fmt.Errorf("%s %s; it must be S, SS or L of S", contract.AttrDestination, typeOf(v))
	}
	names := imagename.SplitList(strings.Join(lists, ","))
	switch {
	case len(names) == 0:
		return nil, errors.New("empty " + contract.AttrDestination)
	case len(names) > maxRead:
		return nil, fmt.Errorf("%d destinations; an entry may have %d", len(names), entry.MaxDestinations)
	}
	for i, name := range names {
		names[i] = kept(name)
	}
	return names, nil
}

// maxRead is how many destinations of an item are read. One that somebody wrote by other means than
// [Table.Put] may have more than that allows.
const maxRead = 5 * entry.MaxDestinations

// kept returns what is kept of a destination's name: the name without what stood around it, or, of what is longer
// than any name, its beginning and its length, which are no name.
func kept(name string) string {
	if len(name) <= entry.MaxName {
		return strings.Clone(name)
	}
	return fmt.Sprintf("%s (%d bytes)", printable.Short(name, 100), len(name))
}

// encodeDestinations writes one destination as a string, as people do, and several
// as a list, which keeps their order.
func encodeDestinations(names []string) types.AttributeValue {
	if len(names) == 1 {
		return &types.AttributeValueMemberS{Value: names[0]}
	}
	list := make([]types.AttributeValue, len(names))
	for i, name := range names {
		list[i] = &types.AttributeValueMemberS{Value: name}
	}
	return &types.AttributeValueMemberL{Value: list}
}
