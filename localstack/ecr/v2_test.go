package ecr

import (
	"context"
	"errors"
	"net"
	"net/http"
	"strings"
	"testing"

	"ecrmirror/testkit/awstest"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsecr "github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/random"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/remote/transport"
	"github.com/google/go-containerregistry/pkg/v1/types"
	"github.com/google/go-containerregistry/pkg/v1/validate"
	"github.com/opencontainers/go-digest"
)

const registryName = "111111111111.dkr.ecr.eu-west-1.amazonaws.com"

// ref parses a name of the other client.
func ref(t *testing.T, s string) name.Reference {
	t.Helper()
	return awstest.Must[name.Reference](t)(name.ParseReference(s, name.Insecure))
}

// toServer makes the other client reach the stand-in whatever host it asks for.
func (w *world) toServer() remote.Option {
	dial := func(ctx context.Context, network, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, network, w.host)
	}
	return remote.WithTransport(&http.Transport{DialContext: dial, DisableKeepAlives: true})
}

func randomIndex(t *testing.T) v1.ImageIndex {
	t.Helper()
	return mutate.IndexMediaType(awstest.Must[v1.ImageIndex](t)(random.Index(256, 2, 2)), types.OCIImageIndex)
}

func randomImage(t *testing.T) v1.Image {
	t.Helper()
	return awstest.Must[v1.Image](t)(random.Image(256, 2))
}

