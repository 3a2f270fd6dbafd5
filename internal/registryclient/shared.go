package registryclient

import (
	"time"

	"ecrmirror/internal/listed"
	"ecrmirror/internal/registryclient/answer"
	"ecrmirror/internal/registryclient/listing"
	"ecrmirror/internal/registryclient/pace"
	"ecrmirror/internal/registryclient/session"
)

// Shared is what all registries of a process share: one budget of bytes for what is read of their answers, one for
// their tokens, room for a large list, what is to be remembered of registries that were forgotten, and which
// repositories have a referrers API. Blobs have a budget of their own, see [Options].
type Shared struct {
	answers *answer.Memory
	tokens  session.Tokens
	paces   *pace.Memory
	lists   listed.Room
	apis    *listing.APIs
}

// NewShared returns what the registries of a process share.
func NewShared() *Shared {
	return &Shared{
		answers: answer.NewMemory(), paces: pace.NewMemory(), lists: listed.NewRoom(), apis: listing.NewAPIs(),
	}
}

// Lists returns the room for a large list, which others than registries may use, too.
func (s *Shared) Lists() listed.Room { return s.lists }

// DeferredUntil returns until when a registry that was forgotten is rate-limited, by its own
// word; the zero time if it is not, or is not remembered.
func (s *Shared) DeferredUntil(host string) time.Time { return s.paces.DeferredUntil(host) }
