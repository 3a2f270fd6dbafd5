package main

import (
	"context"
	"fmt"
	"io"
	"net/http"

	"github.com/opencontainers/go-digest"

	"ecrmirror/testkit/sink"
)

// exact returns an error unless every destination has the images, whole and right.
func (w *world) exact(ctx context.Context) error {
	for _, i := range w.images {
		if err := w.exactAt(ctx, i); err != nil {
			return err
		}
	}
	return nil
}

// exactAt returns an error unless every destination has the image, whole and right.
func (w *world) exactAt(ctx context.Context, i image) error {
	if w.fault.way == toECR {
		return w.exactECR(ctx, i)
	}
	for _, s := range w.sinks {
		if err := exactSink(s, i); err != nil {
			return err
		}
	}
	return nil
}

func exactSink(s *sink.Server, i image) error {
	got := s.Repository(repository)
	if got.Tags[i.tag] != i.contents.Root {
		return fmt.Errorf("the tag is %q, not %q", got.Tags[i.tag], i.contents.Root)
	}
	for d, size := range i.contents.Blobs {
		if there, ok := got.Blobs[d]; !ok || there != size {
			return fmt.Errorf("blob %s is missing", d)
		}
	}
	for _, d := range i.contents.Manifests {
		if m, ok := got.Manifests[d]; !ok || digest.FromBytes(m.Body) != d {
			return fmt.Errorf("manifest %s is missing", d)
		}
	}
	return nil
}

// untouched returns an error unless the image at each destination is as it was, or all of it is there.
func (w *world) untouched(ctx context.Context, i image) error {
	if w.fault.way == toECR {
		status, _, err := w.fetch(ctx, "manifests/"+i.tag)
		if err != nil || status == http.StatusNotFound {
			return err
		}
		return w.exactECR(ctx, i)
	}
	for _, s := range w.sinks {
		got, ok := s.Repository(repository).Tags[i.tag]
		if got == w.old && ok == (w.old != "") {
			continue
		}
		if err := exactSink(s, i); err != nil {
			return fmt.Errorf("it failed, and the tag moved: %w", err)
		}
	}
	if w.fault.way == toTwo { // whose faults are the first's
		if err := exactSink(w.sinks[1], i); err != nil {
			return fmt.Errorf("the other destination: %w", err)
		}
	}
	return nil
}

// exactECR reads everything of an image back, through /v2/.
func (w *world) exactECR(ctx context.Context, i image) error {
	if err := w.is(ctx, "manifests/"+i.tag, i.contents.Root); err != nil {
		return err
	}
	for _, d := range i.contents.Manifests {
		if err := w.is(ctx, "manifests/"+d.String(), d); err != nil {
			return err
		}
	}
	for d := range i.contents.Blobs {
		if err := w.is(ctx, "blobs/"+d.String(), d); err != nil {
			return err
		}
	}
	return nil
}

func (w *world) is(ctx context.Context, path string, want digest.Digest) error {
	status, got, err := w.fetch(ctx, path)
	switch {
	case err != nil:
		return err
	case status != http.StatusOK:
		return fmt.Errorf("%s: %d", path, status)
	case got != want:
		return fmt.Errorf("%s has the digest %s", path, got)
	}
	return nil
}

// fetch returns the digest of what ECR has in the repository.
func (w *world) fetch(ctx context.Context, path string) (status int, d digest.Digest, err error) {
	url := fmt.Sprintf("%s/v2/%s/%s/%s/%s", w.ecr.URL(), w.ecr.Account(), w.ecr.Region(), repository, path)
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return 0, "", err
	}
	req.Header.Set("Accept", ociManifest+", "+ociIndex)
	resp, err := w.ecr.Owner().RoundTrip(req)
	if err != nil {
		return 0, "", err
	}
	defer resp.Body.Close()
	digester := digest.SHA256.Digester()
	if _, err := io.Copy(digester.Hash(), resp.Body); err != nil {
		return 0, "", err
	}
	return resp.StatusCode, digester.Digest(), nil
}