// What one way in takes, the other gives, and so for each way to address ECR.
func TestPushedByV2ReadByAPI(t *testing.T) {
	for _, tt := range []struct{ name, repo string }{
		{"by path", "HOST/111111111111/eu-west-1/team/app"},
		{"by host", registryName + "/team/app"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t)
			w.repository("team/app")
			repo := strings.Replace(tt.repo, "HOST", w.host, 1)
			index := randomIndex(t)
			if err := remote.WriteIndex(ref(t, repo+":v1"), index, w.toServer()); err != nil {
				t.Fatal(err)
			}
			want := string(awstest.Must[[]byte](t)(index.RawManifest()))
			got := w.get("team/app", nil, byTag("v1")).Images[0]
			if *got.ImageManifest != want || *got.ImageManifestMediaType != ociIndex {
				t.Errorf("got %s\n%s", *got.ImageManifestMediaType, *got.ImageManifest)
			}
			if last := w.pushes[len(w.pushes)-1]; len(w.pushes) != 3 || last.Tag != "v1" || last.Repository != "team/app" {
				t.Errorf("pushes: %v", w.pushes)
			}
			if err := remote.WriteIndex(ref(t, repo+":v1"), index, w.toServer()); err != nil {
				t.Errorf("the same again: %v", err)
			}
			pulled := awstest.Must[v1.ImageIndex](t)(remote.Index(ref(t, repo+":v1"), w.toServer()))
			if err := validate.Index(pulled); err != nil {
				t.Error(err)
			}
			tags := awstest.Must[[]string](t)(remote.List(ref(t, repo).Context(), w.toServer()))
			if diff := cmp.Diff([]string{"v1"}, tags); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestPutByAPIReadByV2(t *testing.T) {
	w := newWorld(t)
	w.repository("app")
	child, childDigest := w.image("app", "", "{}", "layer")
	index := indexOf(ociIndex, ociManifest, child)
	if err := w.put("app", index, ociIndex, "v1"); err != nil {
		t.Fatal(err)
	}
	repo := w.host + "/111111111111/eu-west-1/app"
	got := awstest.Must[*remote.Descriptor](t)(remote.Get(ref(t, repo+":v1")))
	if string(got.Manifest) != index {
		t.Errorf("%s", got.Manifest)
	}
	img := awstest.Must[v1.Image](t)(remote.Image(ref(t, repo+"@"+childDigest.String())))
	layers := awstest.Must[[]v1.Layer](t)(img.Layers())
	blob, err := layers[0].Compressed()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = blob.Close() }()
	if got := awstest.Must[digest.Digest](t)(digest.FromReader(blob)); got != digest.FromString("layer") {
		t.Error(got)
	}
	awstest.Must[any](t)(w.ecr.BatchDeleteImage(t.Context(), &awsecr.BatchDeleteImageInput{RepositoryName: aws.String("app"), ImageIds: ids("v1")}))
	for _, gone := range []string{":v1", "@" + digest.FromString(index).String()} {
		if status := statusOf(headError(t, repo+gone)); status != http.StatusNotFound {
			t.Errorf("deleted %s: status %d", gone, status)
		}
	}
}

func headError(t *testing.T, s string) error {
	t.Helper()
	_, err := remote.Head(ref(t, s))
	return err
}

func statusOf(err error) int {
	if e, ok := errors.AsType[*transport.Error](err); ok {
		return e.StatusCode
	}
	return 0
}

func TestV2Refusals(t *testing.T) {
	w := newWorld(t)
	w.repository("app", "frozen")
	manifest, d := w.image("app", "v1", "config")
	w.image("frozen", "v1", "config")
	w.repositories[repositoryID{registryID{home, region}, "frozen"}].mutability.Setting = immutable
	const base = "/v2/111111111111/eu-west-1/"
	for _, tt := range []struct {
		name, method, path, mediaType, body string
		status                              int
		code                                string
	}{
		{"read of no repository", http.MethodGet, base + "nope/manifests/v1", "", "", 404, "NAME_UNKNOWN"},
		{"tags of no repository", http.MethodGet, base + "nope/tags/list", "", "", 404, "NAME_UNKNOWN"},
		{"upload to no repository", http.MethodPost, base + "nope/blobs/uploads/", "", "", 404, "NAME_UNKNOWN"},
		{"push to no repository", http.MethodPut, base + "nope/manifests/v1", ociManifest, manifest, 404, "NAME_UNKNOWN"},
		{"another account's repository", http.MethodGet, "/v2/222222222222/eu-west-1/app/manifests/v1", "", "", 404, "NAME_UNKNOWN"},
		{"another region's repository", http.MethodGet, "/v2/111111111111/us-east-1/app/manifests/v1", "", "", 404, "NAME_UNKNOWN"},
		{"malformed name", http.MethodGet, base + "a/manifests/v1", "", "", 400, "NAME_INVALID"},
		{"unknown tag", http.MethodGet, base + "app/manifests/v2", "", "", 404, "MANIFEST_UNKNOWN"},
		{"unknown blob", http.MethodGet, base + "app/blobs/" + digest.FromString("absent").String(), "", "", 404, "BLOB_UNKNOWN"},
		{"immutable tag", http.MethodPut, base + "frozen/manifests/v1", ociManifest, manifestOf("config", "config"), 400, "TAG_INVALID"},
		{"malformed tag", http.MethodPut, base + "app/manifests/-", ociManifest, manifest, 400, "TAG_INVALID"},
		{"wrong digest", http.MethodPut, base + "app/manifests/" + digest.FromString("absent").String(), ociManifest, manifest, 400, "DIGEST_INVALID"},
		{"missing layer", http.MethodPut, base + "app/manifests/v2", ociManifest, manifestOf("config", "absent"), 400, "MANIFEST_BLOB_UNKNOWN"},
		{"missing instance", http.MethodPut, base + "app/manifests/v2", ociIndex, indexOf(ociIndex, ociManifest, "absent"), 400, "MANIFEST_BLOB_UNKNOWN"},
		{"not JSON", http.MethodPut, base + "app/manifests/v2", ociManifest, "{", 400, "MANIFEST_INVALID"},
		{"over 4 MiB", http.MethodPut, base + "app/manifests/v2", ociManifest, strings.Repeat(" ", maxManifest+1), 400, "MANIFEST_INVALID"},
		{"delete of a manifest", http.MethodDelete, base + "app/manifests/" + d.String(), "", "", 405, "UNSUPPORTED"},
		{"delete of a blob", http.MethodDelete, base + "app/blobs/" + digest.FromString("config").String(), "", "", 405, "UNSUPPORTED"},
		{"tags by no number", http.MethodGet, base + "app/tags/list?n=x", "", "", 400, "PAGINATION_NUMBER_INVALID"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			req := awstest.Must[*http.Request](t)(http.NewRequestWithContext(t.Context(), tt.method, w.url+tt.path, strings.NewReader(tt.body)))
			req.Header.Set("Content-Type", tt.mediaType)
			resp := awstest.Must[*http.Response](t)(http.DefaultClient.Do(req))
			defer func() { _ = resp.Body.Close() }()
			err := transport.CheckError(resp, http.StatusOK)
			if resp.StatusCode != tt.status || !strings.Contains(err.Error(), tt.code) {
				t.Errorf("%v", err)
			}
		})
	}
}

