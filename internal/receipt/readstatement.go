package receipt

import (
	"errors"
	"fmt"
	"time"

	"github.com/opencontainers/go-digest"

	"ecrmirror/internal/jsonscan"
)

// ReadStatement reads the in-toto statement of a receipt. Members that it does not know are passed over, as in-toto has
// it. It is [ErrOther] for a statement of another type, and [ErrMalformed] for what is none.
func ReadStatement(document []byte) (r Receipt, err error) {
	root, err := checked(document, MaxBundle)
	if err != nil {
		return Receipt{}, err
	}
	var kind, predicateType string
	var subject, body jsonscan.Value
	err = eachMember(root, members{
		"_type": into(&kind), "predicateType": into(&predicateType),
		"subject": keep(&subject), "predicate": keep(&body),
	})
	switch {
	case err != nil:
		return Receipt{}, malformed(err)
	case kind != statementType:
		return Receipt{}, malformed(fmt.Errorf("_type: %s, and not %s", quoted(kind), statementType))
	case predicateType != PredicateType:
		return Receipt{}, fmt.Errorf("%w: its predicateType is %s", ErrOther, quoted(predicateType))
	}
	if r.Repository, r.Digest, err = readSubject(subject); err != nil {
		return Receipt{}, malformed(fmt.Errorf("subject: %w", err))
	}
	if err := r.readPredicate(body); err != nil {
		return Receipt{}, malformed(fmt.Errorf("predicate: %w", err))
	}
	return r, nil
}

var errNotOne = errors.New("one is wanted")

// readSubject reads the one subject.
func readSubject(list jsonscan.Value) (name string, d digest.Digest, err error) {
	n := 0
	for element := range list.Elements() {
		if n++; n > 1 {
			return "", "", errNotOne
		}
		if name, _, d, err = readResource(element); err != nil {
			return "", "", err
		}
	}
	if n == 0 {
		return "", "", errNotOne
	}
	return name, d, nil
}

// readResource reads a name and a digest, which it must have, and a tag.
func readResource(value jsonscan.Value) (name, tag string, d digest.Digest, err error) {
	err = eachMember(value, members{
		"name": into(&name), "tag": into(&tag),
		"digest": func(v jsonscan.Value) (err error) { d, err = digestIn(v); return err },
	})
	switch {
	case err != nil:
		return "", "", "", err
	case name == "":
		return "", "", "", fmt.Errorf("name: %w", errMissing)
	case d == "":
		return "", "", "", fmt.Errorf("digest: %w", errMissing)
	}
	return name, tag, d, nil
}

// digestIn reads a set of one digest.
func digestIn(set jsonscan.Value) (d digest.Digest, err error) {
	if !set.IsObject() {
		return "", jsonscan.ErrNoObject
	}
	for name, value := range set.Members() {
		algorithm, err := textOf(jsonscan.Value(name))
		if err != nil {
			return "", err
		}
		encoded, err := textOf(value)
		switch {
		case err != nil:
			return "", err
		case d != "":
			return "", errNotOne
		}
		if d = digest.Digest(algorithm + ":" + encoded); d.Validate() != nil {
			return "", fmt.Errorf("%s is no digest", quoted(d.String()))
		}
	}
	return d, nil
}

func (r *Receipt) readPredicate(value jsonscan.Value) error {
	var at string
	err := eachMember(value, members{
		"source": func(v jsonscan.Value) (err error) {
			r.Source.Repository, r.Source.Tag, r.Source.Digest, err = readResource(v)
			return err
		},
		"time": into(&at),
		"tool": func(v jsonscan.Value) error {
			return eachMember(v, members{
				"name": into(&r.Tool.Name), "version": into(&r.Tool.Version), "commit": into(&r.Tool.Commit),
			})
		},
		"verified": func(v jsonscan.Value) (err error) { r.Verified, err = readProofs(v); return err },
		"trimmed":  func(v jsonscan.Value) (err error) { r.Trimmed, err = readTrimmed(v); return err },
	})
	if err != nil {
		return err
	}
	if r.Time, err = timeOf(at); err != nil || r.Time.IsZero() {
		return fmt.Errorf("time: %w", errNoTime)
	}
	return r.check()
}

// check refuses what no receipt says.
func (r *Receipt) check() error {
	switch {
	case r.Source.Digest == "":
		return fmt.Errorf("source: %w", errMissing)
	case r.Tool.Name == "" || r.Tool.Version == "":
		return fmt.Errorf("tool: %w", errMissing)
	case r.Trimmed == nil && r.Source.Digest != r.Digest && r.Source.Digest.Algorithm() == r.Digest.Algorithm():
		return fmt.Errorf("source %s is not the subject %s, and nothing was left out", r.Source.Digest, r.Digest)
	}
	return nil
}

// readProofs reads a list, and returns one that is not nil.
func readProofs(list jsonscan.Value) ([]Proof, error) {
	if !list.IsArray() {
		return nil, errNoList
	}
	proofs := []Proof{}
	for element := range list.Elements() {
		if len(proofs) == maxProofs {
			return nil, fmt.Errorf("more than %d", maxProofs)
		}
		p, err := readProof(element)
		if err != nil {
			return nil, fmt.Errorf("%d: %w", len(proofs), err)
		}
		proofs = append(proofs, p)
	}
	return proofs, nil
}

func readProof(value jsonscan.Value) (p Proof, err error) {
	var artifact, at string
	err = eachMember(value, members{
		"requirement": into(&p.Requirement), "kind": into(&p.Kind), "artifact": into(&artifact), "issuer": into(&p.Issuer),
		"identity": into(&p.Identity), "key": into(&p.Key), "predicateType": into(&p.PredicateType), "time": into(&at),
		"logIndex": func(v jsonscan.Value) (err error) { p.LogIndex, err = numberOf(v); return err },
	})
	if err != nil {
		return Proof{}, err
	}
	if p.Artifact = digest.Digest(artifact); artifact != "" && p.Artifact.Validate() != nil {
		return Proof{}, fmt.Errorf("artifact: %s is no digest", quoted(artifact))
	}
	if p.Time, err = timeOf(at); err != nil {
		return Proof{}, fmt.Errorf("time: %w", err)
	}
	return p, nil
}

func readTrimmed(value jsonscan.Value) (*Trimmed, error) {
	var t Trimmed
	err := eachMember(value, members{
		"rule":      into(&t.Rule),
		"platforms": func(v jsonscan.Value) (err error) { t.Platforms, err = textsOf(v); return err },
	})
	if err == nil && (t.Rule == "" || len(t.Platforms) == 0) {
		err = errMissing
	}
	return &t, err
}

// timeOf reads a time in UTC, zero for "".
func timeOf(text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	t, err := time.Parse(time.RFC3339, text)
	if err != nil || t.Location() != time.UTC {
		return time.Time{}, errNoTime
	}
	return t, nil
}
