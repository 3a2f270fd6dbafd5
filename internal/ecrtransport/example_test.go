package ecrtransport_test

import (
	"context"
	"fmt"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	sdk "github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/opencontainers/go-digest"
	"go.podman.io/image/v5/copy"
	"go.podman.io/image/v5/directory"
	"go.podman.io/image/v5/signature"
	"go.podman.io/image/v5/types"

	"ecrmirror/internal/ecr"
	"ecrmirror/internal/ecrtransport"
	standin "ecrmirror/localstack/ecr"
	"ecrmirror/localstack/stats"
)

// An image is copied into Amazon ECR by copy.Image, as skopeo and podman copy: no registry protocol is spoken, and
// nobody has to log in to the registry. The configuration is usually that of config.LoadDefaultConfig; here it leads to
// a stand-in for ECR.
func Example() {
	dir, err := os.MkdirTemp("", "example-")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	cfg, stop := localECR(filepath.Join(dir, "ecr"))
	defer stop()

	transport := ecrtransport.New(ecr.New(ecr.Options{API: ecr.NewAPIs(cfg)}))
	to, err := transport.ParseReference("111122223333.dkr.ecr.us-east-1.amazonaws.com/app:v1")
	if err != nil {
		log.Fatal(err)
	}
	policy, err := signature.NewPolicyContext(&signature.Policy{
		Default: []signature.PolicyRequirement{signature.NewPRInsecureAcceptAnything()},
	})
	if err != nil {
		log.Fatal(err)
	}
	content, err := copy.Image(context.Background(), policy, to, imageIn(dir), &copy.Options{PreserveDigests: true})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(to.Transport().Name()+":"+to.StringWithinTransport(), digest.FromBytes(content))
	// Output:
	// ecr://111122223333.dkr.ecr.us-east-1.amazonaws.com/app:v1 sha256:d86204b3bb45504575555c96fd4c223251d43310fed5fefc1a6306e68e395204
}

// localECR runs a stand-in for ECR that has the repository app, and returns the configuration that leads there.
func localECR(dir string) (cfg aws.Config, stop func()) {
	registry, err := standin.New(context.Background(),
		standin.Options{Home: "111122223333", Dir: dir, Stats: &stats.Counter{}})
	if err != nil {
		log.Fatal(err)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("/", registry.ServeAPI)
	mux.HandleFunc(standin.BlobPrefix, registry.ServeBlob)
	server := httptest.NewServer(mux)
	cfg = aws.Config{
		Region: "us-east-1", BaseEndpoint: &server.URL,
		Credentials: credentials.NewStaticCredentialsProvider("AKIDEXAMPLE", "secret", ""),
	}
	in := &sdk.CreateRepositoryInput{RepositoryName: aws.String("app")}
	if _, err := sdk.NewFromConfig(cfg).CreateRepository(context.Background(), in); err != nil {
		log.Fatal(err)
	}
	return cfg, server.Close
}

// imageIn returns an image without layers that is in files, as skopeo copies one to dir:.
func imageIn(dir string) types.ImageReference {
	const config = `{"os":"linux","architecture":"amd64","rootfs":{"type":"layers","diff_ids":[]},"config":{}}`
	manifest := fmt.Sprintf(`{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","config":`+
		`{"mediaType":"application/vnd.oci.image.config.v1+json","digest":%q,"size":%d},"layers":[]}`,
		digest.FromString(config), len(config))
	for name, content := range map[string]string{
		"version":                           "Directory Transport Version: 1.1\n",
		"manifest.json":                     manifest,
		digest.FromString(config).Encoded(): config,
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			log.Fatal(err)
		}
	}
	ref, err := directory.NewReference(dir)
	if err != nil {
		log.Fatal(err)
	}
	return ref
}
