package ledgerstore_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"go.etcd.io/bbolt"

	"ecrmirror/internal/ledger"
	"ecrmirror/internal/ledgerstore"
)

// What is written is there when the file is opened again, for its owner alone.
func TestAFileKeepsWhatIsWritten(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ledger.db")
	wrote := ledger.Destination{}
	for range 3 {
		s, err := ledgerstore.Open(t.Context(), path)
		if err != nil {
			t.Fatal(err)
		}
		got, err := s.ReadDestination(t.Context(), key)
		if err != nil || got != wrote {
			t.Errorf("%+v, %v", got, err)
		}
		next := full
		next.Hold.Because = "it crashes"
		next.Failure.Times += int(got.Revision)
		if wrote, err = s.WriteDestination(t.Context(), key, got, next); err != nil {
			t.Fatal(err)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		if _, err := s.ReadHold(t.Context(), key); !errors.Is(err, ledgerstore.ErrClosed) {
			t.Errorf("closed: %v", err)
		}
		if err := s.WriteOutcome(t.Context(), key, outcome); !errors.Is(err, ledgerstore.ErrClosed) {
			t.Errorf("closed: %v", err)
		}
	}
	if info, err := os.Stat(path); err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
}

// bolt makes a file of bbolt, with a header unless it is "".
func bolt(t *testing.T, path, header string) {
	t.Helper()
	db, err := bbolt.Open(path, 0o600, nil)
	if err == nil {
		err = db.Update(func(tx *bbolt.Tx) error {
			name := "header"
			if header == "" {
				name = "buckets of others"
			}
			b, err := tx.CreateBucket([]byte(name))
			if err != nil {
				return err
			}
			return b.Put([]byte("header"), []byte(header))
		})
	}
	if err := errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}
}

// cut makes a ledger of which the end is missing.
func cut(t *testing.T, path string, left int64) {
	t.Helper()
	s := open(t, path)
	for n := range 200 {
		k := ledger.Key{Repository: "r.io/app", Tag: strings.Repeat("x", n+1)}
		if _, err := s.WriteDestination(t.Context(), k, ledger.Destination{}, full); err != nil {
			t.Fatal(err)
		}
	}
	whole, err := os.ReadFile(path)
	if err == nil {
		err = os.Remove(path) // of the open one nothing is cut off
	}
	if err == nil {
		err = os.WriteFile(path, whole[:left], 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// TestOtherFilesAreLeftAlone opens what is no ledger of this version. The error says what it is, and nothing of it
// changes.
func TestOtherFilesAreLeftAlone(t *testing.T) {
	write := func(content string) func(*testing.T, string) {
		return func(t *testing.T, path string) {
			if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, c := range []struct {
		what string
		make func(t *testing.T, path string)
		want error
		text string
	}{
		{"a short text", write("entries: []\n"), ledgerstore.ErrNotLedger, "name another file"},
		{"a long text", write(strings.Repeat("entries: []\n", 5000)), ledgerstore.ErrNotLedger, "name another file"},
		{"zeros", write(strings.Repeat("\x00", 1<<16)), ledgerstore.ErrNotLedger, "name another file"},
		{"one byte", write("x"), ledgerstore.ErrNotLedger, "name another file"},
		{"a database's first bytes", write(strings.Repeat("\xed\xda\x0c\xed", 1<<14)), ledgerstore.ErrDamaged, ""},
		{"a folder", func(t *testing.T, path string) {
			if err := os.Mkdir(path, 0o700); err != nil {
				t.Fatal(err)
			}
		}, ledgerstore.ErrNotLedger, "a folder"},
		{"another program's", func(t *testing.T, path string) { bolt(t, path, "") }, ledgerstore.ErrNotLedger, "another program"},
		{
			"another format", func(t *testing.T, path string) { bolt(t, path, `{"format":"x","version":1}`) },
			ledgerstore.ErrNotLedger, "another program",
		},
		{"no header", func(t *testing.T, path string) { bolt(t, path, `{`) }, ledgerstore.ErrNotLedger, "another program"},
		{"a later version", func(t *testing.T, path string) {
			bolt(t, path, `{"format":"ecrmirror ledger","version":2}`)
		}, ledgerstore.ErrLaterFile, "its format is version 2, and this program knows 1"},
		{"a ledger without items", func(t *testing.T, path string) {
			bolt(t, path, `{"format":"ecrmirror ledger","version":1}`)
		}, ledgerstore.ErrDamaged, "items"},
		{"no folder", func(t *testing.T, path string) {
			if err := os.Remove(filepath.Dir(path)); err != nil {
				t.Fatal(err)
			}
		}, os.ErrNotExist, "its folder"},
		{"half a ledger", func(t *testing.T, path string) { cut(t, path, 40<<10) }, ledgerstore.ErrDamaged, ""},
		{"a page of a ledger", func(t *testing.T, path string) { cut(t, path, 4<<10) }, ledgerstore.ErrDamaged, "too small"},
		{"pages of a ledger", func(t *testing.T, path string) { cut(t, path, 8<<10) }, ledgerstore.ErrDamaged, ""},
	} {
		t.Run(c.what, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "folder", "file")
			if err := os.Mkdir(filepath.Dir(path), 0o700); err != nil {
				t.Fatal(err)
			}
			c.make(t, path)
			before, _ := os.ReadFile(path)
			_, err := ledgerstore.Open(t.Context(), path)
			if !errors.Is(err, c.want) || !strings.Contains(err.Error(), c.text) ||
				strings.Count(err.Error(), path) != 1 {
				t.Errorf("got %v, want %v", err, c.want)
			}
			if after, _ := os.ReadFile(path); !bytes.Equal(before, after) {
				t.Error("it was changed")
			}
			t.Log(err)
		})
	}
}

// An empty file is a new ledger: mktemp makes such. So is one in which nothing was kept yet, as of a program that was
// killed.
func TestEmptyFilesAreNewLedgers(t *testing.T) {
	empty, bare := filepath.Join(t.TempDir(), "empty"), filepath.Join(t.TempDir(), "bare")
	if err := os.WriteFile(empty, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	db, err := bbolt.Open(bare, 0o600, nil)
	if err := errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{empty, bare} {
		if got, err := open(t, path).ReadDestination(t.Context(), key); err != nil || got != (ledger.Destination{}) {
			t.Errorf("%+v, %v", got, err)
		}
	}
}

// Who waits for a file that another has open is not kept from ending.
func TestWaitingEndsWithItsContext(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ledger.db")
	open(t, path)
	ctx, end := context.WithCancel(t.Context())
	end()
	if _, err := ledgerstore.Open(ctx, path); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}
