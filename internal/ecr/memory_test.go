package ecr

import (
	"io"
	"net/http"
	"runtime"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/opencontainers/go-digest"

	"ecrmirror/internal/chunked"
	"ecrmirror/internal/imagename"
)

const testPartSize = 10 << 20

// sinkECR answers the calls of an upload in the client's own process without keeping
// anything, so that what is allocated is the client's.
type sinkECR struct{ digest string }

func (s sinkECR) Do(r *http.Request) (*http.Response, error) {
	if _, err := io.Copy(io.Discard, r.Body); err != nil {
		return nil, err
	}
	body := "{}"
	switch _, operation, _ := strings.Cut(r.Header.Get("X-Amz-Target"), "."); operation {
	case "InitiateLayerUpload":
		body = `{"uploadId":"12345678-1234-1234-1234-123456789012","partSize":10485760}`
	case "CompleteLayerUpload":
		body = `{"layerDigest":"` + s.digest + `"}`
	case "BatchCheckLayerAvailability":
		body = `{"layers":[{"layerDigest":"` + s.digest + `","layerAvailability":"UNAVAILABLE"}]}`
	}
	return &http.Response{
		StatusCode: http.StatusOK, Header: http.Header{"Content-Type": {"application/x-amz-json-1.1"}},
		Body: io.NopCloser(strings.NewReader(body)), Request: r,
	}, nil
}

// uploadToSink uploads a blob to a sinkECR.
func uploadToSink(t testing.TB, client *Client, blob Blob, from func(*upload) partSource) {
	t.Helper()
	name, err := imagename.ParseImage("123456789012.dkr.ecr.us-east-1.amazonaws.com/app:1")
	if err != nil {
		t.Fatal(err)
	}
	dest, err := client.Destination(name)
	if err != nil {
		t.Fatal(err)
	}
	u, there, err := dest.open(t.Context(), blob)
	if err != nil || there.Digest != "" {
		t.Fatal(there, err)
	}
	defer u.end()
	if _, err := u.put(t.Context(), from(u)); err != nil {
		t.Fatal(err)
	}
}

func sinkClient(d digest.Digest) *Client {
	api := ecr.New(ecr.Options{
		Region: "us-east-1", HTTPClient: sinkECR{digest: d.String()}, BaseEndpoint: aws.String("http://ecr.invalid"),
		Credentials: credentials.NewStaticCredentialsProvider("a", "b", ""),
	})
	return New(Options{
		API:    func(imagename.ECRRegistry) (API, error) { return api, nil },
		Budget: chunked.NewBudget(64 << 20),
	})
}

// A zeros is a stream of n zero bytes that allocates nothing.
type zeros struct{ left int64 }

func (z *zeros) Read(p []byte) (int, error) {
	if z.left == 0 {
		return 0, io.EOF
	}
	p = p[:min(int64(len(p)), z.left)]
	clear(p)
	z.left -= int64(len(p))
	return len(p), nil
}

func zeroBlob(t testing.TB, size int64) Blob {
	t.Helper()
	d, err := digest.SHA256.FromReader(&zeros{size})
	if err != nil {
		t.Fatal(err)
	}
	return Blob{Digest: d, Size: size}
}

// The SDK's own way to serialize a part allocates 2.8 times its size.
func TestUploadAllocatesLittlePerPart(t *testing.T) {
	const parts = 3
	blob := zeroBlob(t, parts*testPartSize)
	client := sinkClient(blob.Digest)
	// the first fills the budget's pool of buffers
	uploadToSink(t, client, blob, buffered(&zeros{blob.Size}, client.opts.Budget))
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	uploadToSink(t, client, blob, buffered(&zeros{blob.Size}, client.opts.Budget))
	runtime.ReadMemStats(&after)
	got := after.TotalAlloc - before.TotalAlloc
	if limit := uint64(parts * testPartSize * 3 / 2); got > limit {
		t.Errorf("%d bytes allocated for %d parts of %d, want at most %d", got, parts, testPartSize, limit)
	}
	t.Logf("%.3f x a part's size allocated per part", float64(got)/(parts*testPartSize))
}

func TestUploadHoldsLittleMemory(t *testing.T) {
	blob := zeroBlob(t, 4*testPartSize+1)
	client := sinkClient(blob.Digest)
	runtime.GC()
	var before runtime.MemStats
	runtime.ReadMemStats(&before)
	watched := &heapWatcher{r: &zeros{blob.Size}}
	uploadToSink(t, client, blob, buffered(watched, client.opts.Budget))
	held := int64(watched.peak) - int64(before.HeapAlloc)
	if limit := int64(3*testPartSize + 8<<20); held > limit {
		t.Errorf("%d bytes held, want at most %d", held, limit)
	}
	t.Logf("%.1f MiB held at the peak, in parts of %d MiB", float64(held)/(1<<20), testPartSize>>20)
}

// A heapWatcher notes the size of the heap at each read, garbage included.
type heapWatcher struct {
	r    io.Reader
	peak uint64
}

func (w *heapWatcher) Read(p []byte) (int, error) {
	var now runtime.MemStats
	runtime.ReadMemStats(&now)
	w.peak = max(w.peak, now.HeapAlloc)
	return w.r.Read(p)
}
