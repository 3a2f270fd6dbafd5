package main

import (
	"bytes"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"ecrmirror/localstack/server"
	"ecrmirror/testkit/servertest"
)

func TestASignalEndsASweepWithItsExitCode(t *testing.T) {
	for signal, want := range map[os.Signal]int{os.Interrupt: 130, syscall.SIGTERM: 143} {
		t.Run(signal.String(), func(t *testing.T) {
			aws := servertest.Start(t, server.Options{})
			asked := make(chan struct{}, 1)
			silent := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
				select {
				case asked <- struct{}{}:
				default:
				}
				<-r.Context().Done() // no answer for as long as anyone waits
			}))
			defer silent.Close()
			putEntry(t, aws.Config(), silent.Listener.Addr().String()+"/app:1", "r.io/copy:1")

			var stderr bytes.Buffer
			role, err := aws.EnvironmentOf("ControllerRole")
			if err != nil {
				t.Fatal(err)
			}
			cmd := exec.CommandContext(t.Context(), "controller", "sweep")
			cmd.Env = append(append(os.Environ(), role...), quickExit)
			cmd.Stderr = &stderr
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			ended := make(chan error, 1)
			go func() { ended <- cmd.Wait() }()
			select {
			case <-asked:
			case err := <-ended:
				t.Fatalf("ended before it asked for a digest: %v\n%s", err, &stderr)
			}
			if err := cmd.Process.Signal(signal); err != nil {
				t.Fatal(err)
			}
			var exit *exec.ExitError
			if err := <-ended; !errors.As(err, &exit) || exit.ExitCode() != want {
				t.Errorf("ended with %v, want exit code %d", err, want)
			}
			if out := stderr.String(); !strings.HasSuffix(out,
				"controller: stopped by signal: "+signal.String()+"\n") || strings.Contains(out, "level=ERROR") {
				t.Errorf("standard error:\n%s", out)
			}
		})
	}
}

func putEntry(t *testing.T, cfg aws.Config, source, destination string) {
	t.Helper()
	_, err := dynamodb.NewFromConfig(cfg).PutItem(t.Context(), &dynamodb.PutItemInput{
		TableName: aws.String("mirror"),
		Item: map[string]types.AttributeValue{
			"Source":      &types.AttributeValueMemberS{Value: source},
			"Destination": &types.AttributeValueMemberS{Value: destination},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
}
