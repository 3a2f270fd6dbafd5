package ecr

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsecr "github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/opencontainers/go-digest"

	"ecrmirror/localstack/stats"
	"ecrmirror/testkit/awstest"
)

const (
	home   = "111111111111"
	other  = "222222222222"
	region = "eu-west-1"
)

// A world is the stand-in on a port, a clock to turn, and what was pushed.
type world struct {
	*Registry
	t     *testing.T
	url   string
	host  string
	stats *stats.Counter
	ecr   *awsecr.Client // of home in region

	mu     sync.Mutex
	now    time.Time
	pushes []Push
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{t: t, stats: &stats.Counter{}, now: time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)}
	r, err := New(t.Context(), Options{
		Home: home, Dir: t.TempDir(), Stats: w.stats, Now: w.clock,
		OnPush: func(p Push) {
			w.mu.Lock()
			defer w.mu.Unlock()
			w.pushes = append(w.pushes, p)
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	w.Registry = r
	mux := http.NewServeMux()
	mux.HandleFunc("/v2/", r.ServeV2)
	mux.HandleFunc(BlobPrefix, r.ServeBlob)
	mux.HandleFunc("/", r.ServeAPI)
	w.url = awstest.Serve(t, mux)
	w.host = strings.TrimPrefix(w.url, "http://")
	w.ecr = w.client(home, region)
	return w
}

func (w *world) clock() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.now
}

func (w *world) pass(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.now = w.now.Add(d)
}

// client returns the real SDK's client, which sends a refused call once only.
func (w *world) client(keyID, region string) *awsecr.Client {
	return awsecr.NewFromConfig(awstest.Config(w.url, keyID, region))
}

func (w *world) repository(names ...string) {
	w.t.Helper()
	for _, name := range names {
		awstest.Must[any](w.t)(w.ecr.CreateRepository(w.t.Context(),
			&awsecr.CreateRepositoryInput{RepositoryName: &name}))
	}
}

func (w *world) initiate(repo string) string {
	w.t.Helper()
	out := awstest.Must[*awsecr.InitiateLayerUploadOutput](w.t)(
		w.ecr.InitiateLayerUpload(w.t.Context(), &awsecr.InitiateLayerUploadInput{RepositoryName: &repo}))
	return *out.UploadId
}

// part sends bytes from offset first on. A part without bytes says that its last byte is its first.
func (w *world) part(ctx context.Context, repo, upload string, first int64, blob []byte) error {
	_, err := w.ecr.UploadLayerPart(ctx, &awsecr.UploadLayerPartInput{
		RepositoryName: &repo, UploadId: &upload,
		PartFirstByte: aws.Int64(first), PartLastByte: aws.Int64(first + max(int64(len(blob)), 1) - 1),
		LayerPartBlob: blob,
	})
	return err
}

func (w *world) complete(ctx context.Context, repo, upload string, digests ...string) error {
	_, err := w.ecr.CompleteLayerUpload(ctx, &awsecr.CompleteLayerUploadInput{
		RepositoryName: &repo, UploadId: &upload, LayerDigests: digests,
	})
	return err
}

// layer puts a blob into a repository.
func (w *world) layer(repo string, blob []byte) digest.Digest {
	w.t.Helper()
	id, d := w.initiate(repo), digest.FromBytes(blob)
	if err := w.part(w.t.Context(), repo, id, 0, blob); err != nil {
		w.t.Fatal(err)
	}
	if err := w.complete(w.t.Context(), repo, id, d.String()); err != nil {
		w.t.Fatal(err)
	}
	return d
}

// object is JSON in tests.
type object = map[string]any

func encode(v any) string {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetIndent("", "   ") // so that a change of white space shows in the digest
	if err := e.Encode(v); err != nil {
		panic(err)
	}
	return b.String()
}

func blobOf(mediaType string, content string) object {
	return object{"mediaType": mediaType, "digest": digest.FromString(content), "size": len(content)}
}

// manifestOf is an OCI manifest of a config and layers with the given contents.
func manifestOf(config string, layers ...string) string {
	list := []object{}
	for _, l := range layers {
		list = append(list, blobOf("application/vnd.oci.image.layer.v1.tar+gzip", l))
	}
	return encode(object{
		"schemaVersion": 2, "mediaType": ociManifest,
		"config": blobOf("application/vnd.oci.image.config.v1+json", config), "layers": list,
	})
}

// indexOf is an index of manifests.
func indexOf(mediaType, childType string, children ...string) string {
	list := []object{}
	for _, c := range children {
		list = append(list, blobOf(childType, c))
	}
	return encode(object{"schemaVersion": 2, "mediaType": mediaType, "manifests": list})
}

// put puts a manifest; tag "" is none.
func (w *world) put(repo, manifest, mediaType, tag string) error {
	in := &awsecr.PutImageInput{RepositoryName: &repo, ImageManifest: &manifest}
	if mediaType != "" {
		in.ImageManifestMediaType = &mediaType
	}
	if tag != "" {
		in.ImageTag = &tag
	}
	_, err := w.ecr.PutImage(w.t.Context(), in)
	return err
}

// image pushes an OCI image with layers of the given contents.
func (w *world) image(repo, tag, config string, layers ...string) (manifest string, d digest.Digest) {
	w.t.Helper()
	for _, content := range append([]string{config}, layers...) {
		w.layerOnce(repo, content)
	}
	manifest = manifestOf(config, layers...)
	if err := w.put(repo, manifest, ociManifest, tag); err != nil {
		w.t.Fatal(err)
	}
	return manifest, digest.FromString(manifest)
}

// layerOnce puts a blob that may be there.
func (w *world) layerOnce(repo, content string) {
	w.t.Helper()
	id := w.initiate(repo)
	if err := w.part(w.t.Context(), repo, id, 0, []byte(content)); err != nil {
		w.t.Fatal(err)
	}
	err := w.complete(w.t.Context(), repo, id, digest.FromString(content).String())
	if err != nil && awstest.Code(err) != "LayerAlreadyExistsException" {
		w.t.Fatal(err)
	}
}
