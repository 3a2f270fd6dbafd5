package ledgertable

import (
	"maps"
	"reflect"
	"slices"

	"ecrmirror/internal/ledger"
)

// A Change is what a write makes of a record: the attributes that differ from what was read, on the condition that
// nobody has written the record since. [Table] has DynamoDB make it; Apply makes it where no DynamoDB is.
type Change struct {
	Key       Item // the attributes of the record's key
	read, now Item // the attributes of what was read, and of what is to be there
	revision  int64
}

// ChangeSource returns the change that writes a source's record, and the record as it is then. The error is
// [ledger.ErrLater] if one of the two is of a later version; what was read is returned with it.
func ChangeSource(k ledger.Key, read, now ledger.Source) (Change, ledger.Source, error) {
	if read.Later || now.Later {
		return Change{}, read, ledger.ErrLater
	}
	now.Revision = read.Revision + 1
	return Change{SourceKey(k), encodeSource(read), encodeSource(now), read.Revision}, now, nil
}

// ChangeDestination returns the change that writes a destination's record, but for its outcome, and the record as it is
// then. The error is [ledger.ErrLater] if one of the two is of a later version; what was read is returned with it.
func ChangeDestination(k ledger.Key, read, now ledger.Destination) (Change, ledger.Destination, error) {
	if read.Later || now.Later {
		return Change{}, read, ledger.ErrLater
	}
	now.Outcome, now.Revision = read.Outcome, read.Revision+1
	return Change{DestinationKey(k), encodeDestination(read), encodeDestination(now), read.Revision}, now, nil
}

// differing returns the names of the attributes that the change sets or removes, sorted.
func (c Change) differing() []string {
	attributes := maps.Clone(c.read)
	maps.Copy(attributes, c.now)
	for name := range attributes {
		if reflect.DeepEqual(c.read[name], c.now[name]) {
			delete(attributes, name)
		}
	}
	return slices.Sorted(maps.Keys(attributes))
}

// madeBy reports whether a record is what the change has made of it: the reply was lost, and the SDK wrote again.
func (c Change) madeBy(there Item) bool {
	if members(there).number(attrRevision) != c.revision+1 {
		return false
	}
	for _, name := range remembered {
		if !reflect.DeepEqual(there[name], c.now[name]) {
			return false
		}
	}
	return true
}

// Apply returns the record after the change; there is the record as it is, nil if there is none. It is not modified.
// The error is [ErrOvertaken] if another has written the record since it was read, and [ledger.ErrLater] if the record
// is of a later version; the record is returned as it is then.
func (c Change) Apply(there Item) (Item, error) {
	version := there[attrVersion]
	switch {
	case isLater(there):
		return there, ledger.ErrLater
	case !reflect.DeepEqual(there[attrRevision], number(c.revision)),
		version != nil && !reflect.DeepEqual(version, number(ledger.Version)):
		if c.madeBy(there) {
			return there, nil
		}
		return there, ErrOvertaken
	}
	after := maps.Clone(c.Key)
	maps.Copy(after, there)
	for _, name := range c.differing() {
		after[name] = c.now[name]
	}
	after[attrRevision], after[attrVersion] = number(c.revision+1), number(ledger.Version)
	return compact(after), nil
}

// WithOutcome returns a destination's record with the outcome of a job; there is the record as it is, nil if there is
// none. It is not modified. The error is [ErrNoRecord] if there is none, and [ledger.ErrLater] if it is of a later
// version.
func WithOutcome(there Item, o ledger.Outcome) (Item, error) {
	switch {
	case len(there) == 0:
		return nil, ErrNoRecord
	case isLater(there):
		return there, ledger.ErrLater
	}
	after := maps.Clone(there)
	after[attrOutcome] = encodeOutcome(o)
	return compact(after), nil
}

// HoldIn returns whether the image of a destination's record is held; nil is no record. The error is [ledger.ErrLater]
// if the record is of a later version.
func HoldIn(there Item) (ledger.Hold, error) {
	if isLater(there) {
		return ledger.Hold{}, ledger.ErrLater
	}
	return DecodeDestination(there).Hold, nil
}
