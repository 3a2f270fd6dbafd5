package awsjson

import (
	"bytes"
	"net/http"
	"strings"

	"github.com/segmentio/asm/base64"
)

// A BlobReader reads requests of which one member is a large blob in base64. It needs
// memory for the request's body alone, and keeps that for other requests. Its zero value
// is ready, and it is safe for concurrent use.
type BlobReader struct{ bodies Bodies }

// Read decodes the request's JSON body as [Read] does, and then calls use. Blob is the
// member of in of the given name; what it points to is good until use returns.
func (b *BlobReader) Read(r *http.Request, limit int64, in any, member string, blob *[]byte, use func() error) error {
	release, err := b.bodies.Hold(r, limit)
	if err != nil {
		return err
	}
	defer release()
	body, err := Body(r, limit)
	if err != nil {
		return err
	}
	if err := decodeBlob(body, in, member, blob); err != nil {
		return err
	}
	return use()
}

// WithoutBlob returns a JSON document without the value of a member that is a large blob
// in base64, or all of it where it is not sure which that is.
func WithoutBlob(body []byte, member string) []byte {
	start, end := findString(body, member)
	if start < 0 {
		return body
	}
	return bytes.Join([][]byte{body[:start], body[end:]}, nil)
}

// decodeBlob has the result of encoding/json, which scans a blob byte by byte and needs
// memory for it once more. It takes the blob out first, and where it is not sure that this
// gives the same result, such as with an escape in the base64, leaves all to encoding/json.
func decodeBlob(body []byte, in any, member string, blob *[]byte) error {
	start, end := findString(body, member)
	if start < 0 || bytes.IndexByte(body[start:end], '\\') >= 0 {
		return decode(body, in)
	}
	if err := decode(bytes.Join([][]byte{body[:start], body[end:]}, nil), in); err != nil {
		return err
	}
	if *blob == nil || len(*blob) > 0 { // the string was of another object, or there is another one
		return decode(body, in)
	}
	var err error
	*blob, err = decodeBase64(body[start:end])
	return err
}

// findString returns where the contents of the string begin and end that is the value
// of a member, or -1 if it cannot tell.
func findString(body []byte, member string) (start, end int) {
	name := []byte(`"` + member + `"`)
	start = bytes.Index(body, name)
	if start < 0 {
		return -1, -1
	}
	start += len(name)
	for _, c := range []byte{':', '"'} {
		start += len(body[start:]) - len(bytes.TrimLeft(body[start:], " \t\r\n"))
		if start == len(body) || body[start] != c {
			return -1, -1
		}
		start++
	}
	size := bytes.IndexByte(body[start:], '"')
	if size < 0 || bytes.Contains(bytes.ToLower(body[start+size:]), []byte(strings.ToLower(member))) {
		return -1, -1
	}
	return start, start + size
}

// decodeBase64 decodes text into the memory that it has itself. Encoding/base64 makes no
// promise for that, so that each piece is decoded to somewhere else first. It reads over
// line breaks, which JSON has not in its strings: text that has some is longer than it need be.
func decodeBase64(text []byte) ([]byte, error) {
	var piece [48 << 10]byte
	size := 0
	for rest := text; len(rest) > 0; {
		n := min(len(rest), base64.StdEncoding.EncodedLen(len(piece)))
		decoded, err := base64.StdEncoding.Decode(piece[:], rest[:n])
		padding := n - len(bytes.TrimRight(rest[:n], "="))
		rest = rest[n:]
		if err != nil || n%4 != 0 || decoded != n/4*3-padding || padding > 0 && len(rest) > 0 {
			return nil, Errorf("SerializationException", "illegal base64 data after byte %d of the blob", size+decoded)
		}
		size += copy(text[size:], piece[:decoded])
	}
	return text[:size], nil
}
