package mirror

import (
	"context"
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/opencontainers/go-digest"

	"ecrmirror/internal/artifacts"
	"ecrmirror/internal/chunked"
	"ecrmirror/internal/imagename"
	"ecrmirror/internal/mirror/content"
	"ecrmirror/internal/mirror/port"
	"ecrmirror/internal/request"
	"ecrmirror/internal/transient"
)

// A blob that does not come in time, since the source or a destination says nothing more, is not waited for by one
// image after the other that has it. Images that don't have it, and other destinations, are not held up.
func TestABlobThatDoesNotComeIsWaitedForOnce(t *testing.T) {
	for _, c := range []struct{ mute, err string }{
		{"src", "source registry.test/src:%s: reading blob"}, {"a", "destination registry.test/a:%s: writing blob"},
	} {
		t.Run(c.mute, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				const many = 14
				f := &family{many: many, mute: c.mute, tags: map[string]digest.Digest{}}
				asked, err := request.Parse("registry.test/src:"+f.listed(), "registry.test/a:*", "registry.test/b:*")
				if err != nil {
					t.Fatal(err)
				}
				began := time.Now()
				opts := Options{Transient: transient.Is, Images: 6, StallTimeout: 20 * time.Second}
				New(f, opts).Copy(t.Context(), asked, func(n int, report *Report) {
					for _, r := range report.Results {
						has, is := f.tag(r.Name)
						if n == many-1 || c.mute != "src" && r.Name.Repository == "b" {
							if r.State != Copied || has != digest.FromString(f.manifest(n)) {
								t.Errorf("%s: %s, %v", r.Name, r.State, r.Err)
							}
							continue
						}
						want := fmt.Sprintf(c.err, r.Name.Tag)
						if r.State != Failed || !r.Transient || !strings.HasPrefix(r.Err.Error(), want) || is {
							t.Errorf("%s: %s, transient %v, %v", r.Name, r.State, r.Transient, r.Err)
						}
					}
				})
				// The first six in their first try and in their second, and then the others.
				if took := time.Since(began); took > 3*time.Minute {
					t.Errorf("%d images with a blob that does not come took %v", many, took)
				}
			})
		})
	}
}

// A family are images of one layer, which all but the last have in common, in a registry whose repository src they are
// copied from. One of the repositories says nothing of that layer for ever.
type family struct {
	many int
	mute string

	mu   sync.Mutex
	tags map[string]digest.Digest // that were put
}

const common = "the layer that they have in common"

func (f *family) listed() string {
	tags := make([]string, f.many)
	for n := range tags {
		tags[n] = fmt.Sprint(n)
	}
	return strings.Join(tags, ",")
}

func (f *family) manifest(n int) string {
	layer := common
	if n == f.many-1 {
		layer = "its own"
	}
	describe := func(text string) string {
		return fmt.Sprintf(`{"mediaType":"application/x","digest":%q,"size":%d}`, digest.FromString(text), len(text))
	}
	return fmt.Sprintf(`{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","config":%s,`+
		`"layers":[%s]}`, describe(fmt.Sprint("config ", n)), describe(layer))
}

func (f *family) tag(name imagename.Name) (digest.Digest, bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	d, is := f.tags[name.Repository+":"+name.Tag]
	return d, is
}

func (f *family) Source(context.Context, imagename.Name) (port.Source, error) {
	return familySource{f: f}, nil
}

func (f *family) Destination(_ context.Context, name imagename.Name) (port.Destination, error) {
	return familyDestination{f: f, repository: name.Repository}, nil
}

func (f *family) Artifacts(context.Context, imagename.Name) (port.Artifacts, error) { return f, nil }

// Of implements [port.Artifacts]: nothing belongs to an image.
func (*family) Of(context.Context, digest.Digest) ([]artifacts.Artifact, error) { return nil, nil }

func (f *family) Digest(_ context.Context, name imagename.Name) (digest.Digest, error) {
	if name.Repository != "src" {
		return "", nil
	}
	var n int
	_, err := fmt.Sscan(name.Tag, &n)
	return digest.FromString(f.manifest(n)), err
}

// hangs waits for the end of a call about the common layer, in the repository that is mute.
func (f *family) hangs(ctx context.Context, repository string, blob digest.Digest) error {
	if repository != f.mute || blob != digest.FromString(common) {
		return nil
	}
	<-ctx.Done()
	return ctx.Err()
}

type familySource struct{ f *family }

func (s familySource) Manifest(_ context.Context, reference string) (manifest []byte, mediaType string, err error) {
	for n := range s.f.many {
		if m := s.f.manifest(n); digest.FromString(m).String() == reference {
			return []byte(m), "", nil
		}
	}
	return nil, "", fmt.Errorf("no manifest %q", reference)
}

func (s familySource) Blob(ctx context.Context, blob content.Blob) (chunked.Blob, error) {
	if err := s.f.hangs(ctx, "src", blob.Digest); err != nil {
		return nil, err
	}
	for _, text := range append([]string{common, "its own"}, configs(s.f.many)...) {
		if digest.FromString(text) == blob.Digest {
			return chunked.OpenSequential(ctx, chunked.Stall{}, func(context.Context) (io.ReadCloser, int64, error) {
				return io.NopCloser(strings.NewReader(text)), int64(len(text)), nil
			})
		}
	}
	return nil, fmt.Errorf("no blob %s", blob.Digest)
}

func configs(many int) []string {
	list := make([]string, many)
	for n := range list {
		list[n] = fmt.Sprint("config ", n)
	}
	return list
}

func (familySource) OneAtATime() bool { return false }
func (familySource) Close() error     { return nil }

type familyDestination struct {
	f          *family
	repository string
}

func (familyDestination) Accepts(port.Manifest, bool) error                { return nil }
func (familyDestination) Expect(context.Context, []digest.Digest) error    { return nil }
func (familyDestination) PartSize(int64) int64                             { return 0 }
func (familyDestination) PutManifest(context.Context, port.Manifest) error { return nil }
func (familyDestination) OneAtATime() bool                                 { return false }
func (familyDestination) Close() error                                     { return nil }

func (familyDestination) HasBlob(context.Context, digest.Digest) (has bool, size int64, err error) {
	return false, 0, nil
}

func (d familyDestination) PutBlob(ctx context.Context, blob content.Blob, stream chunked.Lender) error {
	if err := readThrough(ctx, stream, blob); err != nil {
		return err
	}
	return d.f.hangs(ctx, d.repository, blob.Digest) // it does not answer
}

func (d familyDestination) PutTag(_ context.Context, name imagename.Name, m port.Manifest) error {
	d.f.mu.Lock()
	defer d.f.mu.Unlock()
	d.f.tags[d.repository+":"+name.Tag] = m.Digest
	return nil
}
