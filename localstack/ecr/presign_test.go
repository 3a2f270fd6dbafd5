package ecr

import (
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"ecrmirror/testkit/awstest"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsecr "github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/opencontainers/go-digest"
)

const content = "0123456789"

// blobURL returns a presigned URL of a layer that holds content.
func (w *world) blobURL() string {
	w.t.Helper()
	w.repository("app")
	w.image("app", "v1", "config", content)
	out := awstest.Must[*awsecr.GetDownloadUrlForLayerOutput](w.t)(w.ecr.GetDownloadUrlForLayer(w.t.Context(),
		&awsecr.GetDownloadUrlForLayerInput{
			RepositoryName: aws.String("app"), LayerDigest: aws.String(digest.FromString(content).String()),
		}))
	return *out.DownloadUrl
}

// do sends a request and returns the answer and its body.
func (w *world) do(method, url string, header ...string) (*http.Response, string) {
	w.t.Helper()
	req := awstest.Must[*http.Request](w.t)(http.NewRequestWithContext(w.t.Context(), method, url, nil))
	for i := 0; i < len(header); i += 2 {
		if header[i] == "Host" {
			req.Host = header[i+1]
		}
		req.Header.Set(header[i], header[i+1])
	}
	resp := awstest.Must[*http.Response](w.t)(http.DefaultTransport.RoundTrip(req))
	defer func() { _ = resp.Body.Close() }()
	return resp, string(awstest.Must[[]byte](w.t)(io.ReadAll(resp.Body)))
}

func TestPresignedURLHasTheShapeOfSigV4(t *testing.T) {
	w := newWorld(t)
	u := awstest.Must[*url.URL](t)(url.Parse(w.blobURL()))
	query := u.Query()
	if u.Scheme != "http" || u.Host != w.host || !strings.HasPrefix(u.Path, BlobPrefix) ||
		query.Get("X-Amz-Signature") == "" {
		t.Errorf("%s://%s%s", u.Scheme, u.Host, u.Path)
	}
	for name, want := range map[string]string{
		"X-Amz-Algorithm": "AWS4-HMAC-SHA256", "X-Amz-Date": "20261121T120000Z", "X-Amz-Expires": "3600",
		"X-Amz-SignedHeaders": "host",
	} {
		if query.Get(name) != want {
			t.Errorf("%s is %q", name, query.Get(name))
		}
	}
	if !strings.HasSuffix(query.Get("X-Amz-Credential"), "/20261121/eu-west-1/s3/aws4_request") {
		t.Errorf("credential %q", query.Get("X-Amz-Credential"))
	}
}

func TestPresignedURLServesRanges(t *testing.T) {
	w := newWorld(t)
	u := w.blobURL()
	for _, tt := range []struct {
		name, header string
		status       int
		contentRange string
		body         string // "" is not looked at
	}{
		{"none", "", 200, "", content},
		{"from the middle", "bytes=2-4", 206, "bytes 2-4/10", "234"},
		{"one byte", "bytes=0-0", 206, "bytes 0-0/10", "0"},
		{"to the end", "bytes=7-", 206, "bytes 7-9/10", "789"},
		{"beyond the end", "bytes=8-99", 206, "bytes 8-9/10", "89"},
		{"the last", "bytes=-3", 206, "bytes 7-9/10", "789"},
		{"the last, more than there is", "bytes=-30", 206, "bytes 0-9/10", content},
		{"after the end", "bytes=10-", 416, "bytes */10", ""},
		{"the last none", "bytes=-0", 416, "bytes */10", ""},
		{"several", "bytes=0-1,3-4", 200, "", content},
		{"backwards", "bytes=4-2", 200, "", content},
		{"of another unit", "lines=1-2", 200, "", content},
		{"without a dash", "bytes=3", 200, "", content},
	} {
		t.Run(tt.name, func(t *testing.T) {
			resp, body := w.do(http.MethodGet, u, "Range", tt.header)
			if resp.StatusCode != tt.status || resp.Header.Get("Content-Range") != tt.contentRange ||
				resp.Header.Get("Accept-Ranges") != "bytes" {
				t.Errorf("%s, Content-Range %q, Accept-Ranges %q", resp.Status, resp.Header.Get("Content-Range"),
					resp.Header.Get("Accept-Ranges"))
			}
			if tt.body != "" && (body != tt.body || resp.ContentLength != int64(len(tt.body))) {
				t.Errorf("%q of %d bytes", body, resp.ContentLength)
			}
			if tt.status == 416 && !strings.Contains(body, "<Code>InvalidRange</Code>") {
				t.Errorf("%s", body)
			}
		})
	}
}

