// Package rows keeps a table's items in the order in which DynamoDB reads them: by a hash of the
// partition key, and within a partition by the sort key.
package rows

import (
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"iter"
	"slices"

	"ecrmirror/localstack/dynamodb/value"
)

// A Key is an item's. Range has no kind where the table has no sort key.
type Key struct {
	Hash, Range value.Value

	place uint32 // of the partition, among all that there could be
}

// NewKey returns the key of these values. The second is the zero Value where there is no sort key.
func NewKey(hash, sort value.Value) Key {
	sum := sha256.Sum256([]byte(hash.Text))
	return Key{Hash: hash, Range: sort, place: binary.BigEndian.Uint32(sum[:])}
}

func (k Key) compare(l Key) int {
	if c := k.comparePartition(l); c != 0 {
		return c
	}
	return k.Range.Compare(l.Range)
}

func (k Key) comparePartition(l Key) int {
	return cmp.Or(cmp.Compare(k.place, l.place), k.Hash.Compare(l.Hash))
}

// In tells whether the key is in this one of so many segments of equal size.
func (k Key) In(segment, total int) bool {
	return int(uint64(k.place)*uint64(total)>>32) == segment
}

// A Row is an item with its key and its size in bytes.
type Row struct {
	Key  Key
	Item value.Item
	Size int
}

// shelves is how many lists the rows are kept in, each in order: a new row moves those of its list alone.
const shelves = 256

// Rows are a table's. The zero value has none. They are not safe for concurrent use; the items may be read at any time.
type Rows struct {
	lists [shelves][]Row
	count int
	bytes int
}

// Len is how many rows there are.
func (r *Rows) Len() int { return r.count }

// Bytes is the size of all of them.
func (r *Rows) Bytes() int { return r.bytes }

func (r *Rows) find(k Key) (list *[]Row, at int, found bool) {
	list = &r.lists[k.place>>24]
	at, found = slices.BinarySearchFunc(*list, k, func(row Row, k Key) int { return row.Key.compare(k) })
	return list, at, found
}

// Get returns the item of a key; nil if there is none.
func (r *Rows) Get(k Key) value.Item {
	if list, at, found := r.find(k); found {
		return (*list)[at].Item
	}
	return nil
}

// Put keeps an item in the place of the one of its key.
func (r *Rows) Put(k Key, item value.Item) {
	list, at, found := r.find(k)
	row := Row{Key: k, Item: item, Size: item.Size()}
	if found {
		r.bytes -= (*list)[at].Size
		(*list)[at] = row
	} else {
		*list = slices.Insert(*list, at, row)
		r.count++
	}
	r.bytes += row.Size
}

// Delete takes the item of a key away, if there is one.
func (r *Rows) Delete(k Key) {
	if list, at, found := r.find(k); found {
		r.bytes -= (*list)[at].Size
		r.count--
		*list = slices.Delete(*list, at, at+1)
	}
}

// Segment iterates the rows of one of so many segments, in order, those after a key if there is one.
func (r *Rows) Segment(segment, total int, after *Key) iter.Seq[Row] {
	return func(yield func(Row) bool) {
		for n := range r.lists {
			list := r.lists[n]
			if after != nil {
				if n < int(after.place>>24) {
					continue
				}
				if n == int(after.place>>24) {
					list = list[r.past(*after):]
				}
			}
			for _, row := range list {
				if row.Key.In(segment, total) && !yield(row) {
					return
				}
			}
		}
	}
}

// Partition iterates the rows of one partition in the order of their sort keys, or against it;
// those past a key if there is one.
func (r *Rows) Partition(hash value.Value, backward bool, past *Key) iter.Seq[Row] {
	partition := NewKey(hash, value.Value{})
	list := r.lists[partition.place>>24]
	first, _ := slices.BinarySearchFunc(list, partition,
		func(row Row, k Key) int { return row.Key.comparePartition(k) })
	last := first
	for last < len(list) && list[last].Key.comparePartition(partition) == 0 {
		last++
	}
	switch {
	case past != nil && backward:
		_, at, _ := r.find(*past)
		last = max(first, min(last, at))
	case past != nil:
		first = min(last, max(first, r.past(*past)))
	}
	rows := list[first:last]
	return func(yield func(Row) bool) {
		for i := range rows {
			if backward {
				i = len(rows) - 1 - i
			}
			if !yield(rows[i]) {
				return
			}
		}
	}
}

// past is where in its list the rows begin that are after a key.
func (r *Rows) past(k Key) int {
	_, at, found := r.find(k)
	if found {
		at++
	}
	return at
}

// Equal tells whether the keys are the same.
func (k Key) Equal(l Key) bool { return k.compare(l) == 0 }
