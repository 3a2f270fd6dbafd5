package ecr

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"ecrmirror/testkit/awstest"

	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/remote/transport"
	"github.com/opencontainers/go-digest"
)

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
		{
			"push to no repository", http.MethodPut, base + "nope/manifests/v1", ociManifest, manifest, 404,
			"NAME_UNKNOWN",
		},
		{
			"another account's repository", http.MethodGet, "/v2/222222222222/eu-west-1/app/manifests/v1", "", "", 404,
			"NAME_UNKNOWN",
		},
		{
			"another region's repository", http.MethodGet, "/v2/111111111111/us-east-1/app/manifests/v1", "", "", 404,
			"NAME_UNKNOWN",
		},
		{"malformed name", http.MethodGet, base + "a/manifests/v1", "", "", 400, "NAME_INVALID"},
		{"unknown tag", http.MethodGet, base + "app/manifests/v2", "", "", 404, "MANIFEST_UNKNOWN"},
		{
			"unknown blob", http.MethodGet, base + "app/blobs/" + digest.FromString("absent").String(), "", "", 404,
			"BLOB_UNKNOWN",
		},
		{
			"immutable tag", http.MethodPut, base + "frozen/manifests/v1", ociManifest, manifestOf("config", "config"),
			400, "TAG_INVALID",
		},
		{"malformed tag", http.MethodPut, base + "app/manifests/-", ociManifest, manifest, 400, "TAG_INVALID"},
		{
			"wrong digest", http.MethodPut, base + "app/manifests/" + digest.FromString("absent").String(), ociManifest,
			manifest, 400, "DIGEST_INVALID",
		},
		{
			"missing layer", http.MethodPut, base + "app/manifests/v2", ociManifest, manifestOf("config", "absent"), 400,
			"MANIFEST_BLOB_UNKNOWN",
		},
		{
			"missing instance", http.MethodPut, base + "app/manifests/v2", ociIndex,
			indexOf(ociIndex, ociManifest, "absent"), 400, "MANIFEST_BLOB_UNKNOWN",
		},
		{"not JSON", http.MethodPut, base + "app/manifests/v2", ociManifest, "{", 405, "UNSUPPORTED: Invalid parameter"},
		{
			"over 4 MiB", http.MethodPut, base + "app/manifests/v2", ociManifest, strings.Repeat(" ", maxManifest+1), 405,
			"UNSUPPORTED: Invalid parameter",
		},
		{"delete of a manifest", http.MethodDelete, base + "app/manifests/" + d.String(), "", "", 405, "UNSUPPORTED"},
		{
			"delete of a blob", http.MethodDelete, base + "app/blobs/" + digest.FromString("config").String(), "", "",
			405, "UNSUPPORTED",
		},
		{"tags by no number", http.MethodGet, base + "app/tags/list?n=x", "", "", 400, "PAGINATION_NUMBER_INVALID"},
		{
			"too many tags", http.MethodGet, base + "app/tags/list?n=1001", "", "", 405,
			"UNSUPPORTED: Invalid parameter at 'maxResults' failed to satisfy constraint: 'Member must have value less " +
				"than or equal to 1000'",
		},
		{
			"no tags", http.MethodGet, base + "app/tags/list?n=0", "", "", 405,
			"'Member must have value greater than or equal to 1'",
		},
		{"tags after one", http.MethodGet, base + "app/tags/list?last=a", "", "", 405, "UNSUPPORTED"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			req := awstest.Must[*http.Request](t)(http.NewRequestWithContext(t.Context(), tt.method, w.url+tt.path,
				strings.NewReader(tt.body)))
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
