package ecrtransport

import (
	"bytes"
	"errors"
	"testing"

	"ecrmirror/internal/ecr"

	"go.podman.io/image/v5/types"
)

func TestDestinationConstants(t *testing.T) {
	d := newWorld(t).destination(here)
	if len(d.SupportedManifestMIMETypes()) != 6 || d.DesiredLayerCompression() != types.PreserveOriginal ||
		!d.AcceptsForeignLayerURLs() || d.MustMatchRuntimeOS() || d.IgnoresEmbeddedDockerReference() ||
		!d.HasThreadSafePutBlob() {
		t.Error("wrong constants")
	}
	if err := d.SupportsSignatures(t.Context()); err == nil {
		t.Error("claims to support signatures")
	}
	if err := d.PutSignatures(t.Context(), nil, nil); err != nil {
		t.Errorf("no signatures: %v", err)
	}
	if err := d.PutSignatures(t.Context(), [][]byte{{1}}, nil); err == nil {
		t.Error("takes a signature")
	}
	if err := d.Commit(t.Context(), nil); err != nil {
		t.Error(err)
	}
}

func TestDestinationReusesWhatIsThere(t *testing.T) {
	w := newWorld(t)
	w.push(here+":v1", []byte("layer"))
	d := w.destination(here + ":v2")
	for content, want := range map[string]bool{"layer": true, "another layer": false} {
		info := blobInfo([]byte(content))
		reused, got, err := d.TryReusingBlob(t.Context(), types.BlobInfo{Digest: info.Digest, Size: -1}, nil, false)
		if err != nil || reused != want || reused && (got.Digest != info.Digest || got.Size != info.Size) {
			t.Errorf("%s: got %v, %v, %v", content, reused, got, err)
		}
	}
	if _, _, err := d.TryReusingBlob(t.Context(), types.BlobInfo{}, nil, false); err == nil {
		t.Error("no digest, no error")
	}
}

func TestDestinationPutsInstancesByDigest(t *testing.T) {
	w := newWorld(t)
	d := w.destination(here + ":v1")
	content := ociImage(w.put(d, []byte("{}")))
	info := blobInfo(content)
	if err := d.PutManifest(t.Context(), content, &info.Digest); err != nil {
		t.Fatal(err)
	}
	if _, _, err := w.source(here+":v1").GetManifest(t.Context(), nil); !errors.Is(err, ecr.ErrImageNotFound) {
		t.Errorf("the instance has the tag: %v", err)
	}
	if got, _, err := w.source(here+":v1").GetManifest(t.Context(), &info.Digest); err != nil ||
		!bytes.Equal(got, content) {
		t.Errorf("got %s, %v", got, err)
	}
}
