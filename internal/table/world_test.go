package table_test

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/testcontainers/testcontainers-go"
	tclog "github.com/testcontainers/testcontainers-go/log"
	"github.com/testcontainers/testcontainers-go/wait"

	standin "ecrmirror/localstack/dynamodb"
)

// dynamoDBLocal is AWS's own stand-in. .ci/images builds it where it cannot be pulled.
const dynamoDBLocal = "amazon/dynamodb-local:latest"

// container is the DynamoDB Local of all tests, started by the first that asks for it.
var container = struct {
	sync.Once
	running *testcontainers.DockerContainer
	url     string
	err     error
}{}

// Why container tests cannot run here, and need not.
var (
	errNoDocker = errors.New("no answer from Docker")
	errNoImage  = errors.New("there is no image " + dynamoDBLocal + " and it cannot be pulled (.ci/images builds it)")
)

func TestMain(m *testing.M) {
	if err := setUpContainers(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	code := m.Run()
	if container.running != nil {
		if err := testcontainers.TerminateContainer(container.running); err != nil {
			fmt.Fprintln(os.Stderr, "stopping DynamoDB Local:", err)
			code = 1
		}
	}
	if code == 0 {
		code = leaks()
	}
	os.Exit(code)
}

// setUpContainers sets testcontainers up before it reads its environment, which it does once.
func setUpContainers() error {
	tclog.SetDefault(tclog.NewNoopLogger())
	settings := map[string]string{
		"TESTCONTAINERS_RYUK_DISABLED": "true", // another image to be had, for what TestMain does itself
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

func startContainer(ctx context.Context) (url string, err error) {
	docker, err := testcontainers.NewDockerClientWithOpts(ctx)
	if err != nil {
		return "", fmt.Errorf("%w: %w", errNoDocker, err)
	}
	defer docker.Close()
	if _, err := docker.ImageInspect(ctx, dynamoDBLocal); err != nil {
		if err := pull(ctx, dynamoDBLocal); err != nil {
			return "", fmt.Errorf("%w: %w", errNoImage, err)
		}
	}
	running, err := testcontainers.Run(ctx, dynamoDBLocal,
		testcontainers.WithExposedPorts("8000/tcp"),
		testcontainers.WithWaitStrategyAndDeadline(2*time.Minute, wait.ForHTTP("/").WithPort("8000/tcp").
			WithStatusCodeMatcher(func(int) bool { return true })), // 400, as the request is not signed
	)
	container.running = running
	if err != nil {
		return "", err
	}
	return running.PortEndpoint(ctx, "8000/tcp", "http")
}

// pull pulls an image. testcontainers by itself would try for a quarter of an hour.
func pull(ctx context.Context, image string) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	provider, err := testcontainers.NewDockerProvider(testcontainers.Generic2DockerOptions(testcontainers.WithLogger(failureLog(cancel)))...)
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

func (giveUp failureLog) Printf(format string, v ...any) {
	if strings.HasPrefix(format, "Failed to pull image") && len(v) > 0 {
		giveUp(fmt.Errorf("%v", v[0]))
	}
}

// local returns a client of DynamoDB Local, to which nobody else has access. It skips
// the test where Docker does not answer or the image cannot be had, unless
// ECRMIRROR_REQUIRE_CONTAINERS is 1.
func local(t *testing.T) *dynamodb.Client {
	t.Helper()
	container.Do(func() { container.url, container.err = startContainer(context.WithoutCancel(t.Context())) })
	unavailable := errors.Is(container.err, errNoDocker) || errors.Is(container.err, errNoImage)
	switch err := container.err; {
	case unavailable && os.Getenv("ECRMIRROR_REQUIRE_CONTAINERS") != "1":
		t.Skip("skipping what needs DynamoDB Local in a container: ", err)
	case err != nil:
		t.Fatal("DynamoDB Local: ", err)
	}
	return clientOf(container.url, rand.Text()) // tables belong to the access key
}

// embedded returns a client of localstack's DynamoDB, in a process of its own.
func embedded(t *testing.T) *dynamodb.Client {
	t.Helper()
	standIn := httptest.NewServer(standin.New(standin.Options{Home: "111122223333"}))
	t.Cleanup(standIn.Close)
	return clientOf(standIn.URL, "id")
}

// A world makes tables called "mirror" that hold items, each in a DynamoDB of its own.
type world func(t *testing.T, items ...item) *dynamodb.Client

// each runs a test against localstack and against DynamoDB Local.
func each(t *testing.T, test func(t *testing.T, newTable world)) {
	t.Run("localstack", func(t *testing.T) { test(t, newTable) })
	t.Run("DynamoDB Local", func(t *testing.T) {
		local(t)
		test(t, func(t *testing.T, items ...item) *dynamodb.Client { return fill(t, local(t), items) })
	})
}

// newTable is the world of localstack.
func newTable(t *testing.T, items ...item) *dynamodb.Client { return fill(t, embedded(t), items) }

func fill(t *testing.T, client *dynamodb.Client, items []item) *dynamodb.Client {
	t.Helper()
	_, err := client.CreateTable(t.Context(), &dynamodb.CreateTableInput{
		TableName:            aws.String("mirror"),
		BillingMode:          types.BillingModePayPerRequest,
		KeySchema:            []types.KeySchemaElement{{AttributeName: aws.String("Source"), KeyType: types.KeyTypeHash}},
		AttributeDefinitions: []types.AttributeDefinition{{AttributeName: aws.String("Source"), AttributeType: types.ScalarAttributeTypeS}},
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, it := range items {
		if _, err := client.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: aws.String("mirror"), Item: it}); err != nil {
			t.Fatal(err)
		}
	}
	return client
}

func clientOf(url, keyID string) *dynamodb.Client {
	return dynamodb.New(dynamodb.Options{
		BaseEndpoint: &url, Region: "us-east-1", RetryMaxAttempts: 1,
		Credentials: credentials.NewStaticCredentialsProvider(keyID, "secret", ""),
	})
}
