package mirror

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"ecrmirror/internal/jsonscan"
)

// An inlineContent is the content of a blob or an instance that a manifest has in a descriptor. It stays there, as a
// text of JSON in base64, until it is read.
type inlineContent struct {
	text jsonscan.Value
	size int64 // in bytes, decoded
}

// errNoData says that a descriptor's data is no content.
var errNoData = errors.New("its data is no text in base64")

// keep keeps the content that a descriptor has in itself, if that is what its digest says. The source need
// not have it elsewhere.
func (r *references) keep(d descriptor) error {
	if d.data == nil {
		return nil
	}
	if !d.data.IsText() {
		return errNoData
	}
	content := inlineContent{d.data, d.Size}
	digester := d.Digest.Algorithm().Digester()
	n, err := io.Copy(digester.Hash(), content.open())
	if err != nil {
		return fmt.Errorf("%w: %w", errNoData, err)
	}
	if n > 0 && n == d.Size && digester.Digest() == d.Digest {
		r.inline[d.Digest] = content
	}
	return nil
}

// open returns a reader of the content.
func (c inlineContent) open() io.Reader {
	encoded := c.text[1 : len(c.text)-1]
	if bytes.IndexByte(encoded, '\\') >= 0 { // a slash may be escaped
		var unescaped string
		_ = json.Unmarshal(c.text, &unescaped) // it is a text
		encoded = []byte(unescaped)
	}
	return base64.NewDecoder(base64.StdEncoding, bytes.NewReader(encoded))
}
