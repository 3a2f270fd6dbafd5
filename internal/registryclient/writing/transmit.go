package writing

import (
	"context"
	"fmt"
	"io"
	"net/http"

	"ecrmirror/internal/chunked"
	"ecrmirror/internal/registryclient/answer"
	"ecrmirror/internal/registryclient/wire"
)

func octets() http.Header { return http.Header{"Content-Type": {"application/octet-stream"}} }

// transmit sends what is left of the content. When it returns, the stream is not read any more. The
// answer may come before all of it was sent; it is a failure where the stream is one.
func (u *upload) transmit(ctx context.Context, method string, at *wire.Place) (*http.Response, error) {
	req, err := u.Request(ctx, method, at.URL, octets())
	if err != nil {
		return nil, err
	}
	loan := &loan{content: u.content}
	req.Body, req.ContentLength = loan, u.content.size
	if u.content.size == 0 {
		req.Body = http.NoBody
	}
	resp, err := u.sendUpload(ctx, req, at)
	loan.end()
	if failure := u.content.err; failure != nil {
		if resp != nil {
			resp.Body.Close()
		}
		return nil, fmt.Errorf("reading what to send: %w", failure)
	}
	return resp, err
}

// sendUpload sends a request once. The host was asked a moment ago where to, and a stream can't be sent
// again; so no login starts here. An authorization that the host refuses all the same, since it ended
// early, is forgotten.
func (u *upload) sendUpload(ctx context.Context, req *http.Request, at *wire.Place) (*http.Response, error) {
	access := u.AccessTo(at)
	used, err := access.Authorization(ctx)
	if err != nil {
		return nil, err
	}
	var client http.RoundTripper = u.Clients.UploadsAway
	if at.Home {
		client = u.Clients.Uploads
	}
	resp, err := u.SendRequest(client, req, at, used)
	if err != nil || resp.StatusCode != http.StatusUnauthorized {
		return resp, err
	}
	refused := u.Refusal(resp, at)
	if access.Drop(ctx, used) {
		return nil, &answer.NotYetError{Err: refused}
	}
	return nil, refused
}

// content is a stream that is sent with a size. It gives the last bytes only when the stream has ended
// well with them: a request that got all bytes is complete, whatever is found out about them after.
type content struct {
	stream chunked.Lender
	size   int64 // bytes; -1 if it is not known
	read   int64 // bytes so far
	ended  bool
	err    error // why there will be no more
}

func (c *content) Read(p []byte) (int, error) {
	switch {
	case c.err != nil:
		return 0, c.err
	case c.ended:
		return 0, io.EOF
	}
	n, err := c.stream.Read(p)
	c.read += int64(n)
	switch {
	case err != nil:
		c.stop(err)
	case c.size >= 0 && c.read >= c.size:
		c.err = c.checkEnd()
	}
	if c.err != nil {
		return 0, c.err // whoever copies would send the bytes first
	}
	return n, nil
}

// stop notes why the stream gives no more.
func (c *content) stop(err error) {
	if isEnd(err) {
		c.finish()
	} else {
		c.err = err
	}
}

// checkEnd makes sure that the stream has no more bytes.
func (c *content) checkEnd() error {
	var more [1]byte
	for empty := 0; !c.ended && c.err == nil; empty++ {
		n, err := c.stream.Read(more[:])
		c.read += int64(n)
		switch {
		case err != nil:
			c.stop(err)
		case c.read > c.size:
			c.err = fmt.Errorf("more than the blob's %d bytes", c.size)
		case empty >= 100:
			c.err = io.ErrNoProgress
		}
	}
	return c.err
}

// finish notes that the stream ended.
func (c *content) finish() {
	c.ended = true
	if c.size >= 0 && c.read != c.size {
		c.err = fmt.Errorf("%d bytes instead of the blob's %d: %w", c.read, c.size, io.ErrUnexpectedEOF)
	}
}

// isEnd reports whether err is the clean end of a stream. An io.EOF inside another error is not.
func isEnd(err error) bool {
	return err == io.EOF //nolint:errorlint // see above
}
