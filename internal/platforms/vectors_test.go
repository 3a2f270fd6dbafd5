package platforms_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/opencontainers/go-digest"

	"ecrmirror/internal/platforms"
)

var update = flag.Bool("update", false, "write what the oracle computes to testdata/vectors.json")

// A vector is one line of testdata/vectors.json, which is published.
type vector struct {
	Index     string        `json:"index"`     // file in testdata/indexes
	Source    digest.Digest `json:"source"`    // its digest
	Platforms []string      `json:"platforms"` // that are wanted
	Wanted    digest.Digest `json:"wanted,omitempty"`
	Dropped   []string      `json:"dropped,omitempty"`
	Error     string        `json:"error,omitempty"` // none, or refused: instead of the above
}

const vectorsFile = "testdata/vectors.json"

func vectors(t *testing.T) (list []vector) {
	t.Helper()
	raw, err := os.ReadFile(vectorsFile)
	if err != nil {
		t.Fatal(err)
	}
	file := struct {
		Rule    string
		Vectors *[]vector
	}{Vectors: &list}
	if err := json.Unmarshal(raw, &file); err != nil || file.Rule != platforms.Rule {
		t.Fatal(file.Rule, err)
	}
	return list
}

// bytes returns the bytes of the vector's index.
func (v vector) bytes(t *testing.T) []byte {
	t.Helper()
	index, err := os.ReadFile(filepath.Join("testdata", "indexes", v.Index))
	if err != nil {
		t.Fatal(err)
	}
	return index
}

// TestVectors holds the package to the published vectors.
func TestVectors(t *testing.T) {
	list := vectors(t)
	for i, v := range list {
		index := v.bytes(t)
		if *update {
			list[i] = computed(t, v, index)
			continue
		}
		if got := digest.FromBytes(index); got != v.Source {
			t.Errorf("%s is %s, want %s: was it changed, or its line ends?", v.Index, got, v.Source)
		}
		got := trimmed(t, index, v)
		if !slices.Equal(got.Dropped, v.Dropped) || got.Wanted != v.Wanted || got.Error != v.Error {
			t.Errorf("%s for %s: %+v, want %+v", v.Index, v.Platforms, got, v)
		}
		if want := computed(t, v, index); want.Wanted != v.Wanted || want.Error != v.Error {
			t.Errorf("%s for %s: the oracle says %+v, want %+v", v.Index, v.Platforms, want, v)
		}
	}
	if *update {
		write(t, list)
	}
	files, err := filepath.Glob("testdata/indexes/*")
	for _, file := range files {
		if !slices.ContainsFunc(list, func(v vector) bool { return v.Index == filepath.Base(file) }) {
			t.Errorf("no vector has %s", file)
		}
	}
	if err != nil || len(files) < 40 || len(list) < 100 {
		t.Errorf("%d indexes, %d vectors, %v", len(files), len(list), err)
	}
}

// trimmed returns what the package makes of a vector.
func trimmed(t *testing.T, index []byte, v vector) (result vector) {
	t.Helper()
	got, err := filterOf(t, v.Platforms).Trim(index)
	var none *platforms.NoneError
	switch {
	case errors.As(err, &none):
		result.Error = "none"
	case err != nil:
		result.Error = "refused"
	}
	result.Wanted = got.Digest
	for _, e := range got.Dropped {
		result.Dropped = append(result.Dropped, e.Digest.String())
	}
	return result
}

// computed returns the vector as the oracle has it, which can't tell what is refused.
func computed(t *testing.T, v vector, index []byte) vector {
	t.Helper()
	result := vector{Index: v.Index, Source: digest.FromBytes(index), Platforms: v.Platforms}
	if strings.HasPrefix(v.Index, "refused-") {
		result.Error = "refused"
		return result
	}
	trimmed, dropped, err := oracle(t, index, v.Platforms)
	if err != nil {
		result.Error = err.Error()
		return result
	}
	result.Wanted, result.Dropped = digest.FromBytes(trimmed), dropped
	return result
}

// write writes vectors, one a line.
func write(t *testing.T, list []vector) {
	t.Helper()
	var b bytes.Buffer
	b.WriteString("{\n\"rule\": \"" + platforms.Rule + "\",\n\"vectors\": [\n")
	for i, v := range list {
		line, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		b.Write(line)
		if i+1 < len(list) {
			b.WriteByte(',')
		}
		b.WriteByte('\n')
	}
	b.WriteString("]\n}\n")
	if err := os.WriteFile(vectorsFile, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
}
