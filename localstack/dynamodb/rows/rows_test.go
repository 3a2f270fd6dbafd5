package rows_test

import (
	"fmt"
	"iter"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"

	"ecrmirror/localstack/dynamodb/rows"
	"ecrmirror/localstack/dynamodb/value"
)

func partition(hash int) value.Value {
	return value.Value{Kind: value.S, Text: fmt.Sprint("partition-", hash)}
}

func key(hash, sort int) rows.Key {
	return rows.NewKey(partition(hash), value.Int(sort))
}

func item(hash, sort int) value.Item {
	return value.Item{"pk": partition(hash), "sk": value.Int(sort)}
}

func name(k rows.Key) string { return k.Hash.Text + "/" + k.Range.Text }

func names(all iter.Seq[rows.Row]) []string {
	var list []string
	for row := range all {
		list = append(list, name(row.Key))
	}
	return list
}

// fill puts and deletes at random, and returns the rows and the names that must be there.
func fill(t *testing.T) (*rows.Rows, map[string]rows.Key) {
	t.Helper()
	random := rand.New(rand.NewPCG(1, 2)) //nolint:gosec // a seed, so that it is the same every time
	var r rows.Rows
	want := map[string]rows.Key{}
	for range 1500 {
		hash, sort := random.IntN(20), random.IntN(40)-20
		k := key(hash, sort)
		if random.IntN(3) == 0 {
			r.Delete(k)
			delete(want, name(k))
			continue
		}
		r.Put(k, item(hash, sort))
		want[name(k)] = k
	}
	return &r, want
}

func TestRowsAreThoseThatWerePut(t *testing.T) {
	r, want := fill(t)
	bytes := 0
	for row := range r.Segment(0, 1, nil) {
		bytes += row.Size
		if r.Get(row.Key) == nil {
			t.Errorf("%s is not found by its key", name(row.Key))
		}
	}
	all := names(r.Segment(0, 1, nil))
	if r.Len() != len(want) || r.Bytes() != bytes {
		t.Errorf("%d rows of %d bytes, want %d of %d", r.Len(), r.Bytes(), len(want), bytes)
	}
	if slices.Sort(all); !slices.Equal(all, slices.Sorted(maps.Keys(want))) {
		t.Errorf("rows %v", all)
	}
	if r.Get(key(1000, 0)) != nil {
		t.Error("a row that was never put")
	}
}

func TestAScanGoesOnWhereItStopped(t *testing.T) {
	r, _ := fill(t)
	all := names(r.Segment(0, 1, nil))
	i := 0
	for row := range r.Segment(0, 1, nil) {
		i++
		if rest := names(r.Segment(0, 1, &row.Key)); !slices.Equal(rest, all[i:]) {
			t.Fatalf("after %s: %d rows, want %d", name(row.Key), len(rest), len(all)-i)
		}
	}
}

func TestSegmentsHaveAllRowsOnce(t *testing.T) {
	r, want := fill(t)
	for _, total := range []int{1, 2, 3, 7, 100} {
		var all []string
		for segment := range total {
			all = append(all, names(r.Segment(segment, total, nil))...)
		}
		if slices.Sort(all); !slices.Equal(all, slices.Sorted(maps.Keys(want))) {
			t.Errorf("%d segments have %d rows, want %d", total, len(all), len(want))
		}
	}
}

func TestAPartitionIsInTheOrderOfItsSortKeys(t *testing.T) {
	r, want := fill(t)
	for hash := range 22 {
		var keys []rows.Key
		for sort := -20; sort < 20; sort++ {
			if k, ok := want[name(key(hash, sort))]; ok {
				keys = append(keys, k)
			}
		}
		check := func(backward bool, past *rows.Key, keys []rows.Key) {
			t.Helper()
			var want []string
			for _, k := range keys {
				want = append(want, name(k))
			}
			if backward {
				slices.Reverse(want)
			}
			if got := names(r.Partition(key(hash, 0).Hash, backward, past)); !slices.Equal(got, want) {
				t.Errorf("partition %d backward=%v: %v, want %v", hash, backward, got, want)
			}
		}
		check(false, nil, keys)
		check(true, nil, keys)
		for i := range keys {
			check(false, &keys[i], keys[i+1:])
			check(true, &keys[i], keys[:i])
		}
		first, last := key(hash, -100), key(hash, 100)
		check(false, &first, keys)
		check(true, &last, keys)
		check(true, &first, nil)
		check(false, &last, nil)
	}
}
