package registryclient

import (
	"ecrmirror/internal/registryclient/answer"
	"ecrmirror/internal/registryclient/auth"
	"ecrmirror/internal/registryclient/listing"
	"ecrmirror/internal/registryclient/pace"
	"ecrmirror/internal/registryclient/writing"
)

// Errors that callers decide on. They are found by errors.Is.
var (
	ErrNotFound    = answer.ErrNotFound
	ErrOtherRange  = answer.ErrOtherRange
	ErrByPatch     = writing.ErrByPatch
	ErrNoList      = listing.ErrNoList
	ErrNoReferrers = listing.ErrNoReferrers
)

type (
	// A Login is a user and a password, or an identity token.
	Login = auth.Login
	// A StatusError is an answer of a registry, or of its token server, that is no success.
	StatusError = answer.StatusError
	// A DeferredError says that a registry is rate-limited, by its own word.
	DeferredError = pace.DeferredError
	// A MuteError says that a registry did not answer in time.
	MuteError = pace.MuteError
	// A RefusedError says that a registry does not take a manifest, for good, or not under that tag.
	RefusedError = writing.RefusedError
	// A LinkError says that a registry does not tell where the rest of a list is.
	LinkError = listing.LinkError
)
