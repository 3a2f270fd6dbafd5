package artifacts_test

import (
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"
	"unicode"

	"ecrmirror/internal/artifacts"
)

// FuzzIndex holds what is read of any bytes, and merged with them, against what encoding/json finds there.
func FuzzIndex(f *testing.F) {
	for _, seed := range []string{
		index(), index(entry(1, `,"size":3,"artifactType":"a/b"`), entry(2, "")), `{"manifests":null}`, `{`, `[]`,
		`{"manifests" : [ ` + entry(1, "") + ` ] ,"x":"]"}`, `{"manifests":[],"config":{}}`,
	} {
		f.Add([]byte(seed))
	}
	added := entryOf(f, 9, `{"artifactType":"a/b"}`)
	f.Fuzz(func(t *testing.T, document []byte) {
		before, err := artifacts.ParseIndex(document)
		checkPrintable(t, err)
		if err != nil {
			return
		}
		for _, a := range before {
			if a.Digest.Validate() != nil || a.Size < -1 {
				t.Fatalf("%+v", a)
			}
		}
		merged, err := artifacts.Merge(document, added)
		if errors.Is(err, artifacts.ErrMany) {
			return
		}
		after, err2 := artifacts.ParseIndex(merged)
		if err != nil || err2 != nil || len(after) < len(before) || len(after) > len(before)+1 ||
			len(before) > 0 && !reflect.DeepEqual(after[:len(before)], before) || !has(after, added) {
			t.Fatalf("%q becomes %q: %v, %v", document, merged, err, err2)
		}
		checkRest(t, document, merged)
	})
}

func has(list []artifacts.Artifact, e artifacts.Entry) bool {
	for _, a := range list {
		if a.Digest == e.Digest() {
			return true
		}
	}
	return false
}

// checkRest checks that all that stood in an index still does, but for what is at the end of its list.
func checkRest(t *testing.T, before, after []byte) {
	t.Helper()
	var old, merged map[string]json.RawMessage
	if json.Unmarshal(before, &old) != nil || json.Unmarshal(after, &merged) != nil || len(old) != len(merged) {
		t.Fatalf("%q becomes %q", before, after)
	}
	for name, value := range old {
		var was, is []json.RawMessage
		switch {
		case name != "manifests" && string(merged[name]) != string(value):
			t.Fatalf("%q of %q becomes %q", name, before, merged[name])
		case name != "manifests":
		case json.Unmarshal(value, &was) != nil || json.Unmarshal(merged[name], &is) != nil || len(is) < len(was):
			t.Fatalf("%q becomes %q", value, merged[name])
		}
		for i := range was {
			if string(was[i]) != string(is[i]) {
				t.Fatalf("%q becomes %q", was[i], is[i])
			}
		}
	}
}

// FuzzDescribe holds what a manifest is read as against what encoding/json finds there.
func FuzzDescribe(f *testing.F) {
	f.Add([]byte(`{"artifactType":"a/b","config":{"mediaType":"c/d"},"subject":{"digest":"` + sha256.String() + `"}}`))
	f.Add([]byte(`{"config":{"mediaType":"c/d"},"annotations":{"a":"b"}}`))
	f.Add([]byte(`{"Subject":{}}`))
	f.Fuzz(func(t *testing.T, manifest []byte) {
		got, err := artifacts.Describe(manifest)
		checkPrintable(t, err)
		if err != nil {
			return
		}
		var want struct {
			ArtifactType string
			Config       struct{ MediaType string }
			Subject      struct{ Digest string }
		}
		if err := json.Unmarshal(manifest, &want); err != nil {
			t.Fatalf("%q: %v", manifest, err)
		}
		if want.ArtifactType == "" {
			want.ArtifactType = want.Config.MediaType
		}
		if got.Type != want.ArtifactType || got.Subject.String() != want.Subject.Digest {
			t.Fatalf("%q: %+v, want %+v", manifest, got, want)
		}
		if e, err := got.Entry("m/t", nth(1), 1); err != nil || !json.Valid(merge(t, e)) {
			t.Fatalf("%q: %v", manifest, err)
		}
	})
}

func merge(t *testing.T, e artifacts.Entry) []byte {
	t.Helper()
	index, err := artifacts.Merge(nil, e)
	if errors.Is(err, artifacts.ErrMany) {
		return []byte("{}")
	}
	if err != nil {
		t.Fatal(err)
	}
	return index
}

// FuzzParse: what is taken means the same when it is written again, and nothing that is quoted is harmful.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{"all", "none", "signatures\n.sig", "a/*\nb/c", "x", "a/b;c=\"d\""} {
		f.Add(seed, "a/b")
	}
	f.Fuzz(func(t *testing.T, text, artifactType string) {
		filter, err := artifacts.Parse(strings.Split(text, "\n")...)
		checkPrintable(t, err)
		if err != nil {
			return
		}
		again, err := artifacts.Parse(filter.Texts()...)
		if err != nil || again != filter {
			t.Fatalf("%q: %s is read as %s, %v", text, filter, again, err)
		}
		filter.Judge(artifacts.Artifact{Type: artifactType})
	})
}

// checkPrintable checks that an error says nothing that steers a terminal.
func checkPrintable(t *testing.T, err error) {
	t.Helper()
	if err == nil {
		return
	}
	for line := range strings.SplitSeq(err.Error(), "\n") {
		if strings.ContainsFunc(line, unicode.IsControl) {
			t.Fatalf("%q", line)
		}
	}
}