func TestPresignedURLRefusesAsS3Does(t *testing.T) {
	w := newWorld(t)
	u := w.blobURL()
	replace := func(old, new string) string {
		if !strings.Contains(u, old) {
			t.Fatalf("no %q in the URL", old)
		}
		return strings.Replace(u, old, new, 1)
	}
	for _, tt := range []struct {
		name, method, url string
		header            []string
		later             time.Duration
		status            int
		code              string // not looked at for HEAD, which has no body
	}{
		{"HEAD", http.MethodHead, u, nil, 0, 403, ""},
		{"PUT", http.MethodPut, u, nil, 0, 403, "SignatureDoesNotMatch"},
		{
			"wrong signature", http.MethodGet, replace("X-Amz-Signature=", "X-Amz-Signature=0"), nil, 0, 403,
			"SignatureDoesNotMatch",
		},
		{
			"longer life", http.MethodGet, replace("X-Amz-Expires=3600", "X-Amz-Expires=7200"), nil, 0, 403,
			"SignatureDoesNotMatch",
		},
		{"another blob", http.MethodGet, replace(BlobPrefix, BlobPrefix+"x"), nil, 0, 403, "SignatureDoesNotMatch"},
		{"another host", http.MethodGet, u, []string{"Host", "example.com"}, 0, 403, "SignatureDoesNotMatch"},
		{"no query", http.MethodGet, u[:strings.Index(u, "?")], nil, 0, 403, "AccessDenied"},
		{
			"two ways to authorize", http.MethodGet, u,
			[]string{"Authorization", "Bearer token"},
			0, 400,
			"InvalidArgument",
		},
		{"just in time", http.MethodGet, u, nil, time.Hour, 200, ""},
		{"a second late", http.MethodGet, u, nil, time.Second, 403, "Request has expired"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w.pass(tt.later)
			resp, body := w.do(tt.method, tt.url, tt.header...)
			if resp.StatusCode != tt.status || !strings.Contains(body, tt.code) {
				t.Errorf("%s\n%s", resp.Status, body)
			}
		})
	}
}

func TestPresignedURLOutlivesTheImageNotTheRepository(t *testing.T) {
	w := newWorld(t)
	u := w.blobURL()
	awstest.Must[any](t)(w.ecr.BatchDeleteImage(t.Context(),
		&awsecr.BatchDeleteImageInput{RepositoryName: aws.String("app"), ImageIds: ids("v1")}))
	if resp, _ := w.do(http.MethodGet, u); resp.StatusCode != 200 {
		t.Errorf("without the image: %s", resp.Status)
	}
	awstest.Must[any](t)(w.ecr.DeleteRepository(t.Context(),
		&awsecr.DeleteRepositoryInput{RepositoryName: aws.String("app")}))
	if resp, body := w.do(http.MethodGet, u); resp.StatusCode != 404 || !strings.Contains(body, "NoSuchKey") {
		t.Errorf("without the repository: %s %s", resp.Status, body)
	}
}

func TestBytesReadAreCounted(t *testing.T) {
	w := newWorld(t)
	u := w.blobURL()
	w.do(http.MethodGet, u)
	w.do(http.MethodGet, u, "Range", "bytes=0-2")
	w.do(http.MethodHead, u)
	got := w.stats.Snapshot()
	if n := got.BytesRead["111111111111/eu-west-1/app"]; n != 13 {
		t.Errorf("counted %d bytes, want 13", n)
	}
	if got.Calls["s3.GetObject"] != 2 || got.Calls["s3.HeadObject"] != 1 ||
		got.Calls["ecr.GetDownloadUrlForLayer"] != 1 {
		t.Errorf("counted %v", got.Calls)
	}
}
