package ecr

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"ecrmirror/testkit/awstest"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsecr "github.com/aws/aws-sdk-go-v2/service/ecr"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/remote"
)

func TestBytesThroughV2AreCounted(t *testing.T) {
	w := newWorld(t)
	w.repository("app")
	img := randomImage(t)
	size := int64(len(awstest.Must[[]byte](t)(img.RawConfigFile())))
	layers := awstest.Must[[]v1.Layer](t)(img.Layers())
	for _, l := range layers {
		size += awstest.Must[int64](t)(l.Size())
	}
	for repo, counted := range map[string]string{
		w.host + "/111111111111/eu-west-1/app": "111111111111/eu-west-1/app",
		w.host + "/library/app":                "library/app",
	} {
		if err := remote.Write(ref(t, repo), img); err != nil {
			t.Fatal(err)
		}
		blob := "http://" + strings.Replace(repo, w.host, w.host+"/v2",
			1) + "/blobs/" + awstest.Must[v1.Hash](t)(layers[0].Digest()).String()
		w.do(http.MethodHead, blob)
		w.do(http.MethodGet, blob, "Range", "bytes=10-19")
		if got := w.stats.Snapshot(); got.BytesWritten[counted] != size || got.BytesRead[counted] != 10 {
			t.Errorf("%s: counted %d bytes written and %d read, want %d and 10", repo, got.BytesWritten[counted],
				got.BytesRead[counted], size)
		}
	}
	calls := w.stats.Snapshot().Calls
	for call, want := range map[string]int64{"v2.PUT manifest": 2, "v2.GET blob": 2, "v2.PATCH upload": 6} {
		if calls[call] != want {
			t.Errorf("counted %d of %s, want %d", calls[call], call, want)
		}
	}
}

func TestPullsThroughV2AreRecorded(t *testing.T) {
	w := newWorld(t)
	w.repository("app")
	w.image("app", "v1", "config")
	url := w.url + "/v2/111111111111/eu-west-1/app/manifests/v1"
	for _, tt := range []struct {
		method string
		want   bool
	}{{http.MethodHead, false}, {http.MethodGet, true}} {
		if resp, _ := w.do(tt.method, url, "Accept", ociManifest); resp.StatusCode != http.StatusOK {
			t.Fatal(resp.Status)
		}
		out := awstest.Must[*awsecr.DescribeImagesOutput](t)(w.ecr.DescribeImages(t.Context(),
			&awsecr.DescribeImagesInput{RepositoryName: aws.String("app")}))
		if got := out.ImageDetails[0].LastRecordedPullTime != nil; got != tt.want {
			t.Errorf("after %s: pull recorded is %v", tt.method, got)
		}
	}
}

func TestCatalogIsTheOrdinaryRegistrys(t *testing.T) {
	w := newWorld(t)
	if resp, _ := w.do(http.MethodGet, w.url+"/v2/_catalog", "Host",
		registryName); resp.StatusCode != http.StatusMethodNotAllowed {
		t.Errorf("on an ECR host: %s", resp.Status)
	}
	if resp, body := w.do(http.MethodGet, w.url+"/v2/_catalog"); resp.StatusCode != http.StatusOK {
		t.Errorf("on another: %s %s", resp.Status, body)
	}
}

// Many clients, by both ways, into the same repositories.
func TestManyPushersAtOnce(t *testing.T) {
	w := newWorld(t)
	w.repository("app")
	img := randomImage(t)
	done := make(chan error)
	for i := range 8 {
		tag := ref(t, w.host+"/111111111111/eu-west-1/app:"+string(rune('a'+i)))
		go func() {
			done <- errors.Join(remote.Write(tag, img), describe("app")(t.Context(), w.ecr))
		}()
	}
	for range 8 {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
	out := awstest.Must[*awsecr.ListImagesOutput](t)(w.ecr.ListImages(t.Context(),
		&awsecr.ListImagesInput{RepositoryName: aws.String("app")}))
	if len(out.ImageIds) != 8 || len(w.pushes) != 8 {
		t.Errorf("%d tags, %d pushes", len(out.ImageIds), len(w.pushes))
	}
}
