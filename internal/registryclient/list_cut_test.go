package registryclient_test

import (
	"bytes"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"ecrmirror/internal/registryclient"
	"ecrmirror/testkit/listregistry"
)

// A cutter serves lists, and from one page on only parts of answers.
type cutter struct {
	http.Handler
	chunked bool

	mu    sync.Mutex
	page  int // from which one on, counted from 0
	bytes int // of an answer, with its headers, that are sent
	asked int // pages so far
	size  int // bytes that the answer has
}

// cut has the next list cut off after some bytes of a page.
func (c *cutter) cut(page, bytes int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.page, c.bytes, c.asked, c.size = page, bytes, 0, 0
}

// was returns how many pages were asked for, and the size of the one that was cut.
func (c *cutter) was() (pages, size int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.asked, c.size
}

func (c *cutter) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	whole := httptest.NewRecorder()
	c.Handler.ServeHTTP(whole, r)
	c.mu.Lock()
	defer c.mu.Unlock()
	if isPage(whole, r) {
		c.asked++
	}
	if !isPage(whole, r) || c.asked <= c.page {
		pass(w, whole)
		return
	}
	answer := c.answer(whole)
	c.size = len(answer)
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(err)
	}
	_, _ = conn.Write(answer[:min(c.bytes, len(answer))])
	_ = conn.Close()
}

// isPage reports whether an answer is a page of a list.
func isPage(whole *httptest.ResponseRecorder, r *http.Request) bool {
	return whole.Code == http.StatusOK && !strings.HasSuffix(r.URL.Path, "/token")
}

// pass gives an answer as it is.
func pass(w http.ResponseWriter, whole *httptest.ResponseRecorder) {
	for name, values := range whole.Header() {
		w.Header()[name] = values
	}
	w.WriteHeader(whole.Code)
	_, _ = w.Write(whole.Body.Bytes())
}

// answer returns all bytes of an answer.
func (c *cutter) answer(whole *httptest.ResponseRecorder) []byte {
	var b bytes.Buffer
	header := whole.Header().Clone()
	header.Set("Connection", "close")
	body := whole.Body.String()
	if c.chunked {
		header.Del("Content-Length")
		header.Set("Transfer-Encoding", "chunked")
		half := len(body) / 2
		body = fmt.Sprintf("%x\r\n%s\r\n%x\r\n%s\r\n0\r\n\r\n", half, body[:half], len(body)-half, body[half:])
	}
	b.WriteString("HTTP/1.1 200 OK\r\n")
	_ = header.Write(&b)
	return append(append(b.Bytes(), "\r\n"...), body...)
}

// pagesOf returns how many pages a list has.
func pagesOf(t *testing.T, i int) int {
	t.Helper()
	c := &cutter{Handler: lists[i].by, page: 1 << 20}
	hosts := listregistry.Serve(t, map[string]http.Handler{lists[i].at: c})
	got, err := lists[i].list(t.Context(), openNamed(t, lists[i].host, hosts, oauth))
	if err != nil || got != lists[i].want {
		t.Fatalf("%s: %q, %v, want %q", lists[i].name, got, err, lists[i].want)
	}
	pages, _ := c.was()
	return pages
}

// TestAListThatIsCutOffIsAnError tries every byte of every page of every list.
func TestAListThatIsCutOffIsAnError(t *testing.T) {
	once := func(o *registryclient.Options) { o.Attempts = 1 }
	for i, l := range lists {
		for _, chunked := range []bool{false, true} {
			if chunked && i > 0 { // it makes no difference to what is in it
				continue
			}
			t.Run(fmt.Sprintf("%s, chunked: %v", l.name, chunked), func(t *testing.T) {
				c := &cutter{Handler: l.by, chunked: chunked}
				hosts := listregistry.Serve(t, map[string]http.Handler{l.at: c})
				r := openNamed(t, l.host, hosts, oauth, once)
				for page := range pagesOf(t, i) {
					size, tried := 1, 0
					for ; tried < size; tried++ {
						c.cut(page, tried)
						got, err := l.list(t.Context(), r)
						if _, size = c.was(); err == nil || got != "" {
							t.Fatalf("page %d is cut off after %d of %d bytes: %q, %v", page, tried, size, got, err)
						}
					}
					c.cut(1<<20, 0)
					if got, err := l.list(t.Context(), r); err != nil || got != l.want || tried < 100 {
						t.Fatalf("page %d of %d bytes is whole: %q, %v", page, tried, got, err)
					}
				}
			})
		}
	}
}
