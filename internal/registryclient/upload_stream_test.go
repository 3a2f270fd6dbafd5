package registryclient_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/iotest"

	"ecrmirror/internal/registryclient/answer"

	"github.com/opencontainers/go-digest"
)

func TestStreamThatFailsLeavesNothing(t *testing.T) {
	checkLeaks(t)
	for way, start := range ways {
		for _, patch := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, by PATCH %v", way, patch), func(t *testing.T) {
				checkFailingStreams(t, start, patch)
			})
		}
	}
}

func checkFailingStreams(t *testing.T, start func(*testing.T, http.HandlerFunc) *host, patch bool) {
	t.Helper()
	mine := errors.New("disk on fire")
	blob, d := content(100_000)
	for name, c := range map[string]struct {
		stream io.Reader
		size   int64
		want   error
	}{
		"at once":           {iotest.ErrReader(mine), 100_000, mine},
		"half-way":          {io.MultiReader(bytes.NewReader(blob[:50_000]), iotest.ErrReader(mine)), 100_000, mine},
		"half-way, unsized": {io.MultiReader(bytes.NewReader(blob[:50_000]), iotest.ErrReader(mine)), -1, mine},
		"at the end":        {io.MultiReader(bytes.NewReader(blob), iotest.ErrReader(mine)), 100_000, mine},
		"at the end, wrapped": {
			io.MultiReader(bytes.NewReader(blob), iotest.ErrReader(fmt.Errorf("%w: %w", mine, io.EOF))), 100_000, mine,
		},
		"at the end, unsized": {io.MultiReader(bytes.NewReader(blob), iotest.ErrReader(mine)), -1, mine},
		"short":               {bytes.NewReader(blob), 100_001, io.ErrUnexpectedEOF},
		"short by much":       {bytes.NewReader(blob), 200_000, io.ErrUnexpectedEOF},
		"long":                {bytes.NewReader(blob), 99_999, nil},
		"not empty":           {bytes.NewReader(blob), 0, nil},
		"silent":              {silent{}, 0, io.ErrNoProgress},
	} {
		registry := start(t, keeping())
		repo := writable(t, registry)
		if patch {
			registry.become(patching(keeping(), http.StatusMethodNotAllowed))
			repo.PutBlob(t.Context(), lend(strings.NewReader("x")), digest.FromString("x"), 1)
			registry.take()
		}
		err := repo.PutBlob(t.Context(), lend(c.stream), d, c.size)
		if err == nil || c.want != nil && !errors.Is(err, c.want) || answer.Soon(err) {
			t.Errorf("%s: %v", name, err)
		}
		if has(t, repo, d) {
			t.Errorf("%s: the blob is there", name)
		}
		if patch && registry.count("PUT") > 0 {
			t.Errorf("%s: the upload is completed", name)
		}
	}
}

// What a stream lends is sent without being copied, but for the last of it.
func TestLentBytesAreNotCopied(t *testing.T) {
	checkLeaks(t)
	blob, d := content(3 << 20)
	stream := &lender{Reader: bytes.NewReader(blob)}
	if err := writable(t, start(t, keeping())).PutBlob(t.Context(), stream, d, int64(len(blob))); err != nil {
		t.Error(err)
	}
	if stream.lent < len(blob)*9/10 || stream.released != stream.borrowed {
		t.Errorf("%d of %d bytes were borrowed, %d of %d times given back", stream.lent, len(blob), stream.released,
			stream.borrowed)
	}
}

// A lender is a stream that lends its bytes; what was given back is overwritten.
type lender struct {
	io.Reader
	into                     []byte
	lent, borrowed, released int
}

func lend(r io.Reader) *lender { return &lender{Reader: r} }

func (l *lender) Lend(most int) ([]byte, func(), error) {
	if len(l.into) < most {
		l.into = make([]byte, most)
	}
	n, err := l.Read(l.into[:most])
	if n == 0 {
		return nil, nil, err
	}
	l.lent += n
	l.borrowed++
	buf := bytes.Clone(l.into[:n])
	return buf, func() { l.released++; clear(buf) }, nil
}

// silent gives neither bytes nor an end.
type silent struct{}

func (silent) Read([]byte) (int, error) { return 0, nil }
