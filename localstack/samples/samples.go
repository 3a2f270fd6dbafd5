// Package samples serves ordinary container registries on this machine, of which the first has sample images: something
// to mirror where no other registry can be reached.
package samples

import (
	"archive/tar"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"time"

	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/registry"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
	"github.com/google/go-containerregistry/pkg/v1/types"
)

// A Registry serves images until it is closed.
type Registry struct {
	server *http.Server
	ended  chan struct{}
	host   string
}

// Start serves a registry at an address, whose port may be 0, with or without a referrers API. It keeps what is pushed
// in memory, and wants no login.
func Start(ctx context.Context, addr string, referrers bool) (*Registry, error) {
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("registry: %w", err)
	}
	discard := log.New(io.Discard, "", 0)
	r := &Registry{
		server: &http.Server{
			Handler:  whole(registry.New(registry.Logger(discard), registry.WithReferrersSupport(referrers))),
			ErrorLog: discard, ReadHeaderTimeout: time.Minute,
		},
		ended: make(chan struct{}), host: listener.Addr().String(),
	}
	go func() {
		defer close(r.ended)
		_ = r.server.Serve(listener) // it ends by Close
	}()
	return r, nil
}

// Host returns the registry's HOST:PORT.
func (r *Registry) Host() string { return r.host }

// Close ends the registry.
func (r *Registry) Close() error {
	err := r.server.Close()
	<-r.ended
	return err
}

// Fill pushes the sample images to the registry, and returns their names.
func (r *Registry) Fill(ctx context.Context) ([]string, error) {
	var names []string
	for _, image := range []string{"hello:1.0.0", "hello:1.1.0", "hello:2.0.0", "hello:latest", "tool:1.0.0"} {
		tag, err := name.NewTag(r.host + "/" + image)
		if err != nil {
			return nil, err
		}
		index, err := sample(image)
		if err == nil {
			err = remote.WriteIndex(tag, index, remote.WithContext(ctx))
		}
		if err != nil {
			return nil, errors.Join(fmt.Errorf("sample image %s", image), err)
		}
		names = append(names, tag.String())
	}
	return names, nil
}

// sample returns an image of two platforms whose bytes follow from its name.
func sample(image string) (v1.ImageIndex, error) {
	index := mutate.IndexMediaType(empty.Index, types.OCIImageIndex)
	for _, architecture := range []string{"amd64", "arm64"} {
		base := mutate.MediaType(mutate.ConfigMediaType(empty.Image, types.OCIConfigJSON), types.OCIManifestSchema1)
		platform := &v1.Platform{OS: "linux", Architecture: architecture}
		config, err := mutate.ConfigFile(base, &v1.ConfigFile{
			OS: platform.OS, Architecture: architecture, RootFS: v1.RootFS{Type: "layers"},
		})
		if err != nil {
			return nil, err
		}
		layer, err := textLayer("this is " + image + " for " + architecture + "\n")
		if err != nil {
			return nil, err
		}
		layered, err := mutate.AppendLayers(config, layer)
		if err != nil {
			return nil, err
		}
		index = mutate.AppendManifests(index, mutate.IndexAddendum{
			Add: layered, Descriptor: v1.Descriptor{Platform: platform},
		})
	}
	return index, nil
}

// textLayer returns a layer with one file, which has the text.
func textLayer(text string) (v1.Layer, error) {
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	header := &tar.Header{Name: "hello.txt", Mode: 0o644, Size: int64(len(text)), Format: tar.FormatUSTAR}
	if err := w.WriteHeader(header); err != nil {
		return nil, err
	}
	if _, err := io.WriteString(w, text); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	open := func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(b.Bytes())), nil }
	return tarball.LayerFromOpener(open, tarball.WithMediaType(types.OCILayer))
}

// whole hands requests on once their bodies are there: go-containerregistry's registry holds a lock while it reads one,
// so that a slow upload would hold up all others.
func whole(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			http.Error(w, "the body did not come whole", http.StatusBadRequest)
			return
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		next.ServeHTTP(w, r)
	})
}
