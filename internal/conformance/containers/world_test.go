package containers

import (
	"context"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/aws/aws-sdk-go-v2/service/ecr/types"
	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/v1/random"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/moby/moby/api/types/container"
	"github.com/testcontainers/testcontainers-go"
	"github.com/testcontainers/testcontainers-go/wait"

	"ecrmirror/localstack/server"
	"ecrmirror/testkit/registrytest"
	"ecrmirror/testkit/servertest"
)

// A world is the AWS and the registry that containers work with.
type world struct {
	t        *testing.T
	aws      *server.Server
	registry string // host:port
}

// newWorld starts them. Batch's jobs are containers.
func newWorld(t *testing.T, opts server.Options) *world {
	t.Helper()
	need(t)
	w := &world{t: t, registry: registrytest.Start(t)}
	opts.Programs, opts.InsecureRegistries = t.TempDir(), []string{w.registry}
	writePrograms(t, opts.Programs)
	w.aws = servertest.Start(t, opts)
	return w
}

// push pushes a new image of two instances to the registry and returns its digest.
func (w *world) push(image string) string {
	w.t.Helper()
	index, err := random.Index(100_000, 2, 2)
	if err != nil {
		w.t.Fatal(err)
	}
	if err := remote.WriteIndex(w.reference(image), index); err != nil {
		w.t.Fatal(err)
	}
	digest, err := index.Digest()
	if err != nil {
		w.t.Fatal(err)
	}
	return digest.String()
}

func (w *world) reference(image string) name.Reference {
	w.t.Helper()
	ref, err := name.ParseReference(image)
	if err != nil {
		w.t.Fatal(err)
	}
	return ref
}

// repository creates a repository in ECR and returns the name of its images, without a tag.
func (w *world) repository(repository string) string {
	w.t.Helper()
	out, err := ecr.NewFromConfig(w.aws.Config()).CreateRepository(w.t.Context(),
		&ecr.CreateRepositoryInput{RepositoryName: &repository})
	if err != nil {
		w.t.Fatal(err)
	}
	return aws.ToString(out.Repository.RepositoryUri)
}

// inECR checks that ECR has the image of the digest.
func (w *world) inECR(repository, tag, digest string) {
	w.t.Helper()
	out, err := ecr.NewFromConfig(w.aws.Config()).DescribeImages(w.t.Context(), &ecr.DescribeImagesInput{
		RepositoryName: &repository, ImageIds: []types.ImageIdentifier{{ImageTag: &tag}},
	})
	if err != nil {
		w.t.Fatal(err)
	}
	if got := aws.ToString(out.ImageDetails[0].ImageDigest); got != digest {
		w.t.Errorf("%s:%s in ECR is %s, not %s", repository, tag, got, digest)
	}
}

// inRegistry checks that the registry has the image of the digest.
func (w *world) inRegistry(image, digest string) {
	w.t.Helper()
	desc, err := remote.Head(w.reference(image))
	if err != nil {
		w.t.Fatal(err)
	}
	if got := desc.Digest.String(); got != digest {
		w.t.Errorf("%s is %s, not %s", image, got, digest)
	}
}

// environment is what programs need to work with this world as a role, and more.
func (w *world) environment(role string, more map[string]string) testcontainers.CustomizeRequestOption {
	w.t.Helper()
	env := map[string]string{}
	pairs, err := w.aws.EnvironmentOf(role)
	if err != nil {
		w.t.Fatal(err)
	}
	for _, pair := range pairs {
		key, value, _ := strings.Cut(pair, "=")
		env[key] = value
	}
	for key, value := range more {
		env[key] = value
	}
	return testcontainers.WithEnv(env)
}

// asNobody runs a container as the job definitions do, without any right, on the host's network.
func asNobody() testcontainers.ContainerCustomizer {
	return testcontainers.WithHostConfigModifier(func(c *container.HostConfig) {
		c.NetworkMode = "host"
		c.ReadonlyRootfs = true
		c.CapDrop = []string{"ALL"}
		c.SecurityOpt = []string{"no-new-privileges"}
	})
}

// start starts a container of the image. It is removed when the test ends.
func (w *world) start(opts ...testcontainers.ContainerCustomizer) *testcontainers.DockerContainer {
	w.t.Helper()
	c, err := testcontainers.Run(w.t.Context(),
		imageName, append([]testcontainers.ContainerCustomizer{asNobody()}, opts...)...)
	testcontainers.CleanupContainer(w.t, c)
	if err != nil {
		w.t.Fatal(err)
	}
	return c
}

// run runs a program, with the role of its jobs, or of who changes entries, and returns its exit code, and what it
// has printed.
func (w *world) run(command ...string) (code int, output string) {
	w.t.Helper()
	role := "MirrorRole"
	switch {
	case slices.Contains(command, "put"):
		role = "Editor"
	case len(command) > 0 && command[0] == "controller":
		role = "ControllerRole"
	}
	c := w.start(w.environment(role, nil), testcontainers.WithCmd(command...),
		testcontainers.WithWaitStrategyAndDeadline(2*time.Minute, wait.ForExit()))
	return w.ended(c)
}

// ended returns the exit code of a container that has ended, and what it has printed.
func (w *world) ended(c *testcontainers.DockerContainer) (code int, output string) {
	w.t.Helper()
	ctx := context.WithoutCancel(w.t.Context())
	state, err := c.State(ctx)
	if err != nil {
		w.t.Fatal(err)
	}
	logs, err := c.Logs(ctx)
	if err != nil {
		w.t.Fatal(err)
	}
	defer logs.Close()
	text, err := io.ReadAll(logs)
	if err != nil {
		w.t.Fatal(err)
	}
	return state.ExitCode, string(text)
}
