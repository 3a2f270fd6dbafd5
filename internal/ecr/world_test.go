package ecr

import (
	"bytes"
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	ecrtypes "github.com/aws/aws-sdk-go-v2/service/ecr/types"
	"github.com/aws/aws-sdk-go-v2/service/ecrpublic"

	"ecrmirror/awsclient"
	"ecrmirror/internal/chunked"
	"ecrmirror/internal/imagename"
	standin "ecrmirror/localstack/ecr"
	publicstandin "ecrmirror/localstack/ecrpublic"
	"ecrmirror/localstack/stats"
)

const (
	here  = "111122223333.dkr.ecr.us-east-1.amazonaws.com/app"
	there = "444455556666.dkr.ecr.eu-west-1.amazonaws.com/team/copy"
	// open is in ECR Public.
	open = "public.ecr.aws/alias/team/app"
	mib  = 1 << 20
	// sha is the digest of nothing.
	sha             = "@sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
	ociManifestType = "application/vnd.oci.image.manifest.v1+json"
)

// A fault may answer a request instead of ECR, and says whether it did. The operation is
// "GetObject" for a presigned URL.
type fault func(operation string, w http.ResponseWriter, r *http.Request) bool

// A world is the stand-in for ECR and ECR Public with a way to make it fail, the SDK's client, and a client.
type world struct {
	t      *testing.T
	url    string
	stats  *stats.Counter
	client *Client
	budget *chunked.Budget
	log    bytes.Buffer // the client's
	apis   func(imagename.ECRRegistry) (API, error)

	mu    sync.Mutex
	fault fault
	now   time.Time
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{t: t, stats: &stats.Counter{}, budget: chunked.NewBudget(32 * mib), now: time.Now()}
	registry, err := standin.New(t.Context(), standin.Options{
		Home: "111122223333", Dir: t.TempDir(), Stats: w.stats, Now: w.clock,
	})
	if err != nil {
		t.Fatal(err)
	}
	public := publicstandin.New(publicstandin.Options{Home: "111122223333", Registry: registry, Stats: w.stats})
	mux := http.NewServeMux()
	mux.HandleFunc("/", func(rw http.ResponseWriter, r *http.Request) {
		if publicstandin.OperationName(r) != "" {
			public.ServeHTTP(rw, r)
			return
		}
		registry.ServeAPI(rw, r)
	})
	mux.HandleFunc(standin.BlobPrefix, registry.ServeBlob)
	w.serve(mux)
	w.create(here)
	w.create(there)
	return w
}

// newScript returns a world in which the fault answers everything.
func newScript(t *testing.T, f fault) *world {
	t.Helper()
	w := &world{t: t, budget: chunked.NewBudget(32 * mib), fault: f}
	w.serve(http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) { rw.WriteHeader(http.StatusTeapot) }))
	return w
}

func (w *world) serve(handler http.Handler) {
	server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		_, operation, ok := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
		if !ok {
			operation = "GetObject"
		}
		w.mu.Lock()
		f := w.fault
		w.mu.Unlock()
		if f == nil || !f(operation, rw, r) {
			handler.ServeHTTP(rw, r)
		}
	}))
	w.t.Cleanup(server.Close)
	w.url = server.URL
	cfg := aws.Config{
		HTTPClient:   awsclient.New(),
		BaseEndpoint: &server.URL, Credentials: credentials.NewStaticCredentialsProvider("AKIDEXAMPLE", "secret", ""),
	}
	w.apis = NewAPIs(cfg, func(o *ecr.Options) { o.Retryer = newRetryer(0, 2*time.Millisecond) })
	public := NewPublicAPI(cfg, func(o *ecrpublic.Options) { o.Retryer = newRetryer(0, 2*time.Millisecond) })
	w.client = New(Options{
		API: w.apis, Public: public, HTTP: server.Client(), Budget: w.budget, PutImageRate: 1000,
		Chunks: chunked.Options{ChunkSize: mib / 4, Backoff: time.Millisecond},
		Log:    slog.New(slog.NewTextHandler(&w.log, nil)),
	})
}

// breakBy lets f answer from now on; nil ends it.
func (w *world) breakBy(f fault) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.fault = f
}

func (w *world) clock() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.now
}

func (w *world) pass(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.now = w.now.Add(d)
}

func parse(t *testing.T, s string) imagename.Name {
	t.Helper()
	name, err := imagename.ParseImage(s)
	if err != nil {
		t.Fatal(err)
	}
	return name
}

func (w *world) sdk(image string) *ecr.Client {
	api, err := w.apis(parse(w.t, image).ECR)
	if err != nil {
		w.t.Fatal(err)
	}
	return api.(*ecr.Client)
}

// create creates the image's repository.
func (w *world) create(image string, change ...func(*ecr.CreateRepositoryInput)) {
	w.t.Helper()
	name := parse(w.t, image)
	in := &ecr.CreateRepositoryInput{RegistryId: &name.ECR.Account, RepositoryName: &name.Repository}
	for _, f := range change {
		f(in)
	}
	if _, err := w.sdk(image).CreateRepository(w.t.Context(), in); err != nil {
		w.t.Fatal(err)
	}
}

func immutable(in *ecr.CreateRepositoryInput) {
	in.ImageTagMutability = ecrtypes.ImageTagMutabilityImmutable
}

// A source is an image that is read.
type source struct {
	*Repository
	name imagename.Name
}

func (w *world) source(image string) source {
	w.t.Helper()
	name := parse(w.t, image)
	repository, err := w.client.Repository(name)
	if err != nil {
		w.t.Fatal(err)
	}
	return source{repository, name}
}

// root reads the image's manifest.
func (s source) root(ctx context.Context) ([]byte, string, error) {
	m, err := s.Manifest(ctx, s.name.Tag, s.name.Digest)
	return m.Content, m.MediaType, err
}

// A destination is an image that is written.
type destination struct {
	*Destination
	name imagename.Name
}

func (w *world) destination(image string) destination {
	w.t.Helper()
	name := parse(w.t, image)
	dest, err := w.client.Destination(name)
	if err != nil {
		w.t.Fatal(err)
	}
	return destination{dest, name}
}

// putRoot puts the image's manifest.
func (d destination) putRoot(ctx context.Context, content []byte) error {
	return d.PutManifest(ctx, content, d.name.Tag, d.name.Digest)
}

// put uploads a blob and fails the test if that does not work.
func (w *world) put(dest destination, content []byte) Blob {
	w.t.Helper()
	info, err := dest.PutBlob(w.t.Context(), bytes.NewReader(content), blobInfo(content))
	if err != nil {
		w.t.Fatal(err)
	}
	if want := blobInfo(content); info.Digest != want.Digest || info.Size != want.Size {
		w.t.Fatalf("put %v, got %v", want, info)
	}
	return info
}

// push pushes an image of one layer by the client and returns its manifest.
func (w *world) push(image string, layer []byte) []byte {
	w.t.Helper()
	dest := w.destination(image)
	content := ociImage(w.put(dest, []byte("{}")), w.put(dest, layer))
	if err := dest.putRoot(w.t.Context(), content); err != nil {
		w.t.Fatal(err)
	}
	return content
}

func (w *world) calls(operation string) int64 { return w.stats.Snapshot().Calls["ecr."+operation] }

// checkBudget fails the test if buffers are out.
func (w *world) checkBudget() {
	w.t.Helper()
	if held := w.budget.Held(); held != 0 {
		w.t.Errorf("%d bytes of the budget held in the end", held)
	}
}
