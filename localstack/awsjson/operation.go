package awsjson

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strings"
)

// An Operation answers one operation of a service: body is the request's, the
// result is what to encode as the reply, and an error is best an [Error].
type Operation func(ctx context.Context, c Caller, body []byte) (any, error)

// Func makes an [Operation] of a function whose input is decoded from JSON; an empty body is In's zero value.
func Func[In any](f func(ctx context.Context, c Caller, in In) (any, error)) Operation {
	return func(ctx context.Context, c Caller, body []byte) (any, error) {
		var in In
		if err := decode(body, &in); err != nil {
			return nil, err
		}
		return f(ctx, c, in)
	}
}

// Body reads the request's body. One over limit bytes is a RequestEntityTooLargeException.
func Body(r *http.Request, limit int64) ([]byte, error) {
	if h, ok := r.Body.(*held); ok {
		return h.within(limit)
	}
	var body bytes.Buffer
	if err := readBody(&body, r, limit); err != nil {
		return nil, err
	}
	return body.Bytes(), nil
}

// readBody reads the request's body into buffer, which grows once if the request says its length.
func readBody(buffer *bytes.Buffer, r *http.Request, limit int64) error {
	if r.ContentLength > 0 {
		buffer.Grow(int(min(r.ContentLength, limit)) + bytes.MinRead)
	}
	if _, err := buffer.ReadFrom(io.LimitReader(r.Body, limit+1)); err != nil {
		return Errorf("SerializationException", "reading body: %v", err)
	}
	if int64(buffer.Len()) > limit {
		return tooLarge()
	}
	return nil
}

func tooLarge() error {
	return &Error{
		Status: http.StatusRequestEntityTooLarge, Code: "RequestEntityTooLargeException", Message: "body too large",
	}
}

// Do runs op for the request, whose body may have up to limit bytes: it finds
// the caller as [CallerOf] does, reads the body and calls op. A nil op is an
// UnknownOperationException.
func Do(r *http.Request, home string, limit int64, op Operation) (any, error) {
	c, err := CallerOf(r, home)
	if err != nil {
		return nil, err
	}
	if op == nil {
		return nil, Errorf("UnknownOperationException", "the stand-in for %s does not have this operation", c.Service)
	}
	body, err := Body(r, limit)
	if err != nil {
		return nil, err
	}
	return op(r.Context(), c, body)
}

// Serve answers a request to a service whose operations are named by X-Amz-Target: the
// prefix, and the operation's name.
func Serve(
	w http.ResponseWriter, r *http.Request, home string, limit int64, prefix string, operations map[string]Operation,
) {
	name, _ := strings.CutPrefix(r.Header.Get("X-Amz-Target"), prefix)
	out, err := Do(r, home, limit, operations[name])
	Reply(w, out, err)
}

func decode(body []byte, in any) error {
	if len(body) == 0 {
		return nil
	}
	if err := json.Unmarshal(body, in); err != nil {
		return Errorf("SerializationException", "%v", err)
	}
	return nil
}
