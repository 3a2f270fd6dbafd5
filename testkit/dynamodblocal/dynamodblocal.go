// Package dynamodblocal runs DynamoDB Local, AWS's own stand-in for DynamoDB, in a container for tests.
package dynamodblocal

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/testcontainers/testcontainers-go"
	tclog "github.com/testcontainers/testcontainers-go/log"
	"github.com/testcontainers/testcontainers-go/wait"

	"ecrmirror/testkit/leaks"
)

// image is DynamoDB Local's; make renew-images renews the digest. Where it cannot be pulled, .ci/images builds standIn.
const (
	image   = "amazon/dynamodb-local:3.1.0@sha256:7ef4a2c45b58c2901e70a4f28e0953a422c2c631baaaf5e2c15e0805740c7752"
	standIn = "ecrmirror-ci/dynamodb-local"
)

// byHand is the environment variable that says where a DynamoDB Local answers that was started by hand.
const byHand = "ECRMIRROR_DYNAMODB_LOCAL"

// Why container tests cannot run here, and need not.
var (
	errNoDocker = errors.New("no answer from Docker")
	errNoImage  = errors.New("there is no image " + image + " and it cannot be pulled (.ci/images builds " + standIn +
		")")
)

// A Container is one that is started by the first test that asks for it. Its zero value is ready; Main sets it up.
type Container struct {
	once    sync.Once
	running *testcontainers.DockerContainer
	url     string
	err     error
}

// Main runs the tests of a package, as TestMain does, and stops the container that they have
// started. It returns the exit code, which is not 0 if the tests leave goroutines behind.
func (c *Container) Main(m *testing.M) int {
	if err := setUp(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	code := m.Run()
	if c.running != nil {
		if err := testcontainers.TerminateContainer(c.running); err != nil {
			fmt.Fprintln(os.Stderr, "stopping DynamoDB Local:", err)
			return 1
		}
	}
	if code != 0 || os.Getenv(byHand) != "" { // clients keep connections to one that goes on
		return code
	}
	http.DefaultTransport.(*http.Transport).CloseIdleConnections() // testcontainers keeps some to Docker's engine
	return leaks.Code()
}

// URL returns where DynamoDB Local answers: ECRMIRROR_DYNAMODB_LOCAL if that is set, which is for
// one that was started by hand, else the container. It skips the test where Docker does not answer
// or the image cannot be had, unless ECRMIRROR_REQUIRE_CONTAINERS is 1. Tables belong to the access key.
func (c *Container) URL(t *testing.T) string {
	t.Helper()
	if url := os.Getenv(byHand); url != "" {
		return url
	}
	c.once.Do(func() { c.url, c.err = c.start(context.WithoutCancel(t.Context())) })
	unavailable := errors.Is(c.err, errNoDocker) || errors.Is(c.err, errNoImage)
	switch {
	case unavailable && os.Getenv("ECRMIRROR_REQUIRE_CONTAINERS") != "1":
		t.Skip("skipping what needs DynamoDB Local in a container: ", c.err)
	case c.err != nil:
		t.Fatal("DynamoDB Local: ", c.err)
	}
	return c.url
}

// setUp sets testcontainers up before it reads its environment, which it does once.
func setUp() error {
	tclog.SetDefault(tclog.NewNoopLogger())
	settings := map[string]string{
		"TESTCONTAINERS_RYUK_DISABLED": "true", // another image to be had, for what Main does itself
	}
	if _, err := os.Stat("/.dockerenv"); err == nil {
		// An engine beside the tests in their container; by default that of the host is expected.
		settings["TESTCONTAINERS_HOST_OVERRIDE"] = "127.0.0.1"
	}
	for name, value := range settings {
		if os.Getenv(name) != "" {
			continue
		}
		if err := os.Setenv(name, value); err != nil {
			return err
		}
	}
	return nil
}

func (c *Container) start(ctx context.Context) (url string, err error) {
	docker, err := testcontainers.NewDockerClientWithOpts(ctx)
	if err != nil {
		return "", fmt.Errorf("%w: %w", errNoDocker, err)
	}
	defer docker.Close()
	name := image
	if _, err := docker.ImageInspect(ctx, image); err != nil {
		if _, err := docker.ImageInspect(ctx, standIn); err == nil {
			name = standIn
		} else if err := pull(ctx); err != nil {
			return "", fmt.Errorf("%w: %w", errNoImage, err)
		}
	}
	c.running, err = testcontainers.Run(ctx, name,
		testcontainers.WithExposedPorts("8000/tcp"),
		testcontainers.WithWaitStrategyAndDeadline(2*time.Minute, wait.ForHTTP("/").WithPort("8000/tcp").
			WithStatusCodeMatcher(func(int) bool { return true })), // 400, as the request is not signed
	)
	if err != nil {
		return "", err
	}
	return c.running.PortEndpoint(ctx, "8000/tcp", "http")
}

// pull pulls the image. testcontainers by itself would try for a quarter of an hour.
func pull(ctx context.Context) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	provider, err := testcontainers.NewDockerProvider(testcontainers.Generic2DockerOptions(
		testcontainers.WithLogger(failureLog(cancel)))...)
	if err != nil {
		return err
	}
	defer provider.Close()
	err = provider.PullImage(ctx, image)
	if ctx.Err() != nil {
		err = context.Cause(ctx)
	}
	return err
}

// failureLog is a log of testcontainers that gives up when the first attempt to pull is said to have failed.
type failureLog func(error)

// Printf looks for that line.
func (giveUp failureLog) Printf(format string, v ...any) {
	if strings.HasPrefix(format, "Failed to pull image") && len(v) > 0 {
		giveUp(fmt.Errorf("%v", v[0]))
	}
}
