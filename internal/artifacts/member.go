package artifacts

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/opencontainers/go-digest"

	"ecrmirror/internal/jsonscan"
	"ecrmirror/internal/printable"
)

const (
	// maxText is how many bytes a text may have that is decoded. A media type has 255, or parameters (RFC 6838, 4.2).
	maxText = 4 << 10
	// longestQuoted is how many bytes of what a stranger wrote an error tells.
	longestQuoted = 60
)

var (
	errNoText = fmt.Errorf("no text where one should be, or one of more than %d bytes", maxText)
	errNoSize = errors.New("no number of bytes where one should be")
)

// textOf returns a text, "" for null.
func textOf(value jsonscan.Value) (text string, err error) {
	if len(value) > maxText || json.Unmarshal(value, &text) != nil {
		return "", errNoText
	}
	return text, nil
}

func digestOf(value jsonscan.Value) (digest.Digest, error) {
	text, err := textOf(value)
	if err != nil {
		return "", err
	}
	d := digest.Digest(text)
	if err := d.Validate(); err != nil {
		return "", fmt.Errorf("%q: %w", printable.Short(text, longestQuoted), err)
	}
	return d, nil
}

func sizeOf(value jsonscan.Value) (size int64, err error) {
	const longest = 20 // digits
	if len(value) > longest || json.Unmarshal(value, &size) != nil || size < 0 {
		return 0, errNoSize
	}
	return size, nil
}
