package conformance

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"

	"ecrmirror/awsclient"
	"ecrmirror/localstack/stats"
	"ecrmirror/testkit/leaks"
)

// programs is the directory of the programs controller, mirror and localstack, built for the tests.
var programs string

func TestMain(m *testing.M) { os.Exit(buildAndRun(m)) }

func buildAndRun(m *testing.M) (code int) {
	dir, err := os.MkdirTemp("", "conformance-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	cmd := exec.Command("go", "build", "-ldflags=-w", "-tags", "containers_image_openpgp",
		"-o", dir+string(os.PathSeparator), "ecrmirror/cmd/controller", "ecrmirror/cmd/mirror", "ecrmirror/localstack")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	cmd.Stdout, cmd.Stderr = os.Stderr, os.Stderr
	if err := cmd.Run(); err != nil {
		fmt.Fprintln(os.Stderr, "building the programs:", err)
		return 1
	}
	programs = dir
	if code = m.Run(); code == 0 {
		code = leaks.Code()
	}
	return code
}

// A localstack is one that runs as a process of its own: without the race detector, and
// so that the memory of the test's process is that of the copies alone.
type localstack struct{ url string }

func startLocalstack(t *testing.T, flags ...string) *localstack {
	t.Helper()
	return startLocalstackWith(t, nil, flags...)
}

// startLocalstackWith starts one with more environment, such as a proxy, which its jobs have then, too.
func startLocalstackWith(t *testing.T, env []string, flags ...string) *localstack {
	t.Helper()
	cmd := exec.Command(filepath.Join(programs, "localstack"), slices.Concat(
		[]string{"--addr", "127.0.0.1:0", "--dir", t.TempDir(), "--programs", programs, "--no-events"}, flags)...)
	cmd.Env = append(os.Environ(), env...)
	var log bytes.Buffer
	cmd.Stderr = &log
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Signal(os.Interrupt)
		_, _ = io.Copy(io.Discard, out)
		if err := cmd.Wait(); err != nil {
			t.Errorf("localstack: %v\n%s", err, log.String())
		}
	})
	for scanner := bufio.NewScanner(out); scanner.Scan(); {
		if url, ok := strings.CutPrefix(scanner.Text(), "export AWS_ENDPOINT_URL="); ok {
			return &localstack{url}
		}
	}
	t.Fatalf("localstack does not start:\n%s", log.String())
	return nil
}

// host is localstack's HOST:PORT.
func (l *localstack) host() string { return strings.TrimPrefix(l.url, "http://") }

// config configures SDK clients of its home account.
func (l *localstack) config() aws.Config {
	return aws.Config{
		Region: "us-east-1", BaseEndpoint: &l.url, HTTPClient: awsclient.New(),
		Credentials: credentials.NewStaticCredentialsProvider("111122223333", "localstack", ""),
	}
}

// lone returns a client with a connection of its own for each request. A test server that ends closes the idle
// connections of the default client, and one that another test's request is just about to take with them.
func lone() *http.Client { return &http.Client{Transport: &http.Transport{DisableKeepAlives: true}} }

// counts returns what localstack has counted: bytes of blobs received by repository, as
// ACCOUNT/REGION/NAME.
func (l *localstack) counts(t *testing.T) stats.Snapshot {
	t.Helper()
	answer, err := lone().Get(l.url + "/_localstack/stats")
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	var s stats.Snapshot
	if err := json.NewDecoder(answer.Body).Decode(&s); err != nil {
		t.Fatal(err)
	}
	return s
}
