package program

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"

	"ecrmirror/internal/contract"
	"ecrmirror/internal/imagename"
	"ecrmirror/localstack/server"
)

func TestHomeRegistry(t *testing.T) {
	standIn, err := server.Start(t.Context(), server.Options{Account: "123456789012", Region: "cn-north-1"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = standIn.Close() })
	cfg := standIn.Config()
	for account, want := range map[string]imagename.ECRRegistry{
		"":             {Account: "123456789012", Region: "cn-north-1", Partition: "aws-cn"},
		"111122223333": {Account: "111122223333", Region: "cn-north-1", Partition: "aws-cn"},
	} {
		if got, err := HomeRegistry(t.Context(), cfg, account); err != nil || got != want {
			t.Errorf("%q: %+v, %v", account, got, err)
		}
	}
	_ = standIn.Close()
	cfg.Retryer = func() aws.Retryer { return aws.NopRetryer{} }
	_, err = HomeRegistry(t.Context(), cfg, "")
	if err == nil || !strings.HasPrefix(err.Error(), "asking STS for the account: ") ||
		ExitCode(Fail(err)) != contract.ExitTransient {
		t.Errorf("STS is gone: %v", err)
	}
}
