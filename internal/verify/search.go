package verify

import (
	"context"
	"errors"
	"fmt"

	"github.com/opencontainers/go-digest"

	"ecrmirror/internal/artifacts"
	"ecrmirror/internal/printable"
	"ecrmirror/internal/verify/evidence"
	"ecrmirror/internal/verify/sigstore"
	"ecrmirror/internal/verify/verdict"
)

// A search goes through what is signed about one manifest, until all needs are met.
type search struct {
	verifier *Verifier
	at       evidence.Place
	root     digest.Digest
	needs    []*need
	unread   []error
	left     int // pieces that may be looked at
	passed   int // artifacts that were not looked at, or not to their end
}

// through reads the artifacts of a list one after the other. What can't be read is refused, and may be no more than
// what somebody left there: only the end of the context is an error.
func (s *search) through(ctx context.Context, list []artifacts.Artifact) error {
	candidates, passed := candidatesIn(list)
	s.passed = passed
	for i, a := range candidates {
		if s.isDone() {
			return nil
		}
		pieces, more, err := evidence.Read(ctx, s.at, a.Digest)
		if err != nil {
			if err := s.cantRead(ctx, evidence.Piece{Artifact: a.Digest}, err); err != nil {
				return err
			}
			continue
		}
		if share := s.left / (len(candidates) - i); len(pieces) > share {
			pieces, more = pieces[:share], true
		}
		if more {
			s.passed++
		}
		if err := s.pieces(ctx, pieces); err != nil {
			return err
		}
	}
	return nil
}

// pieces reads pieces of one artifact.
func (s *search) pieces(ctx context.Context, pieces []evidence.Piece) error {
	for _, piece := range pieces {
		if s.isDone() {
			return nil
		}
		s.left--
		if err := s.piece(ctx, piece); err != nil {
			return err
		}
	}
	return nil
}

func (s *search) isDone() bool {
	for _, n := range s.needs {
		if n.proof == nil {
			return false
		}
	}
	return true
}

// piece reads a piece of evidence, and judges it by all needs that are not met yet.
func (s *search) piece(ctx context.Context, piece evidence.Piece) error {
	if piece.Err != nil {
		return s.cantRead(ctx, piece, piece.Err)
	}
	if err := s.verifier.turns.Acquire(ctx, piece.Size); err != nil {
		return err
	}
	defer s.verifier.turns.Release(piece.Size)
	content, err := evidence.Content(ctx, s.at, piece)
	if err != nil {
		return s.cantRead(ctx, piece, err)
	}
	claim, err := sigstore.Read(piece, content)
	if err != nil {
		return s.cantRead(ctx, piece, err)
	}
	for _, n := range s.needs {
		if n.proof != nil {
			continue
		}
		proof, refused := s.verifier.judge.Judge(claim, s.root, n.rule, n.unmet.PredicateType)
		if refused != nil {
			n.unmet.Refuse(*refused)
			continue
		}
		n.proof = proof
	}
	return nil
}

// longestDetail is how many bytes are told of why something can't be read.
const longestDetail = 300

// cantRead notes that a piece of evidence, or an artifact, can't be read.
func (s *search) cantRead(ctx context.Context, piece evidence.Piece, err error) error {
	if ctx.Err() != nil {
		return fmt.Errorf("reading what is signed: %w", err)
	}
	if !errors.Is(err, evidence.ErrMalformed) {
		s.unread = append(s.unread, err)
	}
	for _, n := range s.needs {
		if n.proof == nil {
			n.unmet.Refuse(verdict.Refusal{
				Artifact: piece.Artifact, Kind: string(piece.Kind), Reason: verdict.Unreadable,
				Detail: printable.Short(err.Error(), longestDetail),
			})
		}
	}
	return nil
}

// unmet returns a *[verdict.NotVerified] if a need is not met.
func (s *search) unmet() error {
	e := &verdict.NotVerified{Root: s.root, Unread: s.unread}
	for _, n := range s.needs {
		if n.proof == nil {
			n.unmet.Passed = s.passed
			e.Unmet = append(e.Unmet, n.unmet)
		}
	}
	if len(e.Unmet) == 0 {
		return nil
	}
	return e
}
