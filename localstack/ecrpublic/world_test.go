package ecrpublic_test

import (
	"context"
	"encoding/json"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsecr "github.com/aws/aws-sdk-go-v2/service/ecr"
	sdk "github.com/aws/aws-sdk-go-v2/service/ecrpublic"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/opencontainers/go-digest"

	"ecrmirror/localstack/ecr"
	"ecrmirror/localstack/ecrpublic"
	"ecrmirror/localstack/stats"
	"ecrmirror/testkit/awstest"
)

const (
	home     = "111111111111"
	other    = "222222222222"
	alias    = "p111111111111"
	manifest = "application/vnd.oci.image.manifest.v1+json"
)

// A world is both stand-ins on a port.
type world struct {
	t        *testing.T
	registry *ecr.Registry
	url      string
	host     string
	stats    *stats.Counter
	client   *sdk.Client // of home
	now      time.Time
	pushes   atomic.Int32 // that ECR told of
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{t: t, stats: &stats.Counter{}, now: time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)}
	clock := func() time.Time { return w.now }
	var err error
	w.registry, err = ecr.New(t.Context(), ecr.Options{
		Home: home, Dir: t.TempDir(), Stats: w.stats, Now: clock, OnPush: func(ecr.Push) { w.pushes.Add(1) },
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { w.registry.Close(context.Background()) })
	public := ecrpublic.New(ecrpublic.Options{Home: home, Registry: w.registry, Stats: w.stats, Now: clock})
	mux := http.NewServeMux()
	mux.HandleFunc("/v2/", w.registry.ServeV2)
	mux.HandleFunc("/", func(rw http.ResponseWriter, req *http.Request) {
		if strings.HasPrefix(req.Header.Get("X-Amz-Target"), ecrpublic.TargetPrefix) {
			public.ServeHTTP(rw, req)
			return
		}
		w.registry.ServeAPI(rw, req)
	})
	w.url = awstest.Serve(t, mux)
	w.host = strings.TrimPrefix(w.url, "http://")
	w.client = w.as(home, "us-east-1")
	return w
}

// as returns the real SDK's client, which sends a refused call once only.
func (w *world) as(keyID, region string) *sdk.Client {
	return sdk.NewFromConfig(awstest.Config(w.url, keyID, region))
}

// private returns a client of private ECR for the same account.
func (w *world) private(region string) *awsecr.Client {
	return awsecr.NewFromConfig(awstest.Config(w.url, home, region))
}

// toServer makes another client reach the stand-in whatever host it asks for.
func (w *world) toServer() remote.Option {
	dial := func(ctx context.Context, network, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, network, w.host)
	}
	return remote.WithTransport(&http.Transport{DialContext: dial, DisableKeepAlives: true})
}

func (w *world) repository(name string) {
	w.t.Helper()
	awstest.Must[any](w.t)(w.client.CreateRepository(w.t.Context(), &sdk.CreateRepositoryInput{RepositoryName: &name}))
}

func (w *world) initiate(registry *string, repo string) string {
	w.t.Helper()
	out := awstest.Must[*sdk.InitiateLayerUploadOutput](w.t)(
		w.client.InitiateLayerUpload(w.t.Context(), &sdk.InitiateLayerUploadInput{
			RegistryId: registry, RepositoryName: &repo,
		}))
	if *out.PartSize != 10_485_760 {
		w.t.Errorf("parts of %d bytes", *out.PartSize)
	}
	return *out.UploadId
}

// layer puts a blob into a repository of a registry, by id or alias; nil is the caller's.
func (w *world) layer(registry *string, repo, content string) string {
	w.t.Helper()
	upload, d := w.initiate(registry, repo), digest.FromString(content).String()
	awstest.Must[any](w.t)(w.client.UploadLayerPart(w.t.Context(), &sdk.UploadLayerPartInput{
		RegistryId: registry, RepositoryName: &repo, UploadId: &upload,
		PartFirstByte: aws.Int64(0), PartLastByte: aws.Int64(int64(len(content)) - 1), LayerPartBlob: []byte(content),
	}))
	awstest.Must[any](w.t)(w.client.CompleteLayerUpload(w.t.Context(), &sdk.CompleteLayerUploadInput{
		RegistryId: registry, RepositoryName: &repo, UploadId: &upload, LayerDigests: []string{d},
	}))
	return d
}

// manifestOf is a manifest of a config and a layer with the given contents.
func manifestOf(config, layer string) string {
	blob := func(mediaType, content string) map[string]any {
		return map[string]any{"mediaType": mediaType, "digest": digest.FromString(content), "size": len(content)}
	}
	raw, err := json.Marshal(map[string]any{
		"schemaVersion": 2, "mediaType": manifest, "config": blob("application/vnd.oci.image.config.v1+json", config),
		"layers": []any{blob("application/vnd.oci.image.layer.v1.tar+gzip", layer)},
	})
	if err != nil {
		panic(err)
	}
	return string(raw)
}

func (w *world) put(registry *string, repo, content string, tag *string) error {
	_, err := w.client.PutImage(w.t.Context(), &sdk.PutImageInput{
		RegistryId: registry, RepositoryName: &repo, ImageManifest: &content,
		ImageManifestMediaType: aws.String(manifest), ImageTag: tag,
	})
	return err
}

// image puts an image of two blobs under a tag and returns its manifest.
func (w *world) image(repo, tag, config, layer string) string {
	w.t.Helper()
	for _, content := range []string{config, layer} {
		w.layer(nil, repo, content)
	}
	content := manifestOf(config, layer)
	if err := w.put(nil, repo, content, &tag); err != nil {
		w.t.Fatal(err)
	}
	return content
}
