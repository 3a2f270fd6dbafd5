package registry

import (
	"net/url"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"

	"ecrmirror/internal/imagename"
	"ecrmirror/localstack/server"
)

// TestSignaturesAreReadByTLS: token servers and redirects, too, whatever a registry says.
func TestSignaturesAreReadByTLS(t *testing.T) {
	r := New(Options{AWS: aws.Config{}, Insecure: []string{"r.example.com:5000"}})
	for to, allowed := range map[string]bool{
		"https://r.example.com/v2/": true, "http://r.example.com:5000/v2/": true, "http://localhost:5000/v2/": true, "http://127.0.0.1/v2/": true,
		"http://r.example.com/v2/": false, "http://auth.example.com/token": false, "http://169.254.169.254/": false,
	} {
		at, err := url.Parse(to)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := r.proxy(at); (err == nil) != allowed {
			t.Errorf("%s: %v, want it allowed: %v", to, err, allowed)
		}
	}
}

func TestSignaturesInPrivateECRAreReadWithALoginOfAWS(t *testing.T) {
	standIn, err := server.Start(t.Context(), server.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = standIn.Close() }()
	r := New(Options{AWS: standIn.Config()})
	name, err := imagename.Parse("123456789012.dkr.ecr.us-east-1.amazonaws.com/app:1")
	if err != nil {
		t.Fatal(err)
	}
	sys, err := r.signedSystem(t.Context(), name, "")
	if err != nil {
		t.Fatal(err)
	}
	if login := sys.DockerAuthConfig; login == nil || login.Username != "AWS" || login.Password == "" {
		t.Error("no login")
	}
	if got := standIn.Stats().Snapshot().Calls["ecr.GetAuthorizationToken"]; got != 1 {
		t.Errorf("%d calls of ecr:GetAuthorizationToken, want 1", got)
	}
}