func TestBlobsAreNotMountedIntoECR(t *testing.T) {
	w := newWorld(t)
	w.repository("app", "other")
	w.image("app", "v1", "config", "layer")
	d := digest.FromString("layer").String()
	for _, tt := range []struct{ name, url, host string }{
		{"by path", w.url + "/v2/111111111111/eu-west-1/other/blobs/uploads/?mount=" + d + "&from=111111111111/eu-west-1/app", w.host},
		{"by host", w.url + "/v2/other/blobs/uploads/?mount=" + d + "&from=app", registryName},
		{"out of ECR", w.url + "/v2/external/blobs/uploads/?mount=" + d + "&from=111111111111/eu-west-1/app", w.host},
	} {
		t.Run(tt.name, func(t *testing.T) {
			resp, _ := w.do(http.MethodPost, tt.url, "Host", tt.host)
			if resp.StatusCode != http.StatusAccepted {
				t.Errorf("%s", resp.Status)
			}
		})
	}
}

func TestTagsComeInPages(t *testing.T) {
	w := newWorld(t)
	w.repository("app")
	manifest, _ := w.image("app", "a", "config")
	for _, tag := range []string{"b", "c"} {
		if err := w.put("app", manifest, ociManifest, tag); err != nil {
			t.Fatal(err)
		}
	}
	for _, repo := range []string{w.host + "/111111111111/eu-west-1/app", registryName + "/app"} {
		tags := awstest.Must[[]string](t)(remote.List(ref(t, repo).Context(), remote.WithPageSize(2), w.toServer()))
		if diff := cmp.Diff([]string{"a", "b", "c"}, tags); diff != "" {
			t.Errorf("%s: %s", repo, diff)
		}
	}
}

// Docker's first schema is known to ECR but not to distribution.
func TestFirstSchemaThroughV2(t *testing.T) {
	w := newWorld(t)
	w.repository("app")
	w.image("app", "v1", "config", "layer")
	signed, d := signedManifest("layer")
	if err := w.put("app", signed, dockerV1Signed, "v1"); err != nil {
		t.Fatal(err)
	}
	resp, body := w.do(http.MethodGet, w.url+"/v2/111111111111/eu-west-1/app/manifests/v1")
	if body != signed || resp.Header.Get("Content-Type") != dockerV1Signed || resp.Header.Get("Docker-Content-Digest") != d.String() {
		t.Errorf("%s\n%v\n%s", resp.Status, resp.Header, body)
	}
	if err := w.put("app", manifestOf("config"), ociManifest, "v1"); err != nil {
		t.Fatal(err)
	}
	got := awstest.Must[*remote.Descriptor](t)(remote.Get(ref(t, w.host+"/111111111111/eu-west-1/app:v1")))
	if string(got.Manifest) != manifestOf("config") {
		t.Errorf("%s", got.Manifest)
	}
}

// Other names are an ordinary registry's, in which repositories come with the first push.
func TestExternalRegistry(t *testing.T) {
	w := newWorld(t)
	img := randomImage(t)
	tag := ref(t, w.host+"/library/app:v1")
	if status := statusOf(headError(t, tag.Name())); status != http.StatusNotFound {
		t.Errorf("before the push: status %d", status)
	}
	if err := remote.Write(tag, img); err != nil {
		t.Fatal(err)
	}
	pulled := awstest.Must[v1.Image](t)(remote.Image(tag))
	if err := validate.Image(pulled); err != nil {
		t.Error(err)
	}
	if err := remote.Delete(ref(t, w.host+"/library/app@"+awstest.Must[v1.Hash](t)(img.Digest()).String())); err != nil {
		t.Error(err)
	}
	if len(w.pushes) != 0 {
		t.Errorf("ECR reports %v", w.pushes)
	}
	index := randomIndex(t)
	if err := remote.Put(ref(t, w.host+"/library/app:v2"), index); statusOf(err) != http.StatusBadRequest {
		t.Errorf("an index without its instances: %v", err)
	}
}
