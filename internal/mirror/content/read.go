package content

import (
	"errors"
	"io"
)

// Read reads a blob whose size is known, and small, and verifies it. It fails with a [*SizeMismatchError] or a
// [*DigestMismatchError] for other bytes, of which it reads no more than one too many, and with the error of the body.
func Read(body io.Reader, want Blob) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(body, want.Size+1))
	if err != nil {
		return nil, err
	}
	verifier := NewVerifier(want)
	if err := verifier.Add(data); err != nil {
		return nil, err
	}
	if err := verifier.End(); !errors.Is(err, io.EOF) {
		return nil, err
	}
	return data, nil
}
