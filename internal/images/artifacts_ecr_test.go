package images_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	awscredentials "github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/opencontainers/go-digest"

	"ecrmirror/awsclient"
	"ecrmirror/internal/artifacts"
	"ecrmirror/internal/images"
	"ecrmirror/internal/mirror/port"
	standin "ecrmirror/localstack/ecr"
	"ecrmirror/localstack/stats"
	"ecrmirror/testkit/refregistry"
)

// An ecrWorld is the stand-in for ECR with a repository.
type ecrWorld struct {
	t      *testing.T
	stats  stats.Counter
	denied string // an operation that is denied
	client *images.Client
	sdk    *ecr.Client
}

func newECR(t *testing.T) *ecrWorld {
	t.Helper()
	w := &ecrWorld{t: t}
	registry, err := standin.New(t.Context(), standin.Options{Home: "123456789012", Dir: t.TempDir(), Stats: &w.stats})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if w.denied != "" && strings.HasSuffix(r.Header.Get("X-Amz-Target"), "."+w.denied) {
			rw.WriteHeader(http.StatusBadRequest)
			fmt.Fprint(rw, `{"__type":"AccessDeniedException","message":"no"}`)
			return
		}
		registry.ServeAPI(rw, r)
	}))
	t.Cleanup(server.Close)
	cfg := aws.Config{
		HTTPClient: awsclient.New(), Region: "eu-west-1", BaseEndpoint: &server.URL,
		Credentials: awscredentials.NewStaticCredentialsProvider("a", "b", ""),
	}
	w.client, w.sdk = images.New(images.Options{AWS: cfg, PutImageRate: 1000}), ecr.NewFromConfig(cfg)
	t.Cleanup(w.client.Close)
	create := &ecr.CreateRepositoryInput{RepositoryName: aws.String(app)}
	if _, err := w.sdk.CreateRepository(t.Context(), create); err != nil {
		t.Fatal(err)
	}
	return w
}

// put puts an image whose config is "{}", and that has no layers.
func (w *ecrWorld) put(tag string, content []byte) digest.Digest {
	w.t.Helper()
	name := parse(w.t, ecrHost+"/"+app)
	to, err := w.client.Destination(w.t.Context(), name)
	if err != nil {
		w.t.Fatal(err)
	}
	defer to.Close()
	w.config()
	m := port.Manifest{Digest: digest.FromBytes(content), Content: content}
	if tag == "" {
		err = to.PutManifest(w.t.Context(), m)
	} else {
		name.Tag = tag
		err = to.PutTag(w.t.Context(), name, m)
	}
	if err != nil {
		w.t.Fatal(err)
	}
	return m.Digest
}

// config uploads the config of all images.
func (w *ecrWorld) config() {
	w.t.Helper()
	begin := &ecr.InitiateLayerUploadInput{RepositoryName: aws.String(app)}
	started, err := w.sdk.InitiateLayerUpload(w.t.Context(), begin)
	if err == nil {
		_, err = w.sdk.UploadLayerPart(w.t.Context(), &ecr.UploadLayerPartInput{
			RepositoryName: aws.String(app), UploadId: started.UploadId, LayerPartBlob: []byte("{}"),
			PartFirstByte: aws.Int64(0), PartLastByte: aws.Int64(1),
		})
	}
	if err == nil {
		_, err = w.sdk.CompleteLayerUpload(w.t.Context(), &ecr.CompleteLayerUploadInput{
			RepositoryName: aws.String(app), UploadId: started.UploadId,
			LayerDigests: []string{digest.FromString("{}").String()},
		})
	}
	if err != nil && !strings.Contains(err.Error(), "LayerAlreadyExistsException") {
		w.t.Fatal(err)
	}
}

func (w *ecrWorld) artifacts() port.Artifacts {
	w.t.Helper()
	of, err := w.client.Artifacts(w.t.Context(), parse(w.t, ecrHost+"/"+app))
	if err != nil {
		w.t.Fatal(err)
	}
	return of
}

// calls returns the number of calls of operations.
func (w *ecrWorld) calls(operations ...string) (n int64) {
	for _, operation := range operations {
		n += w.stats.Snapshot().Calls["ecr."+operation]
	}
	return n
}

// The cost of 50 images of 10 instances each: a call for each manifest, and one for the tags of all.
func TestArtifactsInECR(t *testing.T) {
	w := newECR(t)
	image := w.put("v1", refregistry.Image("image"))
	content := refregistry.Referrer(image, "application/spdx+json", "")
	sbom := artifacts.Artifact{Digest: w.put("", content), Size: int64(len(content)), Type: "application/spdx+json"}
	tag := tagOf(image, ".sig")
	signature := artifacts.Artifact{Digest: w.put(tag, refregistry.Image("signature")), Size: -1, Tag: tag}
	of := w.artifacts()
	const listing, all = "ListImageReferrers", "DescribeImages"
	before := w.stats.Snapshot().Calls
	sameArtifacts(t, of, image, sbom, signature)
	for i := range 50*11 - 1 {
		sameArtifacts(t, of, digest.FromString(fmt.Sprint(i)))
	}
	calls, total := w.stats.Snapshot().Calls, int64(0)
	for name, n := range calls {
		total += n - before[name]
	}
	if n, tags := w.calls(listing), w.calls(all); n != 550 || tags != 1 || total != 551 {
		t.Errorf("%d calls of %s, %d of %s, %d in all", n, listing, tags, all, total)
	}
}

// Who may pull, and not list images, asks for the tags of each subject by one call.
func TestArtifactsInECRWithoutThePermissionToListTags(t *testing.T) {
	w := newECR(t)
	image := w.put("v1", refregistry.Image("image"))
	tag := tagOf(image, ".sig")
	signature := artifacts.Artifact{Digest: w.put(tag, refregistry.Image("signature")), Size: -1, Tag: tag}
	w.denied = "DescribeImages"
	of := w.artifacts()
	before := w.calls("BatchGetImage")
	sameArtifacts(t, of, image, signature)
	sameArtifacts(t, of, signature.Digest)
	if n := w.calls("BatchGetImage") - before; n != 2 {
		t.Errorf("%d calls of BatchGetImage", n)
	}
}

func TestArtifactsInECRThatCannotBeListed(t *testing.T) {
	w := newECR(t)
	w.denied = "ListImageReferrers"
	if got, err := w.artifacts().Of(t.Context(), digest.FromString("1")); got != nil ||
		!errors.Is(err, artifacts.ErrNoList) || !strings.Contains(err.Error(), "ecr:ListImageReferrers") {
		t.Errorf("%v, %v", got, err)
	}
}

func TestNoRepositoryInECRHasNoArtifacts(t *testing.T) {
	w := newECR(t)
	of, err := w.client.Artifacts(t.Context(), parse(t, ecrHost+"/none"))
	if err != nil {
		t.Fatal(err)
	}
	sameArtifacts(t, of, digest.FromString("1"))
}
