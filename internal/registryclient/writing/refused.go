package writing

import (
	"errors"
	"fmt"
	"net/http"
	"strings"

	"ecrmirror/internal/registryclient/answer"
)

// A RefusedError says that a registry does not take a manifest, for good, or not under that tag.
type RefusedError struct{ Err error }

func (e *RefusedError) Error() string { return e.Err.Error() }

// RefusesManifest returns true.
func (e *RefusedError) RefusesManifest() bool { return true }

// Unwrap returns the registry's answer.
func (e *RefusedError) Unwrap() error { return e.Err }

// refused marks the refusals of a manifest that are about what it is, or about a tag that can't move.
func refused(err error, reference string) error {
	status, ok := errors.AsType[*answer.StatusError](err)
	isTag := !strings.Contains(reference, ":")
	switch {
	case !ok, errors.As(err, new(*answer.NotYetError)), status.Token, status.Transient(), isAboutElse(status.Code):
		return err
	case refuses(status.Status), isTag && refusesTag(status.Status):
		return &RefusedError{err}
	}
	return err
}

// Unlisted returns what it means for a manifest, which the registry has taken, that nobody can find out whether it is
// listed among the referrers of its subject: a [*RefusedError] where the registry forbids the reading of lists, since
// it will do so again, or else the error.
func Unlisted(err error) error {
	if status, ok := errors.AsType[*answer.StatusError](err); ok && status.IsDenied() {
		return &RefusedError{fmt.Errorf("it is there, and may be listed nowhere: %w", err)}
	}
	return err
}

// isAboutElse reports whether a code of the protocol is about who asks, or about bytes that came otherwise than they
// were sent, whatever the status.
func isAboutElse(code string) bool {
	switch code {
	case "DENIED", "UNAUTHORIZED", "DIGEST_INVALID", "SIZE_INVALID", "NAME_INVALID":
		return true
	}
	return false
}

// refuses reports whether a status is about what was sent. ECR's registry, and those who lack support for a kind of
// manifest, say that the method is not allowed (https://github.com/aws/containers-roadmap/issues/2783).
func refuses(status int) bool {
	switch status {
	case http.StatusBadRequest, http.StatusMethodNotAllowed, http.StatusRequestEntityTooLarge,
		http.StatusUnsupportedMediaType, http.StatusUnprocessableEntity, http.StatusNotImplemented:
		return true
	}
	return false
}

// refusesTag reports whether a status may be about a tag that can't move.
func refusesTag(status int) bool {
	return status == http.StatusConflict || status == http.StatusPreconditionFailed
}
