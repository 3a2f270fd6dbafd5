package listing

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"ecrmirror/internal/jsonstream"
	"ecrmirror/internal/listed"
)

// FuzzLink: whatever a Link header says, the next page is asked for where this one was, or not at all, and no error
// holds bytes for a terminal.
func FuzzLink(f *testing.F) {
	for _, seed := range []string{
		`</v2/app/tags/list?last=a&n=3>; rel="next"`, `<https://r.io/v2/app/tags/list?last=a>; rel=next`,
		`<http://r.io:8081/repository/x/v2/app/tags/list?last=a>; rel=next; title="a, b"`, `<https://other.io/x>; rel=prev`,
		`<//evil.io/v2/app/tags/list>`, `<?last=a>; rel="prev", <?last=b>; REL="up next"`, `<`, `x`, `<x>;`, `<x>; rel`, `<x>; rel="`,
		"<\x1b[2J>; rel=next", `<https://user:password@r.io/tags/list#x>; rel=next`, `<x:y>; rel=next`,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, header string) {
		link, more, err := nextPage(http.Header{"Link": {header}})
		if err == nil && more {
			for _, scheme := range []string{"", "https"} {
				asked := &url.URL{Scheme: scheme, Host: "r.io", Path: "/v2/app/tags/list"}
				var next *url.URL
				if next, err = follow(asked, link); err == nil {
					next.RawQuery = ""
					if *next != *asked {
						t.Errorf("%q leads to %s", header, next)
					}
				}
			}
		}
		steers := func(r rune) bool { return r < ' ' || r == 0x7f }
		if err != nil && (len(err.Error()) > 600 || strings.ContainsFunc(err.Error(), steers)) {
			t.Errorf("%q: %q", header, err)
		}
	})
}

// FuzzPage: a page is taken if it is JSON, and then has the tags that the standard library finds in it, in whichever
// pieces it comes; the beginning of one is none.
func FuzzPage(f *testing.F) {
	for _, seed := range []string{
		`{"name":"app","tags":["a","b"]}`, `{"tags":null}`, `{}`, `{"tags":["a"],"tags":["b"]}`, `null`, `[]`, `{"tags":[1]}`,
		`{"child":["x"],"manifest":{"sha256:0":{"tag":["a"],"timeUploadedMs":"17"}},"tags":["a"]}`, `{"tags":["a"]} x`,
		`{"x":{"tags":["no"]},"tags":["\u0061"]}`, `{"errors":[{"code":"X","message":"y"}]}`, `{"tags":["a" "b"]}`, `{"tags":["a",]}`,
		`{"manifest":{"x":{"timeUploadedMs":1e400}}}`, "{\"tags\":[\"\xff\"]}",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, page []byte) {
		tags, err := readPage(page)
		pieces, piecesErr := readPieces(page)
		if (err == nil) != (piecesErr == nil) || !slices.Equal(tags, pieces) {
			t.Errorf("%q, %v; in pieces %q, %v", tags, err, pieces, piecesErr)
		}
		if err != nil {
			return
		}
		var all map[string]json.RawMessage
		if err := json.Unmarshal(page, &all); err != nil {
			t.Fatalf("%q: %v", page, err)
		}
		if bytes.Count(page, []byte("tags")) == 1 && !bytes.ContainsRune(page, '\\') {
			var want []string
			if err := json.Unmarshal(all["tags"], &want); all["tags"] != nil && err != nil {
				t.Fatalf("%q: %v", page, err)
			}
			want = slices.DeleteFunc(want, func(tag string) bool { return !isTag(tag) })
			slices.Sort(want)
			if want = slices.Compact(want); !slices.Equal(tags, want) {
				t.Errorf("%q: %q, want %q", page, tags, want)
			}
		}
		if whole := bytes.TrimRight(page, " \t\r\n"); len(whole) > 0 {
			if _, err := readPage(whole[:len(whole)-1]); err == nil {
				t.Errorf("%q is as good without its end", page)
			}
		}
	})
}

func isTag(name string) bool {
	c := listed.NewRoom().Collect()
	_ = c.Add(context.Background(), listed.Tag{Name: name})
	return len(c.Tags().Tags) == 1
}

// readPage returns the tags of a page.
func readPage(page []byte) ([]string, error) { return tagsIn(bytes.NewReader(page), len(page)) }

// readPieces does so where the page comes byte by byte.
func readPieces(page []byte) ([]string, error) {
	return tagsIn(iotest.DataErrReader(iotest.OneByteReader(bytes.NewReader(page))), len(page))
}

func tagsIn(r io.Reader, size int) ([]string, error) {
	said := report{tags: listed.NewRoom().Collect()}
	defer said.tags.Close()
	if err := said.read(context.Background(), jsonstream.Bounded(r, int64(size))); err != nil {
		return nil, err
	}
	var names []string
	for _, tag := range said.tags.Tags().Tags {
		names = append(names, tag.Name)
	}
	return names, nil
}

// A page that fails in its middle leaves nothing behind.
func TestAPartOfAPageLeavesNothing(t *testing.T) {
	const page = `{"tags":["a","?"],"child":["x"],"manifest":{"sha256:0":{"tag":["a"]}}}`
	for n := range len(page) {
		said := report{tags: listed.NewRoom().Collect()}
		if err := said.read(t.Context(), strings.NewReader(page[:n])); err == nil {
			t.Errorf("%s: no error", page[:n])
		}
		if tags := said.tags.Tags(); len(tags.Tags) > 0 || tags.Dropped > 0 || said.images || len(said.children) > 0 {
			t.Errorf("%s leaves %+v, %v, %q", page[:n], tags, said.images, said.children)
		}
	}
}
