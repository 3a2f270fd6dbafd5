package ecr

import (
	"context"
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
			if last := w.pushes[len(w.pushes)-1]; len(w.pushes) != 3 || last.Tag != "v1" ||
				last.Repository != "team/app" {
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
	awstest.Must[any](t)(w.ecr.BatchDeleteImage(t.Context(),
		&awsecr.BatchDeleteImageInput{RepositoryName: aws.String("app"), ImageIds: ids("v1")}))
	for _, gone := range []string{":v1", "@" + digest.FromString(index).String()} {
		if status := statusOf(headError(t, repo+gone)); status != http.StatusNotFound {
			t.Errorf("deleted %s: status %d", gone, status)
		}
	}
}

func TestBlobsAreNotMountedIntoECR(t *testing.T) {
	w := newWorld(t)
	w.repository("app", "other")
	w.image("app", "v1", "config", "layer")
	d := digest.FromString("layer").String()
	for _, tt := range []struct{ name, url, host string }{
		{
			"by path",
			w.url + "/v2/111111111111/eu-west-1/other/blobs/uploads/?mount=" + d + "&from=111111111111/eu-west-1/app",
			w.host,
		},
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
	if body != signed || resp.Header.Get("Content-Type") != dockerV1Signed ||
		resp.Header.Get("Docker-Content-Digest") != d.String() {
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
	if err := remote.Delete(ref(t,
		w.host+"/library/app@"+awstest.Must[v1.Hash](t)(img.Digest()).String())); err != nil {
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
