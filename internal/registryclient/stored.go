package registryclient

import (
	"errors"
	"fmt"
	"net/http"

	"github.com/opencontainers/go-digest"
)

// stored reads and closes the answer to a request that stores something. Any success with the right
// digest is one. Where the answer does not tell the digest, check asks for what was stored; its error is
// errNotThere where that is not there. If it can't tell, 201 is believed, which is what a registry
// answers. Any web server may say 200.
func (r *Repository) stored(resp *http.Response, at *place, want digest.Digest, check func() error) error {
	if resp.StatusCode < 200 || resp.StatusCode > 299 {
		return r.refusal(resp, at)
	}
	told, err := tells(resp, want)
	if told || err != nil {
		discard(resp)
		return err
	}
	answer := refusal(resp)
	err = check()
	isCreated := resp.StatusCode == http.StatusCreated
	switch {
	case err == nil, isCreated && !errors.Is(err, errNotThere):
		return nil
	case isCreated:
		return &notYetError{fmt.Errorf("201 Created, and yet %w", err)}
	}
	return fmt.Errorf("%w: %w", answer, err)
}

// errNotThere says that a registry does not have what it said that it stored. It may in a moment.
var errNotThere = errors.New("the registry does not have what it was sent")

// tells reports whether an answer tells the digest of what was stored; an error is that it tells another.
func tells(resp *http.Response, want digest.Digest) (bool, error) {
	said := digest.Digest(resp.Header.Get("Docker-Content-Digest"))
	if said == "" {
		return false, nil
	}
	if err := said.Validate(); err != nil {
		return false, fmt.Errorf("the registry says that it stored %q: %w", short(said.String()), err)
	}
	if said != want && said.Algorithm() == want.Algorithm() {
		return false, fmt.Errorf("the registry says that it stored %s, not %s", said, want)
	}
	return said == want, nil
}

// A notYetError is the refusal of what refers to something that was stored a moment ago.
type notYetError struct{ error }

func (e *notYetError) Unwrap() error { return e.error }

// notYet marks the refusals of a manifest that say that what it refers to, or its repository, is not
// there. It was put there: the registry will see it in a moment.
func notYet(err error) error {
	var refused *StatusError
	if !errors.As(err, &refused) || refused.token {
		return err
	}
	switch refused.Code {
	case "MANIFEST_BLOB_UNKNOWN", "MANIFEST_UNKNOWN", "BLOB_UNKNOWN", "NAME_UNKNOWN", "BLOB_UPLOAD_UNKNOWN":
		return &notYetError{err}
	}
	return err
}
