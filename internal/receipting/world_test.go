package receipting_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsecr "github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/random"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/types"
	"github.com/opencontainers/go-digest"

	"ecrmirror/internal/imagename"
	"ecrmirror/internal/images"
	"ecrmirror/internal/kmssign"
	"ecrmirror/internal/mirror"
	"ecrmirror/internal/receipt"
	"ecrmirror/internal/receipting"
	"ecrmirror/internal/request"
	"ecrmirror/internal/transient"
	"ecrmirror/localstack/server"
	"ecrmirror/testkit/refregistry"
	"ecrmirror/testkit/servertest"
)

var (
	at   = time.Date(2026, 11, 28, 6, 30, 0, 0, time.UTC)
	tool = receipt.Tool{Name: "mirror", Version: "v1.2.3", Commit: "4f2d"}
)

// A world has a registry with a source, which is a destination, too, and Amazon ECR with a repository and a key.
type world struct {
	t        *testing.T
	aws      *server.Server
	registry *refregistry.Registry
	host     string
	client   *images.Client
	key      receipt.Key // that signs
	verifier mirror.Verifier
}

const ecrRepository = "111122223333.dkr.ecr.us-east-1.amazonaws.com/app"

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{t: t, aws: servertest.Start(t, server.Options{NoEvents: true})}
	w.registry, w.host = refregistry.Start(t, refregistry.Standard())
	w.client = images.New(images.Options{AWS: w.aws.Config(), Insecure: []string{w.host}, PutImageRate: 1000})
	t.Cleanup(w.client.Close)
	_, err := awsecr.NewFromConfig(w.aws.Config()).CreateRepository(t.Context(),
		&awsecr.CreateRepositoryInput{RepositoryName: aws.String("app")})
	if err != nil {
		t.Fatal(err)
	}
	public, err := w.signer().Public(t.Context())
	if err == nil {
		w.key, err = receipt.ParseDER(public.DER)
	}
	if err != nil {
		t.Fatal(err)
	}
	w.aws.Stats().Reset()
	return w
}

// signer returns the key that signs, as a program opens it.
func (w *world) signer() *kmssign.Key { return kmssign.Open(w.aws.Config(), server.ReceiptAlias) }

func (w *world) name(text string) imagename.Name {
	w.t.Helper()
	n, err := imagename.ParseImage(text)
	if err != nil {
		w.t.Fatal(err)
	}
	return n
}

// push pushes an image of two platforms to the registry, as the tags.
func (w *world) push(repository string, tags ...string) digest.Digest {
	w.t.Helper()
	index := mutate.IndexMediaType(empty.Index, types.OCIImageIndex)
	for _, platform := range []string{"amd64", "arm64"} {
		image, err := random.Image(100, 1)
		if err != nil {
			w.t.Fatal(err)
		}
		index = mutate.AppendManifests(index, mutate.IndexAddendum{
			Add: image, Descriptor: v1.Descriptor{Platform: &v1.Platform{OS: "linux", Architecture: platform}},
		})
	}
	for _, tag := range tags {
		to, err := name.ParseReference(w.host+"/"+repository+":"+tag, name.Insecure)
		if err == nil {
			err = remote.WriteIndex(to, index)
		}
		if err != nil {
			w.t.Fatal(err)
		}
	}
	d, err := index.Digest()
	if err != nil {
		w.t.Fatal(err)
	}
	return digest.Digest(d.String())
}

// copy copies images by the engine, with receipts unless m is nil, and returns the reports in the order of the sources.
func (w *world) copy(ctx context.Context, m *receipting.Maker, options, source string, to ...string) []*mirror.Report {
	w.t.Helper()
	asked, err := request.Parse(source, to...)
	if err == nil {
		asked.Options, err = request.ParseOptions(options)
	}
	if err != nil {
		w.t.Fatal(err)
	}
	opts := mirror.Options{Transient: transient.Is, RetryDelay: time.Millisecond, Verifier: w.verifier}
	if m != nil {
		opts.Receipts = m
	}
	copier := mirror.New(w.client, opts)
	reports := make([]*mirror.Report, len(asked.Images))
	copier.Copy(ctx, asked, func(n int, report *mirror.Report) { reports[n] = report })
	return reports
}

// maker returns a Maker as a job has it.
func (w *world) maker(change func(*receipting.Options)) *receipting.Maker {
	opts := receipting.Options{
		Images: w.client, Key: w.signer(), Tool: tool, Now: func() time.Time { return at.Add(time.Millisecond) },
	}
	if change != nil {
		change(&opts)
	}
	return receipting.New(opts)
}

// check returns the receipts for an image.
func (w *world) check(image string) (receipting.Found, error) {
	return receipting.Check(w.t.Context(), w.client, w.name(image), w.key)
}

// calls returns how often an operation of AWS was called.
func (w *world) calls(operation string) int64 { return w.aws.Stats().Snapshot().Calls[operation] }

// A failing key fails to sign.
type failing struct {
	receipting.Key
	err error

	mu    sync.Mutex
	times int // how often; -1 = always
}

func (f *failing) Sign(ctx context.Context, message []byte) ([]byte, error) {
	f.mu.Lock()
	fails := f.times != 0
	f.times--
	f.mu.Unlock()
	if fails {
		return nil, f.err
	}
	return f.Key.Sign(ctx, message)
}
