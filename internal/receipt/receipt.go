// Package receipt writes and reads receipts: signed statements of which image a destination was mirrored from, when and
// by which program, what was verified of it, and what was left out.
//
// A receipt is an in-toto statement in a DSSE envelope, in a Sigstore bundle, in a manifest whose subject is the image
// at the destination: the form of cosign's attestations, which generic tools read. docs/receipts.md says what a receipt
// proves and what it does not.
//
// It is pure. What it reads is from strangers, and bounded.
package receipt

import (
	"errors"
	"time"

	"github.com/opencontainers/go-digest"
)

// PredicateType says what the predicate of a receipt is. It is a name and no address: the domain .invalid belongs to
// nobody, now and later (RFC 2606), so that nobody can put something else there. docs/receipts.md describes it.
const PredicateType = "https://ecrmirror.invalid/receipt/v1"

// Limits on a receipt: above any real one.
const (
	MaxBundle   = 128 << 10 // bytes of a bundle
	MaxManifest = 64 << 10  // bytes of the manifest that it is in
	maxText     = 4 << 10   // bytes of a text
	maxProofs   = 256       // proofs of a receipt
	maxNames    = 256       // platforms of a receipt
)

var (
	// ErrMalformed says that something is no receipt, or can be read in two ways, or is larger than a receipt may be.
	ErrMalformed = errors.New("it is no receipt")
	// ErrOther says that something is sound as far as it was read, and is about something else than receipts.
	ErrOther = errors.New("it is something else than a receipt")
	// ErrSignature says that the key has not signed the receipt, or not with this content.
	ErrSignature = errors.New("the key has not signed it")
	// ErrSubject says that a receipt is for another image.
	ErrSubject = errors.New("it is for another image")
)

// A Receipt says that a destination held an image as a source had it.
type Receipt struct {
	// Repository is the name of the repository that the receipt was made for. The receipt counts wherever the image
	// is: it is copied along with it.
	Repository string
	Digest     digest.Digest // of the image at the destination: the receipt's subject
	Source     Source
	Time       time.Time // when it was made, in seconds
	Tool       Tool
	// Verified says what was verified of the source before it was copied; none = nothing was, nil = it is not said.
	Verified []Proof
	Trimmed  *Trimmed // what was left out; nil = nothing was
}

// A Source is the image that a destination was mirrored from.
type Source struct {
	Repository string        // its canonical name
	Tag        string        // by which it was asked for; "" if it was by its digest
	Digest     digest.Digest // that the source had
}

// A Tool is the program that made a receipt.
type Tool struct{ Name, Version, Commit string }

// A Proof is a piece of evidence that met a requirement. What does not apply to it is "", zero or nil.
type Proof struct {
	Requirement   string        // in words
	Kind          string        // of evidence: signature, attestation, bundle
	Artifact      digest.Digest // the manifest that the evidence is in
	Issuer        string        // of the identity that signed
	Identity      string        // that signed
	Key           string        // fingerprint of the key that signed
	PredicateType string        // of what was attested
	Time          time.Time     // when it was signed
	LogIndex      *int64        // in the transparency log
}

// A Trimmed says by what the index of a destination follows from the source's.
type Trimmed struct {
	Rule      string // such as trim/1
	Platforms []string
}

// SameAs reports whether two receipts are for one image, mirrored from one source: one is enough. The tag by which the
// source was asked for, and all else that a receipt says, do not count.
func (r Receipt) SameAs(other Receipt) bool {
	return r.Digest == other.Digest && r.Source.Repository == other.Source.Repository &&
		r.Source.Digest == other.Source.Digest
}
