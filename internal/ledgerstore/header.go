package ledgerstore

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"go.etcd.io/bbolt"
)

// The buckets of a file. The header has one value, at the key of its own name; an item has the key of keyOf, and is as
// [ledgerfile.Marshal] writes it.
var (
	bucketHeader = []byte("header")
	bucketItems  = []byte("items")
)

// A header says what a file is.
type header struct {
	Format  string `json:"format"`
	Version int    `json:"version"` // of the file; each record has one of its own
}

const (
	format  = "ecrmirror ledger"
	version = 1
)

// magic is what a file of bbolt has at magicAt, in the order of bytes of the machine, which is little-endian wherever
// this program runs (bbolt, internal/common: Magic, and PageHeaderSize).
const (
	magic   uint32 = 0xED0CDAED
	magicAt int64  = 16
)

// examine returns an error for a path at which there can be no ledger. It looks before bbolt opens the file, which may
// wait for a pipe, and on Windows makes any file longer.
func examine(path string) error {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		if _, err := os.Stat(filepath.Dir(path)); err != nil {
			return fmt.Errorf("its folder: %w", failed(err))
		}
		return nil
	case err != nil:
		return failed(err)
	case info.IsDir():
		return fmt.Errorf("%w: it is a folder", ErrNotLedger)
	case !info.Mode().IsRegular():
		return fmt.Errorf("%w: it is a device or a pipe", ErrNotLedger)
	case info.Size() == 0:
		return nil
	}
	file, err := os.Open(path)
	if err != nil {
		return failed(err)
	}
	defer func() { _ = file.Close() }()
	var found [4]byte
	switch _, err := file.ReadAt(found[:], magicAt); {
	case err != nil && !errors.Is(err, io.EOF):
		return failed(err)
	case binary.LittleEndian.Uint32(found[:]) != magic:
		return fmt.Errorf("%w: name another file", ErrNotLedger)
	}
	return nil
}

// failed returns the cause of an error of the operating system, without the path.
func failed(err error) error {
	if about, ok := errors.AsType[*fs.PathError](err); ok {
		return about.Err
	}
	return err
}

// begin looks whether a file is a ledger that this program understands, and makes one of a file that has nothing yet.
func begin(db *bbolt.DB, file *os.File) error {
	isNew := false
	err := db.View(func(tx *bbolt.Tx) error {
		info, err := file.Stat()
		switch {
		case err != nil:
			return err
		case info.Size() < tx.Size():
			return fmt.Errorf("%w (it has %d bytes of %d)", ErrDamaged, info.Size(), tx.Size())
		}
		first, _ := tx.Cursor().First()
		isNew = first == nil
		return nil
	})
	if err != nil {
		return err
	}
	if !isNew {
		return db.View(understood)
	}
	return db.Update(func(tx *bbolt.Tx) error {
		text, err := json.Marshal(header{format, version})
		if err != nil {
			return err
		}
		headers, err := tx.CreateBucket(bucketHeader)
		if err != nil {
			return err
		}
		if _, err := tx.CreateBucket(bucketItems); err != nil {
			return err
		}
		return headers.Put(bucketHeader, text)
	})
}

// understood returns an error unless the file is a ledger of this version.
func understood(tx *bbolt.Tx) error {
	var h header
	if headers := tx.Bucket(bucketHeader); headers != nil {
		_ = json.Unmarshal(headers.Get(bucketHeader), &h) // what it is not is no ledger
	}
	switch {
	case h.Format != format:
		return fmt.Errorf("%w: another program keeps something in it", ErrNotLedger)
	case h.Version != version:
		return fmt.Errorf("%w: its format is version %d, and this program knows %d", ErrLaterFile, h.Version, version)
	case tx.Bucket(bucketItems) == nil:
		return fmt.Errorf("%w (it has no %s)", ErrDamaged, bucketItems)
	}
	return nil
}
