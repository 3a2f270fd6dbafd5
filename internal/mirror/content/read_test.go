package content_test

import (
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/opencontainers/go-digest"

	"ecrmirror/internal/mirror/content"
)

func TestSmallBlobsAreVerified(t *testing.T) {
	blob := content.Blob{Digest: digest.FromString("blob"), Size: 4}
	cut := errors.New("cut")
	for _, c := range []struct {
		name string
		body io.Reader
		want string // "" = it is the blob
		left int    // bytes that are not read
	}{
		{"the blob", strings.NewReader("blob"), "", 0},
		{"a byte at a time", iotest.OneByteReader(strings.NewReader("blob")), "", 0},
		{"another", strings.NewReader("BLOB"), "digest is ", 0},
		{"less", strings.NewReader("blo"), "ends after 3 of 4 bytes", 0},
		{"more", strings.NewReader("blob and more"), "more than the 4 bytes", 8},
		{"one that breaks", iotest.TimeoutReader(iotest.OneByteReader(strings.NewReader("blob"))), "timeout", 0},
		{"one that is cut", io.MultiReader(strings.NewReader("bl"), iotest.ErrReader(cut)), "cut", 0},
	} {
		got, err := content.Read(c.body, blob)
		if c.want == "" && (err != nil || string(got) != "blob") ||
			c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want) || got != nil) {
			t.Errorf("%s: %q, %v", c.name, got, err)
		}
		if rest, ok := c.body.(*strings.Reader); ok && rest.Len() != c.left {
			t.Errorf("%s: %d bytes are left", c.name, rest.Len())
		}
	}
}
