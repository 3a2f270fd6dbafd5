package ecr

import (
	"bytes"
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"ecrmirror/testkit/awstest"

	"github.com/opencontainers/go-digest"
)

// send sends an operation with any input, well signed, and returns the code of the refusal.
func (w *world) send(operation string, in any) string {
	w.t.Helper()
	body := awstest.Must[[]byte](w.t)(json.Marshal(in))
	req := awstest.Must[*http.Request](w.t)(http.NewRequestWithContext(w.t.Context(), http.MethodPost, w.url,
		bytes.NewReader(body)))
	req.Header.Set("X-Amz-Target", targetPrefix+operation)
	req.Header.Set("Authorization",
		"AWS4-HMAC-SHA256 Credential="+home+"/20261121/"+region+"/ecr/aws4_request, SignedHeaders=host, Signature=0")
	resp := awstest.Must[*http.Response](w.t)(http.DefaultClient.Do(req))
	defer func() { _ = resp.Body.Close() }()
	return resp.Header.Get("X-Amzn-ErrorType")
}

// inputs are good inputs of all operations, beside the repository.
func inputs() map[string]object {
	d := digest.FromString("x").String()
	policy := policyOf(statement)
	inputs := map[string]object{
		"BatchCheckLayerAvailability": {"layerDigests": []string{d}},
		"BatchDeleteImage":            {"imageIds": []object{{"imageDigest": d}}},
		"BatchGetImage":               {"imageIds": []object{{"imageDigest": d}}},
		"CompleteLayerUpload": {
			"uploadId": "01234567-0123-0123-0123-0123456789ab", "layerDigests": []string{d},
		},
		"DescribeImageScanFindings":     {"imageId": object{"imageDigest": d}},
		"GetDownloadUrlForLayer":        {"layerDigest": d},
		"ListImageReferrers":            {"subjectId": object{"imageDigest": d}},
		"PutImage":                      {"imageManifest": manifestOf("x")},
		"PutImageScanningConfiguration": {"imageScanningConfiguration": object{"scanOnPush": true}},
		"PutImageTagMutability":         {"imageTagMutability": mutable},
		"PutLifecyclePolicy":            {"lifecyclePolicyText": rulesOf(rule)},
		"SetRepositoryPolicy":           {"policyText": policy},
		"StartImageScan":                {"imageId": object{"imageDigest": d}},
		"TagResource":                   {"tags": []object{}},
		"UntagResource":                 {"tagKeys": []string{}},
		"UpdateImageStorageClass":       {"imageId": object{"imageDigest": d}, "targetStorageClass": "ARCHIVE"},
		"UploadLayerPart": {
			"uploadId": "01234567-0123-0123-0123-0123456789ab", "partFirstByte": 0, "partLastByte": 0,
			"layerPartBlob": "AQ==",
		},
	}
	for name := range operations {
		if inputs[name] == nil {
			inputs[name] = object{}
		}
	}
	return inputs
}

func TestEveryOperationNeedsItsRepository(t *testing.T) {
	w := newWorld(t)
	for operation, in := range inputs() {
		switch operation {
		case "GetAuthorizationToken", "CreateRepository":
			continue
		case "TagResource", "UntagResource", "ListTagsForResource":
			in["resourceArn"] = repositoryID{registryID{home, region}, "nope"}.arn()
		case "DescribeRepositories":
			in["repositoryNames"] = []string{"nope"}
		default:
			in["repositoryName"] = "nope"
		}
		if got := w.send(operation, in); got != "RepositoryNotFoundException" {
			t.Errorf("%s: %q", operation, got)
		}
	}
}

func TestEveryOperationHoldsItsInputToTheModel(t *testing.T) {
	w := newWorld(t)
	w.repository("app")
	for operation, in := range inputs() {
		required := slices.Collect(maps.Keys(in))
		if !strings.HasSuffix(operation, "Resource") {
			in["repositoryName"] = "app"
			required = append(required, "repositoryName")
		} else {
			in["resourceArn"] = repositoryID{registryID{home, region}, "app"}.arn()
			required = append(required, "resourceArn")
		}
		if operation == "DescribeRepositories" || operation == "GetAuthorizationToken" {
			continue // nothing is required
		}
		for _, member := range required {
			without := maps.Clone(in)
			delete(without, member)
			if got := w.send(operation, without); got != "InvalidParameterException" {
				t.Errorf("%s without %s: %q", operation, member, got)
			}
		}
		if strings.HasSuffix(operation, "Resource") {
			continue
		}
		for member, value := range map[string]string{"registryId": "1234", "repositoryName": "App"} {
			with := maps.Clone(in)
			with[member] = value
			if got := w.send(operation, with); got != "InvalidParameterException" {
				t.Errorf("%s with %s %q: %q", operation, member, value, got)
			}
		}
	}
}
