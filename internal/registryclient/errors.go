package registryclient

import (
	"ecrmirror/internal/registryclient/answer"
	"ecrmirror/internal/registryclient/auth"
	"ecrmirror/internal/registryclient/pace"
	"ecrmirror/internal/registryclient/writing"
)

// Errors that callers decide on. They are found by errors.Is.
var (
	ErrNotFound   = answer.ErrNotFound
	ErrOtherRange = answer.ErrOtherRange
	ErrByPatch    = writing.ErrByPatch
)

// What registries are met with, and say.
type (
	Login         = auth.Login
	StatusError   = answer.StatusError
	DeferredError = pace.DeferredError
	MuteError     = pace.MuteError
)
