package ecrtransport

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	sdk "github.com/aws/aws-sdk-go-v2/service/ecr"
	ecrtypes "github.com/aws/aws-sdk-go-v2/service/ecr/types"
	"github.com/opencontainers/go-digest"
	"go.podman.io/image/v5/types"

	"ecrmirror/awsclient"
	"ecrmirror/internal/chunked"
	"ecrmirror/internal/ecr"
	"ecrmirror/internal/imagename"
	standin "ecrmirror/localstack/ecr"
	"ecrmirror/localstack/stats"
)

const (
	here  = "111122223333.dkr.ecr.us-east-1.amazonaws.com/app"
	there = "444455556666.dkr.ecr.eu-west-1.amazonaws.com/team/copy"
	// open is in ECR Public.
	open = "public.ecr.aws/alias/team/app"
	mib  = 1 << 20
)

// A world is the stand-in for ECR, and a transport to it.
type world struct {
	t         *testing.T
	stats     *stats.Counter
	budget    *chunked.Budget
	apis      func(imagename.ECRRegistry) (ecr.API, error)
	client    *ecr.Client
	transport *Transport
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{t: t, stats: &stats.Counter{}, budget: chunked.NewBudget(32 * mib)}
	registry, err := standin.New(t.Context(), standin.Options{Home: "111122223333", Dir: t.TempDir(), Stats: w.stats})
	if err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("/", registry.ServeAPI)
	mux.HandleFunc(standin.BlobPrefix, registry.ServeBlob)
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	cfg := aws.Config{
		HTTPClient:   awsclient.New(),
		BaseEndpoint: &server.URL, Credentials: credentials.NewStaticCredentialsProvider("AKIDEXAMPLE", "secret", ""),
	}
	w.apis = ecr.NewAPIs(cfg)
	w.client = ecr.New(ecr.Options{
		API: w.apis, Public: ecr.NewPublicAPI(cfg), HTTP: server.Client(), Budget: w.budget, PutImageRate: 1000,
		Chunks: chunked.Options{ChunkSize: mib / 4},
	})
	w.transport = New(w.client)
	w.create(here)
	w.create(there)
	return w
}

func parse(t *testing.T, s string) imagename.Name {
	t.Helper()
	name, err := imagename.ParseImage(s)
	if err != nil {
		t.Fatal(err)
	}
	return name
}

// create creates the image's repository.
func (w *world) create(image string, change ...func(*sdk.CreateRepositoryInput)) {
	w.t.Helper()
	name := parse(w.t, image)
	in := &sdk.CreateRepositoryInput{RegistryId: &name.ECR.Account, RepositoryName: &name.Repository}
	for _, f := range change {
		f(in)
	}
	api, err := w.apis(name.ECR)
	if err != nil {
		w.t.Fatal(err)
	}
	if _, err := api.CreateRepository(w.t.Context(), in); err != nil {
		w.t.Fatal(err)
	}
}

func immutable(in *sdk.CreateRepositoryInput) {
	in.ImageTagMutability = ecrtypes.ImageTagMutabilityImmutable
}

func (w *world) reference(image string) types.ImageReference {
	w.t.Helper()
	ref, err := w.transport.ParseReference(image)
	if err != nil {
		w.t.Fatal(err)
	}
	return ref
}

func (w *world) source(image string) types.ImageSource {
	w.t.Helper()
	src, err := w.reference(image).NewImageSource(w.t.Context(), nil)
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() { src.Close() })
	return src
}

func (w *world) destination(image string) types.ImageDestination {
	w.t.Helper()
	dest, err := w.reference(image).NewImageDestination(w.t.Context(), nil)
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() { dest.Close() })
	return dest
}

// put uploads a blob and fails the test if that does not work.
func (w *world) put(dest types.ImageDestination, content []byte) types.BlobInfo {
	w.t.Helper()
	info, err := dest.PutBlob(w.t.Context(), bytes.NewReader(content), blobInfo(content), nil, false)
	if err != nil {
		w.t.Fatal(err)
	}
	if want := blobInfo(content); info.Digest != want.Digest || info.Size != want.Size {
		w.t.Fatalf("put %v, got %v", want, info)
	}
	return info
}

// push pushes an image of one layer by the transport and returns its manifest.
func (w *world) push(image string, layer []byte) []byte {
	w.t.Helper()
	dest := w.destination(image)
	content := ociImage(w.put(dest, []byte("{}")), w.put(dest, layer))
	if err := dest.PutManifest(w.t.Context(), content, nil); err != nil {
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

func blobInfo(content []byte) types.BlobInfo {
	return types.BlobInfo{Digest: digest.FromBytes(content), Size: int64(len(content))}
}

func randomBytes(n int) []byte {
	content := make([]byte, n)
	_, _ = rand.Read(content)
	return content
}

func ociImage(config types.BlobInfo, layers ...types.BlobInfo) []byte {
	m := map[string]any{
		"schemaVersion": 2, "mediaType": ociManifestType,
		"config": descriptor{MediaType: ociConfigType, Digest: config.Digest, Size: config.Size},
	}
	list := []descriptor{}
	for _, l := range layers {
		list = append(list, descriptor{MediaType: ociLayerType, Digest: l.Digest, Size: l.Size})
	}
	m["layers"] = list
	content, err := json.Marshal(m)
	if err != nil {
		panic(err)
	}
	return content
}
