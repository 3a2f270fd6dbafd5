package controller

import (
	"crypto/sha256"
	"encoding/hex"

	"github.com/opencontainers/go-digest"

	"ecrmirror/internal/ledger"
	"ecrmirror/internal/ledgertable"
	"ecrmirror/internal/platforms"
)

// longestBy is how many bytes of a filter stand in a record, so that that stays small. Of more a hash does.
const longestBy = 128

// byOf returns how what destinations should have follows from the source's digest: the rule and the platforms; "" where
// it is that digest. Another rule, or other platforms, have another text.
func byOf(filter platforms.Filter) string {
	text := filter.String()
	if text == "" {
		return ""
	}
	if len(text) > longestBy {
		sum := sha256.Sum256([]byte(text))
		text = hex.EncodeToString(sum[:16])
	}
	return platforms.Rule + " " + text
}

// remembered returns what destinations should have of the source's digest, as the ledger has it of one of them, or the
// entry's status; "" if they do not.
func (i image) remembered(records ledgertable.Records, source digest.Digest) digest.Digest {
	if s := i.entry.Status; s.Source == source && s.Left.By == i.by {
		return s.Left.Digest
	}
	for _, d := range i.destinations {
		if d.Err != nil {
			continue
		}
		if r := records.Destinations[ledger.KeyOf(d.Name)]; r.From == source && r.By == i.by && !r.Later {
			return r.Wanted
		}
	}
	return ""
}

// A round is what has to be asked for once a wave has answers.
type round struct {
	pinned  []image // whose sources are named by their digests, and are looked up all the same
	trimmed []*item // of which some platforms are asked for: what is left of their sources
}

// next returns the wave of a round after this one.
func (w *wave) next(r round) *wave {
	n := w.wave(w.turn, len(r.pinned)+len(r.trimmed))
	n.records = w.records
	for _, i := range r.pinned {
		n.add(i, true)
	}
	for _, i := range r.trimmed {
		n.trim(w, i)
	}
	return n
}

// trim adds an item of an earlier wave, to ask what is left of its source. All else of it is known.
func (w *wave) trim(earlier *wave, i *item) {
	known := earlier.found(i)
	added := w.addItem(i.image)
	added.given = known.source
	whole := i.source.Name
	whole.Tag, whole.Digest = "", known.source.digest
	added.leftAt = w.indexOf(&whole, i.filter)
	for n, at := range added.destinationsAt {
		if at != none {
			w.had[at] = known.destinations[n]
		}
	}
}

// isUnverified reports whether the source is there by its name's word alone: its digest is in the name, and nobody was
// asked for it.
func (i *item) isUnverified() bool { return i.sourceAt == none && i.leftAt == none }
