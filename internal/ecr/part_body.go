package ecr

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"

	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// The SDK builds the JSON body of UploadLayerPart in memory, at nearly three times the
// part's size. A part is sent without that: the call is made with an empty blob, and
// where the SDK has written `"layerPartBlob":""` the part is encoded while it is read,
// once to be hashed for the signature and once to be sent.

// blobMember is what the SDK writes for the empty blob.
var blobMember = []byte(`"layerPartBlob":""`)

// sendingPart makes one call of UploadLayerPart, whose LayerPartBlob must be empty,
// send data as the part. data must not change until the call has ended; then it is not looked at any
// more, however early the answer came: the SDK closes the body, which waits for a read in progress.
// moved is called when some of it is read.
func sendingPart(data pieces, moved func()) func(*ecr.Options) {
	body := middleware.SerializeMiddlewareFunc("StreamLayerPart", func(
		ctx context.Context, in middleware.SerializeInput, next middleware.SerializeHandler,
	) (middleware.SerializeOutput, middleware.Metadata, error) {
		req, ok := in.Request.(*smithyhttp.Request)
		if !ok {
			return middleware.SerializeOutput{}, middleware.Metadata{}, fmt.Errorf("unexpected transport type %T",
				in.Request)
		}
		req, err := withPart(req, data, moved)
		if err != nil {
			return middleware.SerializeOutput{}, middleware.Metadata{}, err
		}
		in.Request = req
		return next.HandleSerialize(ctx, in)
	})
	return func(o *ecr.Options) {
		o.APIOptions = append(o.APIOptions, func(stack *middleware.Stack) error {
			return stack.Serialize.Add(body, middleware.After)
		})
	}
}

// withPart returns the request with data in the place of its empty blob.
func withPart(req *smithyhttp.Request, data pieces, moved func()) (*smithyhttp.Request, error) {
	document, err := io.ReadAll(req.GetStream())
	if err != nil {
		return nil, fmt.Errorf("reading the serialized request: %w", err)
	}
	at := bytes.Index(document, blobMember)
	if at < 0 {
		return nil, errors.New("the serialized request has no empty layerPartBlob")
	}
	at += len(blobMember) - 1 // before the closing quote
	return req.SetStream(newPartBody(document[:at], data, document[at:], moved))
}

// A partBody is a JSON document with a part in it, read at any offset.
type partBody struct {
	before  []byte
	part    pieces // encoded in base64 as they are read
	encoded int64  // its length in base64, in bytes
	after   []byte
	moved   func() // called at each read
}

// newPartBody returns a reader that can be rewound, as the SDK does to hash and to retry.
func newPartBody(before []byte, part pieces, after []byte, moved func()) *io.SectionReader {
	encoded := base64.StdEncoding.EncodedLen(int(part.size()))
	b := &partBody{before: before, part: part, encoded: int64(encoded), after: after, moved: moved}
	return io.NewSectionReader(b, 0, int64(len(before))+b.encoded+int64(len(after)))
}

// ReadAt implements io.ReaderAt.
func (b *partBody) ReadAt(p []byte, off int64) (n int, err error) {
	b.moved()
	for n < len(p) {
		read := b.readSome(p[n:], off+int64(n))
		if read == 0 {
			return n, io.EOF
		}
		n += read
	}
	return n, nil
}

// readSome reads at least one byte, unless off is at the end.
func (b *partBody) readSome(p []byte, off int64) int {
	if off < int64(len(b.before)) {
		return copy(p, b.before[off:])
	}
	off -= int64(len(b.before))
	if off < b.encoded {
		return b.part.encodeAt(p, off)
	}
	if off -= b.encoded; off < int64(len(b.after)) {
		return copy(p, b.after[off:])
	}
	return 0
}
