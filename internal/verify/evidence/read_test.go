package evidence_test

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"strings"
	"testing"

	"github.com/opencontainers/go-digest"

	"ecrmirror/internal/artifacts"
	"ecrmirror/internal/mirror/content"
	"ecrmirror/internal/verify/evidence"
	"ecrmirror/testkit/leaks"
)

func TestMain(m *testing.M) { leaks.Main(m) }

// A place has what it has by digest, right or wrong.
type place map[digest.Digest]string

func (p place) Artifacts(context.Context, digest.Digest) ([]artifacts.Artifact, error) {
	return nil, nil
}

func (p place) Manifest(_ context.Context, d digest.Digest) ([]byte, error) {
	text, ok := p[d]
	if !ok {
		return nil, fs.ErrNotExist
	}
	return []byte(text), nil
}

func (p place) Blob(ctx context.Context, blob content.Blob) (io.ReadCloser, error) {
	text, err := p.Manifest(ctx, blob.Digest)
	return io.NopCloser(strings.NewReader(string(text))), err
}

func TestManifestsAreHeldAgainstTheirDigests(t *testing.T) {
	manifest := `{"layers":[` + layer(bundle, `,"size":5`) + `]}`
	right, wrong := digest.FromString(manifest), digest.FromString("x")
	p := place{right: manifest, wrong: manifest}
	if got, _, err := evidence.Read(t.Context(), p, right); err != nil || len(got) != 1 {
		t.Errorf("%+v, %v", got, err)
	}
	for _, d := range []digest.Digest{wrong, "sha256:x", ""} {
		if got, _, err := evidence.Read(t.Context(), p, d); !errors.Is(err, evidence.ErrMalformed) {
			t.Errorf("%q: %+v, %v", d, got, err)
		}
	}
	if _, _, err := evidence.Read(t.Context(), p, blob); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("one that is not there: %v", err)
	}
	large := `{"x":"` + strings.Repeat("x", 4<<20) + `"}`
	p[digest.FromString(large)] = large
	if _, _, err := evidence.Read(t.Context(), p, digest.FromString(large)); !errors.Is(err, evidence.ErrMalformed) {
		t.Errorf("a large one: %v", err)
	}
}

func TestContentIsHeldAgainstItsDigestAndSize(t *testing.T) {
	d := digest.FromString("content")
	for _, c := range []struct {
		there string
		size  int64
		want  error
	}{
		{"content", 7, nil},
		{"CONTENT", 7, evidence.ErrMalformed},
		{"conten", 7, io.ErrUnexpectedEOF},
		{"content and more", 7, nil}, // what follows is not read
		{"content", 6, evidence.ErrMalformed},
	} {
		got, err := evidence.Content(t.Context(), place{d: c.there}, evidence.Piece{Digest: d, Size: c.size})
		if !errors.Is(err, c.want) || c.want == nil && string(got) != "content" {
			t.Errorf("%q: %q, %v", c.there, got, err)
		}
	}
}
