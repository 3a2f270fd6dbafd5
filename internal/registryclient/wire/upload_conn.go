package wire

import (
	"context"
	"io"
	"net"
	"net/http"
	"sync"
	"time"
)

// storeTimeout is how long a registry may take to file a blob of which it has all bytes, counted from the
// end of the body. No answer is waited for any longer.
const storeTimeout = 5 * time.Minute

// forUploads makes a transport one for writing. It keeps to HTTP/1.1, so that each upload has a
// connection of its own, which it takes over from the request before it. It does not Expect:
// 100-continue, which costs a round trip and prevents little: the registry said a moment ago that it
// wants the blob.
func forUploads(t *http.Transport) {
	dial := t.DialContext
	t.DialContext = func(ctx context.Context, network, addr string) (net.Conn, error) {
		conn, err := dial(ctx, network, addr)
		if err != nil {
			return nil, err
		}
		return &uploadConn{Conn: conn, over: make(chan struct{})}, nil
	}
}

// A LentBody is the body of an upload that lends what it has.
type LentBody interface {
	// WriteLent writes bytes that are lent, as far as the body lends any, of the next size ones.
	WriteLent(w io.Writer, size int64) (n int64, err error)
}

// lastWord is how long an answer is waited for where a connection takes no more bytes.
const lastWord = time.Second

// An uploadConn gives an answer that came early the time to be read. A server that has seen enough
// answers and closes the connection; net/http, which is still writing then, tells of a broken pipe
// unless it finds the answer first.
type uploadConn struct {
	net.Conn
	once sync.Once
	over chan struct{} // closed when there is nothing more to read
}

func (c *uploadConn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	if err != nil {
		c.end()
	}
	return n, err
}

func (c *uploadConn) Write(p []byte) (int, error) {
	n, err := c.Conn.Write(p)
	if err != nil {
		timer := time.NewTimer(lastWord)
		defer timer.Stop()
		select {
		case <-c.over:
		case <-timer.C:
		}
	}
	return n, err
}

// ReadFrom implements [io.ReaderFrom], by which net/http sends a request's body where there is no
// TLS. What the stream lends is written as it is.
func (c *uploadConn) ReadFrom(r io.Reader) (n int64, err error) {
	if limited, ok := r.(*io.LimitedReader); ok {
		if lent, ok := limited.R.(LentBody); ok {
			n, err = lent.WriteLent(c, limited.N)
			limited.N -= n
		}
	}
	if err != nil {
		return n, err
	}
	rest, err := io.Copy(struct{ io.Writer }{c}, r)
	return n + rest, err
}

func (c *uploadConn) Close() error {
	c.end()
	return c.Conn.Close()
}

func (c *uploadConn) end() { c.once.Do(func() { close(c.over) }) }
