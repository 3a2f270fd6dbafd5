package ecr

import (
	"bytes"
	"encoding/json"
	"maps"
	"net/http/httptest"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ecrmirror/localstack/awsjson"
	"ecrmirror/testkit/awstest"
)

// public calls an operation of ECR Public as home. The tests in package ecrpublic do so with the SDK.
func (w *world) public(operation string, in object) (out any, err error) {
	w.t.Helper()
	body := awstest.Must[[]byte](w.t)(json.Marshal(in))
	return w.DoPublic(httptest.NewRequest("POST", "/", bytes.NewReader(body)), awsjson.Caller{Account: home}, operation)
}

func TestPublicQuotas(t *testing.T) {
	w := newWorld(t)
	if got := w.Registry.public; got.parts != 1000 || got.layerSize != 10_000<<20 {
		t.Errorf("layers have up to %d parts and %d bytes", got.parts, got.layerSize)
	}
	awstest.Must[any](t)(w.public("CreateRepository", object{"repositoryName": "app"}))
	w.Registry.public = limits{partSize: 9, parts: 2, layerSize: 10, repositories: 1}
	for _, tt := range []struct {
		name  string
		steps []step
	}{
		{"too many parts", []step{{0, 1, ""}, {1, 1, ""}, {2, 1, "LimitExceededException"}}},
		{"too large a part", []step{{0, 10, "InvalidParameterException"}, {0, 9, ""}}},
		{"too large a layer", []step{{0, 9, ""}, {9, 2, "LimitExceededException"}}},
	} {
		began, ok := awstest.Must[any](t)(w.public("InitiateLayerUpload",
			object{"repositoryName": "app"})).(initiateOutput)
		if !ok {
			t.Fatalf("%T", began)
		}
		for _, s := range tt.steps {
			_, err := w.public("UploadLayerPart", object{
				"repositoryName": "app", "uploadId": began.UploadID, "partFirstByte": s.first,
				"partLastByte":  s.first + s.size - 1,
				"layerPartBlob": make([]byte, s.size),
			})
			got := ""
			if err != nil {
				got = awsjson.ErrorOf(err).Code
			}
			if got != s.want {
				t.Errorf("%s: part at %d: got %v, want %q", tt.name, s.first, err, s.want)
			}
		}
	}
	if _, err := w.public("CreateRepository", object{"repositoryName": "more"}); err == nil ||
		awsjson.ErrorOf(err).Code != "LimitExceededException" {
		t.Errorf("repositories: %v", err)
	}
	if err := w.put("app", manifestOf("x"), ociManifest, ""); awstest.Code(err) != "RepositoryNotFoundException" {
		t.Errorf("in the private registry: %v", err)
	}
}

// What describes public repositories and images has none of the members that only private ones have.
func TestPublicAnswersHaveTheirOwnMembers(t *testing.T) {
	w := newWorld(t)
	awstest.Must[any](t)(w.public("CreateRepository", object{"repositoryName": "app"}))
	awstest.Must[any](t)(w.public("PutImage", object{
		"repositoryName": "app", "imageTag": "v1", "imageManifest": indexOf(ociIndex, ociManifest),
	}))
	for _, tt := range []struct {
		operation, list string
		want            []string
	}{
		{"DescribeRepositories", "repositories", []string{
			"createdAt", "registryId", "repositoryArn", "repositoryName",
			"repositoryUri",
		}},
		{"DescribeImages", "imageDetails", []string{
			"imageDigest", "imageManifestMediaType", "imagePushedAt", "imageSizeInBytes", "imageTags", "registryId",
			"repositoryName",
		}},
		{"DescribeImageTags", "imageTagDetails", []string{"createdAt", "imageDetail", "imageTag"}},
	} {
		raw := awstest.Must[[]byte](t)(json.Marshal(
			awstest.Must[any](t)(w.public(tt.operation, object{"repositoryName": "app"}))))
		var out map[string][]object
		if err := json.Unmarshal(raw, &out); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(tt.want, sortedKeys(out[tt.list][0])); diff != "" {
			t.Errorf("%s: %s", tt.operation, diff)
		}
	}
}

func sortedKeys(o object) []string { return slices.Sorted(maps.Keys(o)) }
