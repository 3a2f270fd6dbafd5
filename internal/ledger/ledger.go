// Package ledger says what is remembered of each image: at its source, which digest it has and since when; at each
// destination, whose it is, what it should have, which job is about it and what became of that. It decides what follows
// for the next check: whether a job may be submitted, and when again after one that failed. It only computes; package
// ledgertable keeps the records in DynamoDB.
//
// A record belongs to an image and not to an entry, so that renaming or splitting an entry loses nothing.
package ledger

import (
	"cmp"
	"strings"

	"ecrmirror/internal/imagename"
)

// Version is the version of the records that this program writes and understands. A record of a later one is left
// alone, and its image with it.
const Version = 1

// A Key names the image that a record is about.
type Key struct {
	Repository string // as [imagename.Name.Place] has it, however the image was written
	Tag        string // its tag; of an image without one its digest, after an @
}

// KeyOf returns the key of an image.
func KeyOf(name imagename.Name) Key {
	key := Key{Repository: name.Place(), Tag: name.Tag}
	if name.Tag == "" {
		key.Tag = "@" + name.Digest.String()
	}
	return key
}

// Compare orders keys by repository and tag.
func (k Key) Compare(other Key) int {
	return cmp.Or(cmp.Compare(k.Repository, other.Repository), cmp.Compare(k.Tag, other.Tag))
}

// String returns the name of the image, in the form that all its spellings share.
func (k Key) String() string {
	if strings.HasPrefix(k.Tag, "@") {
		return k.Repository + k.Tag
	}
	return k.Repository + ":" + k.Tag
}
