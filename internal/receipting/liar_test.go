package receipting_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"testing"

	"ecrmirror/internal/chunked"
	"ecrmirror/internal/imagename"
	"ecrmirror/internal/mirror/content"
	"ecrmirror/internal/mirror/port"
	"ecrmirror/internal/receipting"
)

// A liar has images whose manifests or blobs are others than those that it lists.
type liar struct {
	port.Images
	manifest, blob func([]byte) []byte
}

func (l liar) Source(ctx context.Context, image imagename.Name) (port.Source, error) {
	source, err := l.Images.Source(ctx, image)
	return lyingSource{source, l}, err
}

type lyingSource struct {
	port.Source
	liar liar
}

func (s lyingSource) Manifest(ctx context.Context, reference string) ([]byte, string, error) {
	manifest, mediaType, err := s.Source.Manifest(ctx, reference)
	if err == nil && s.liar.manifest != nil {
		manifest = s.liar.manifest(manifest)
	}
	return manifest, mediaType, err
}

func (s lyingSource) Blob(ctx context.Context, blob content.Blob) (chunked.Blob, error) {
	body, err := s.Source.Blob(ctx, blob)
	if err != nil || s.liar.blob == nil {
		return body, err
	}
	raw, err := io.ReadAll(body)
	return lyingBlob{body, bytes.NewReader(s.liar.blob(raw))}, err
}

type lyingBlob struct {
	chunked.Blob
	lie *bytes.Reader
}

func (b lyingBlob) Read(p []byte) (int, error) { return b.lie.Read(p) }

// What is not what its digest says is no receipt, whatever is signed in it.
func TestWhatIsReadIsVerified(t *testing.T) {
	w := newWorld(t)
	w.push("src", "1")
	w.copy(t.Context(), w.maker(nil), "{}", w.host+"/src:1", w.host+"/dst:1")
	for name, l := range map[string]liar{
		"another manifest": {manifest: func(b []byte) []byte { return append(b, ' ') }},
		"another blob":     {blob: func(b []byte) []byte { return bytes.Replace(b, []byte("A"), []byte("B"), 1) }},
		"a shorter blob":   {blob: func(b []byte) []byte { return b[:len(b)-1] }},
		"an endless blob":  {blob: func(b []byte) []byte { return append(b, bytes.Repeat([]byte(" "), 1<<20)...) }},
	} {
		l.Images = w.client
		found, err := receipting.Check(t.Context(), l, w.name(w.host+"/dst:1"), w.key)
		if !errors.Is(err, receipting.ErrNone) || len(found.Refused) != 1 {
			t.Fatalf("%s: %+v, %v", name, found, err)
		}
		var size *content.SizeMismatchError
		var mismatch *content.DigestMismatchError
		if why := found.Refused[0].Err; !errors.As(why, &size) && !errors.As(why, &mismatch) {
			t.Errorf("%s: %v", name, why)
		}
	}
}
