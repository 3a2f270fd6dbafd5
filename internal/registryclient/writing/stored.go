package writing

import (
	"errors"
	"fmt"
	"net/http"

	"ecrmirror/internal/registryclient/answer"
	"ecrmirror/internal/registryclient/wire"

	"github.com/opencontainers/go-digest"
)

// stored reads and closes the answer to a request that stores something. Any success with the right
// digest is one. Where the answer does not tell the digest, check asks for what was stored; its error is
// errNotThere where that is not there. If it can't tell, 201 is believed, which is what a registry
// answers. Any web server may say 200.
func (r Repository) stored(resp *http.Response, at *wire.Place, want digest.Digest, check func() error) error {
	if !wire.IsSuccess(resp) {
		return r.Refusal(resp, at)
	}
	told, err := tells(resp, want)
	if told || err != nil {
		answer.Discard(resp)
		return err
	}
	unclear := answer.Refusal(resp)
	err = check()
	isCreated := resp.StatusCode == http.StatusCreated
	switch {
	case err == nil, isCreated && !errors.Is(err, errNotThere):
		return nil
	case isCreated:
		return &answer.NotYetError{Err: fmt.Errorf("201 Created, and yet %w", err)}
	}
	return fmt.Errorf("%w: %w", unclear, err)
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
		return false, fmt.Errorf("the registry says that it stored %q: %w", answer.Short(said.String()), err)
	}
	if said != want && said.Algorithm() == want.Algorithm() {
		return false, fmt.Errorf("the registry says that it stored %s, not %s", said, want)
	}
	return said == want, nil
}

// notYet marks the refusals of a manifest that say that what it refers to, or its repository, is not
// there. It was put there: the registry will see it in a moment.
func notYet(err error) error {
	var refused *answer.StatusError
	if !errors.As(err, &refused) || refused.Token {
		return err
	}
	switch refused.Code {
	case "MANIFEST_BLOB_UNKNOWN", "MANIFEST_UNKNOWN", "BLOB_UNKNOWN", "NAME_UNKNOWN", "BLOB_UPLOAD_UNKNOWN":
		return &answer.NotYetError{Err: err}
	}
	return err
}
