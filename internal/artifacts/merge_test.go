package artifacts_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"ecrmirror/internal/artifacts"
)

// entryOf is the entry of a manifest whose digest is the n-th.
func entryOf(t testing.TB, n int, manifest string) artifacts.Entry {
	t.Helper()
	m, err := artifacts.Describe([]byte(manifest))
	if err != nil {
		t.Fatal(err)
	}
	e, err := m.Entry("m/t", nth(n), 5)
	if err != nil || e.Digest() != nth(n) {
		t.Fatal(e, err)
	}
	return e
}

func TestAnEntryIsWhatTheSpecificationAsksFor(t *testing.T) {
	for manifest, want := range map[string]string{
		`{"artifactType":"a/b","annotations":{"k":"v","l":"<"}}`: `,"annotations":{"k":"v","l":"\u003c"},"artifactType":"a/b"`,
		`{"config":{"mediaType":"c/d"},"annotations":{}}`:        `,"annotations":{},"artifactType":"c/d"`,
		`{"manifests":[]}`: ``,
	} {
		got, err := artifacts.Merge(nil, entryOf(t, 1, manifest))
		want = index(fmt.Sprintf(`{"mediaType":"m/t","digest":%q,"size":5%s}`, nth(1), want))
		if err != nil || string(got) != want {
			t.Errorf("%s: %s, %v", manifest, got, err)
		}
	}
}

// What others wrote stays as it is.
func TestMergeChangesNothingElse(t *testing.T) {
	e := entryOf(t, 9, `{}`)
	added := fmt.Sprintf(`{"mediaType":"m/t","digest":%q,"size":5}`, nth(9))
	other := entry(1, `, "annotations" : {"a":"\u003c"}, "data":"" , "x":[ 1.50 ]`)
	for before, want := range map[string]string{
		index(other):               index(other + "," + added),
		index(other, entry(2, "")): index(other, entry(2, "")+","+added),
		index():                    index(added),
		" {\"manifests\" : [ \n ] , \"x\":\"]\" }\n": " {\"manifests\" : [" + added + "] , \"x\":\"]\" }\n",
		`{"mediaType":"` + artifacts.IndexType + `","manifests":null,"annotations":{"b":"c"}}`: `{"mediaType":"` +
			artifacts.IndexType + `","manifests":[` + added + `],"annotations":{"b":"c"}}`,
		"{\"manifests\":[ " + other + " \n]}":    "{\"manifests\":[ " + other + "," + added + " \n]}",
		index(entry(9, `,"artifactType":"old"`)): index(entry(9, `,"artifactType":"old"`)),
	} {
		got, err := artifacts.Merge([]byte(before), e)
		if err != nil || string(got) != want {
			t.Errorf("%s: %s, %v; want %s", before, got, err, want)
		}
		again, err := artifacts.Merge(got, e)
		if err != nil || string(again) != want {
			t.Errorf("%s: another time: %s, %v", before, again, err)
		}
	}
}

func TestWhatCannotBeMerged(t *testing.T) {
	full := make([]string, artifacts.MaxReferrers)
	for i := range full {
		full[i] = entry(i+10, "")
	}
	const room = 50 // bytes, which are too few for another
	long := index(entry(1, ""))
	long = index(entry(1, strings.Repeat(" ", artifacts.MaxIndex-room-len(long))))
	for before, want := range map[string]error{
		`{}`:           artifacts.ErrNoIndex,
		index(full...): artifacts.ErrMany,
		long:           artifacts.ErrMany,
	} {
		if got, err := artifacts.Merge([]byte(before), entryOf(t, 9, `{}`)); got != nil || !errors.Is(err, want) {
			t.Errorf("%.60s: %v", before, err)
		}
	}
}
