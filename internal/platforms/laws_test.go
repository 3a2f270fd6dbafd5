package platforms_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/opencontainers/go-digest"

	"ecrmirror/internal/mirror/references"
	"ecrmirror/internal/platforms"
)

// TestLaws holds what is made of random indexes against the oracle, and to what must hold of any.
func TestLaws(t *testing.T) {
	m := maker{rand.New(rand.NewPCG(3, 4))}
	trims, nones := 0, 0
	const indexes = 1500
	for range indexes {
		index, texts := m.index(), m.filter()
		got, err := filterOf(t, texts).Trim(index)
		var none *platforms.NoneError
		if err != nil && !errors.As(err, &none) {
			t.Fatalf("%v of %q", err, index)
		}
		checkOracle(t, index, texts, got, err)
		if err != nil {
			nones++
			continue
		}
		if len(got.Dropped) > 0 {
			trims++
		}
		checkBytes(t, index, got)
		checkEngine(t, index, got)
		checkTwice(t, texts, got)
		checkOthers(t, m, index, texts, got)
	}
	if trims < indexes/6 || nones < indexes/6 {
		t.Errorf("%d of %d were trimmed, and %d had none", trims, indexes, nones)
	}
}

// checkOracle checks that the oracle comes to the same.
func checkOracle(t *testing.T, index []byte, texts []string, got platforms.Trimmed, err error) {
	t.Helper()
	want, dropped, wantErr := oracle(t, index, texts)
	if (err != nil) != (wantErr != nil) {
		t.Fatalf("%v, and the oracle says %v, of %q for %q", err, wantErr, index, texts)
	}
	if err == nil && (!bytes.Equal(got.Bytes, want) || !slices.Equal(digestsOf(got.Dropped), dropped)) {
		t.Fatalf("%q, and the oracle says %q, of %q for %q", got.Bytes, want, index, texts)
	}
}

func digestsOf(elements []platforms.Element) (digests []string) {
	for _, e := range elements {
		digests = append(digests, e.Digest.String())
	}
	return digests
}

// checkBytes checks that what is kept is the source's, byte for byte and in its order, and what is around it, too.
func checkBytes(t *testing.T, index []byte, got platforms.Trimmed) {
	t.Helper()
	before, after := spansOf(t, index), spansOf(t, got.Bytes)
	if len(before) != len(got.Kept)+len(got.Dropped) || len(after) != len(got.Kept) {
		t.Fatalf("%d elements became %d; %d are kept and %d dropped", len(before), len(after), len(got.Kept),
			len(got.Dropped))
	}
	if got.Digest != digest.FromBytes(got.Bytes) || (len(got.Dropped) == 0) != bytes.Equal(got.Bytes, index) {
		t.Fatalf("%s of %q, of %q", got.Digest, got.Bytes, index)
	}
	if len(after) == 0 {
		return
	}
	first, last := after[0], after[len(after)-1]
	if !bytes.Equal(got.Bytes[:first.begin], index[:before[0].begin]) ||
		!bytes.Equal(got.Bytes[last.end:], index[before[len(before)-1].end:]) {
		t.Fatalf("%q is changed around the list: %q", index, got.Bytes)
	}
	at := 0
	for i, element := range after {
		raw := got.Bytes[element.begin:element.end]
		for at < len(before) && !bytes.Equal(raw, index[before[at].begin:before[at].end]) {
			at++
		}
		if at == len(before) {
			t.Fatalf("element %q is not in %q, or in another place", raw, index)
		}
		var d described
		if err := json.Unmarshal(raw, &d); err != nil || d.Digest != got.Kept[i].Digest.String() {
			t.Fatalf("%q is said to be %s, %v", raw, got.Kept[i], err)
		}
		at++
	}
}

// checkEngine checks that the copy engine reads in the trimmed index what is kept, if it reads the source's.
func checkEngine(t *testing.T, index []byte, got platforms.Trimmed) {
	t.Helper()
	const mediaType = "application/vnd.oci.image.index.v1+json"
	if _, err := references.Parse(index, mediaType); err != nil {
		return
	}
	refs, err := references.Parse(got.Bytes, mediaType)
	if err != nil {
		t.Fatalf("the engine refuses %q: %v", got.Bytes, err)
	}
	read := map[string]int{}
	for _, instance := range refs.Instances {
		read[instance.String()]++
	}
	for _, blob := range slices.Concat(refs.Blobs, refs.Doubtful) {
		read[blob.Digest.String()]++
	}
	for _, e := range got.Kept {
		read[e.Digest.String()]--
	}
	for id, n := range read {
		if n != 0 {
			t.Fatalf("the engine reads %s %d times more, in %q", id, n, got.Bytes)
		}
	}
}

// checkTwice checks that trimming again changes nothing, and that the order of the filter does not count.
func checkTwice(t *testing.T, texts []string, got platforms.Trimmed) {
	t.Helper()
	reversed := slices.Clone(texts)
	slices.Reverse(reversed)
	again, err := filterOf(t, reversed).Trim(got.Bytes)
	if err != nil || again.Digest != got.Digest || len(again.Dropped) > 0 || !slices.Equal(again.Missing, got.Missing) {
		t.Fatalf("%q becomes %q, %v", got.Bytes, again.Bytes, err)
	}
}

// checkOthers holds the filter against others: of a wider one everything is kept that it keeps, and what it leaves of
// the wider one's index is what it leaves of the source's.
func checkOthers(t *testing.T, m maker, index []byte, texts []string, got platforms.Trimmed) {
	t.Helper()
	wider, err := platforms.Parse(slices.Concat(texts, m.filter()[:1])...)
	if err != nil {
		return // they have something in common
	}
	more, err := wider.Trim(index)
	if err != nil {
		t.Fatalf("%v of %q, and %s is enough", err, index, texts)
	}
	less, err := filterOf(t, texts).Trim(more.Bytes)
	if err != nil || !bytes.Equal(less.Bytes, got.Bytes) {
		t.Fatalf("%q for %s, then %s: %q, %v; at once %q", index, wider, texts, less.Bytes, err, got.Bytes)
	}
	all, err := platforms.Filter{}.Trim(index)
	if err != nil || &all.Bytes[0] != &index[0] || len(all.Dropped) > 0 {
		t.Fatalf("without a filter %q becomes %q, %v", index, all.Bytes, err)
	}
}
