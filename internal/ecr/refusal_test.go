package ecr

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"strings"
	"testing"

	"ecrmirror/internal/transient"
)

// What each test does to a repository that has one image.
var deeds = map[string]func(context.Context, *world) error{
	"read a manifest": func(ctx context.Context, w *world) error {
		_, _, err := w.source(here + ":v1").root(ctx)
		return err
	},
	"read a blob": func(ctx context.Context, w *world) error {
		stream, _, err := w.source(here+":v1").Blob(ctx, blobInfo([]byte("{}")))
		if err != nil {
			return err
		}
		defer stream.Close()
		_, err = io.Copy(io.Discard, stream)
		return err
	},
	"write a blob": func(ctx context.Context, w *world) error {
		layer := []byte("another layer")
		_, err := w.destination(here+":v2").PutBlob(ctx, bytes.NewReader(layer), blobInfo(layer))
		return err
	},
	"write a manifest": func(ctx context.Context, w *world) error {
		dest := w.destination(here + ":v2")
		return dest.putRoot(ctx, ociImage(w.put(dest, []byte("{}")), w.put(dest, []byte("layer"))))
	},
	"look a digest up": func(ctx context.Context, w *world) error {
		_, err := w.client.Digest(ctx, parse(w.t, here+":v1"))
		return err
	},
	"delete": func(ctx context.Context, w *world) error { return w.source(here).DeleteImage(ctx, "v1", "") },
}

// TestEveryRefusalIsToldAsItIs has a line for each operation and exception of ECR that
// the client has no answer to: the error names the operation, the repository and
// AWS's code, and says rightly whether to try again.
func TestEveryRefusalIsToldAsItIs(t *testing.T) {
	for _, c := range []struct {
		deed, operation, code string
		status                int
		transient             bool
	}{
		{"read a manifest", "BatchGetImage", "InvalidParameterException", 400, false},
		{"read a manifest", "BatchGetImage", "LimitExceededException", 400, false},
		{"read a manifest", "BatchGetImage", "RepositoryNotFoundException", 400, false},
		{"read a manifest", "BatchGetImage", "UnableToGetUpstreamImageException", 400, true},
		{"read a manifest", "BatchGetImage", "ServerException", 500, true},
		{"read a manifest", "BatchGetImage", "ThrottlingException", 400, true},
		{"read a manifest", "BatchGetImage", "ThrottleException", 429, true},
		{"read a manifest", "BatchGetImage", "AccessDeniedException", 400, false},
		{"read a manifest", "BatchGetImage", "ExpiredTokenException", 400, true},
		{"read a manifest", "BatchGetImage", "UnrecognizedClientException", 400, false},
		{"read a blob", "GetDownloadUrlForLayer", "LayersNotFoundException", 400, false},
		{"read a blob", "GetDownloadUrlForLayer", "LayerInaccessibleException", 400, false},
		{"read a blob", "GetDownloadUrlForLayer", "RepositoryNotFoundException", 400, false},
		{"read a blob", "GetDownloadUrlForLayer", "UnableToGetUpstreamLayerException", 400, true},
		{"write a blob", "BatchCheckLayerAvailability", "RepositoryNotFoundException", 400, false},
		{"write a blob", "BatchCheckLayerAvailability", "ServerException", 500, true},
		{"write a blob", "InitiateLayerUpload", "KmsException", 400, false},
		{"write a blob", "InitiateLayerUpload", "RepositoryNotFoundException", 400, false},
		{"write a blob", "UploadLayerPart", "LimitExceededException", 400, false},
		{"write a blob", "UploadLayerPart", "KmsException", 400, false},
		{"write a blob", "CompleteLayerUpload", "InvalidLayerException", 400, false},
		{"write a blob", "CompleteLayerUpload", "LayerPartTooSmallException", 400, false},
		{"write a blob", "CompleteLayerUpload", "EmptyUploadException", 400, false},
		{"write a blob", "CompleteLayerUpload", "KmsException", 400, false},
		{"write a manifest", "PutImage", "InvalidParameterException", 400, false},
		{"write a manifest", "PutImage", "LayersNotFoundException", 400, false},
		{"write a manifest", "PutImage", "ReferencedImagesNotFoundException", 400, false},
		{"write a manifest", "PutImage", "ImageDigestDoesNotMatchException", 400, false},
		{"write a manifest", "PutImage", "LimitExceededException", 400, false},
		{"write a manifest", "PutImage", "KmsException", 400, false},
		{"write a manifest", "PutImage", "BlockedByOrganizationPolicyException", 400, false},
		{"look a digest up", "DescribeImages", "ImageNotFoundException", 400, false},
		{"look a digest up", "DescribeImages", "RepositoryNotFoundException", 400, false},
		{"look a digest up", "DescribeImages", "ServerException", 500, true},
		{"delete", "BatchDeleteImage", "RepositoryNotFoundException", 400, false},
		{"delete", "BatchDeleteImage", "ServerException", 500, true},
	} {
		t.Run(c.deed+"/"+c.code, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.push(here+":v1", []byte("layer"))
			w.breakBy(func(operation string, rw http.ResponseWriter, _ *http.Request) bool {
				return operation == c.operation && refuse(rw, c.status, c.code, "")
			})
			err := deeds[c.deed](t.Context(), w)
			if err == nil {
				t.Fatal("no error")
			}
			for _, part := range []string{"ecr " + c.operation + " " + here, c.code} {
				if !strings.Contains(err.Error(), part) {
					t.Errorf("%v, want %q in it", err, part)
				}
			}
			if transient.Is(err) != c.transient {
				t.Errorf("transient %v, want %v: %v", !c.transient, c.transient, err)
			}
			w.checkBudget()
		})
	}
}

// An instance that an index refers to can't be deleted; ECR says so image by image.
func TestDeletingWhatAnIndexNeedsIsRefused(t *testing.T) {
	w := newScript(t, func(_ string, rw http.ResponseWriter, _ *http.Request) bool {
		return answer(rw,
			`{"failures":[{"imageId":{"imageTag":"v1"},"failureCode":"ImageReferencedByManifestList",`+
				`"failureReason":"it is needed"}]}`)
	})
	err := w.source(here).DeleteImage(t.Context(), "v1", "")
	if err == nil || !strings.Contains(err.Error(), "ImageReferencedByManifestList: it is needed") ||
		transient.Is(err) {
		t.Errorf("%v", err)
	}
}
