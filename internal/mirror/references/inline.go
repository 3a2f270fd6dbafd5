package references

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"io"

	"ecrmirror/internal/jsonscan"
)

// An Inline is the content of a blob or an instance that a manifest has in a descriptor. It stays there, as a
// text of JSON in base64, until it is read.
type Inline struct {
	text jsonscan.Value
	size int64 // in bytes, decoded
}

// Size returns the content's size in bytes.
func (c Inline) Size() int64 { return c.size }

// Open returns a reader of the content.
func (c Inline) Open() io.Reader {
	encoded := c.text[1 : len(c.text)-1]
	if bytes.IndexByte(encoded, '\\') >= 0 { // a slash may be escaped
		var unescaped string
		_ = json.Unmarshal(c.text, &unescaped) // it is a text
		encoded = []byte(unescaped)
	}
	return base64.NewDecoder(base64.StdEncoding, bytes.NewReader(encoded))
}
