package ecr

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"ecrmirror/testkit/awstest"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsecr "github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/aws/aws-sdk-go-v2/service/ecr/types"
	"github.com/opencontainers/go-digest"
)

// v2 makes a request of the front and returns its status and body.
func (w *world) v2(method, path, mediaType, body string) (int, string) {
	w.t.Helper()
	req := awstest.Must[*http.Request](w.t)(http.NewRequestWithContext(w.t.Context(), method, w.url+path,
		strings.NewReader(body)))
	if mediaType != "" {
		req.Header.Set("Content-Type", mediaType)
		req.Header.Set("Accept", mediaType)
	}
	resp := awstest.Must[*http.Response](w.t)(http.DefaultClient.Do(req))
	defer resp.Body.Close()
	return resp.StatusCode, string(awstest.Must[[]byte](w.t)(io.ReadAll(resp.Body)))
}

func TestAPushRestoresAtOnce(t *testing.T) {
	w := newWorld(t)
	w.repository("app")
	awstest.Must[any](t)(w.ecr.PutImageTagMutability(t.Context(), &awsecr.PutImageTagMutabilityInput{
		RepositoryName: aws.String("app"), ImageTagMutability: types.ImageTagMutabilityImmutable,
	}))
	manifest, d := w.image("app", "1", "config", "layer")
	w.archive("app", "1")
	if err := w.put("app", manifest, ociManifest, "1"); awstest.Code(err) != "LayersNotFoundException" {
		t.Errorf("manifest alone: %v", err)
	}
	for _, content := range []string{"config", "layer"} {
		w.layer("app", []byte(content)) // and not LayerAlreadyExistsException
		if got := w.availability("app", content); got != types.LayerAvailabilityAvailable {
			t.Errorf("%s after its upload: %s", content, got)
		}
	}
	if got := w.pull("app", d); got != types.ImageFailureCodeImageInaccessible {
		t.Errorf("before the manifest came: %q", got)
	}
	if err := w.put("app", manifest, ociManifest, "1"); err != nil {
		t.Fatal(err)
	}
	if got := w.described("app", d); got.ImageStatus != types.ImageStatusActive || w.pull("app", d) != "" {
		t.Errorf("after the push: %+v", got)
	}
	if err := w.put("app", manifest, ociManifest, "1"); awstest.Code(err) != "ImageTagAlreadyExistsException" {
		t.Errorf("pushed once more: %v", err)
	}
	w.archive("app", "1") // and again
	if got := w.availability("app", "layer"); got != types.LayerAvailabilityArchived {
		t.Errorf("layer, archived again: %s", got)
	}
}

func TestAPushUnderV2RestoresAtOnce(t *testing.T) {
	w := newWorld(t)
	w.repository("app")
	manifest, d := w.image("app", "1", "config", "layer")
	w.archive("app", "1")
	path := "/v2/" + home + "/" + region + "/app/"
	for _, content := range []string{"config", "layer"} {
		req := awstest.Must[*http.Request](t)(http.NewRequestWithContext(t.Context(), http.MethodPost,
			w.url+path+"blobs/uploads/", nil))
		resp := awstest.Must[*http.Response](t)(http.DefaultClient.Do(req))
		_ = resp.Body.Close()
		location := awstest.Must[any](t)(resp.Location())
		at := location.(interface{ String() string }).String()
		at = strings.TrimPrefix(at, w.url)
		separator := "?"
		if strings.Contains(at, "?") {
			separator = "&"
		}
		if got, body := w.v2(http.MethodPut, at+separator+"digest="+digest.FromString(content).String(),
			"application/octet-stream", content); got != http.StatusCreated {
			t.Fatalf("uploading: %d %s", got, body)
		}
	}
	if got, body := w.v2(http.MethodPut, path+"manifests/1", ociManifest, manifest); got != http.StatusCreated {
		t.Fatalf("pushing: %d %s", got, body)
	}
	if got, body := w.v2(http.MethodGet, path+"manifests/1", ociManifest, ""); got != http.StatusOK ||
		body != manifest {
		t.Errorf("pull: %d %s", got, body)
	}
	if got := w.described("app", d).ImageStatus; got != types.ImageStatusActive {
		t.Errorf("status %s", got)
	}
}
