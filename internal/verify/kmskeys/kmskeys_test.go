package kmskeys_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/kms"

	"ecrmirror/internal/kmssign"
	"ecrmirror/internal/transient"
	"ecrmirror/internal/verify/kmskeys"
	"ecrmirror/internal/verify/policy"
	standin "ecrmirror/localstack/kms"
	"ecrmirror/localstack/server"
	"ecrmirror/testkit/awstest"
	"ecrmirror/testkit/servertest"
)

const (
	home = "111122223333"
	id   = "33333333-4444-4555-8666-777777777777"
	arn  = "arn:aws:kms:us-east-1:" + home + ":key/" + id
	name = "alias/signer"
)

// refusing is KMS where all calls fail with a code, if there is one. It counts them.
type refusing struct {
	http.Handler
	mu     sync.Mutex
	code   string
	status int
	calls  int
}

func (r *refusing) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	r.mu.Lock()
	r.calls++
	code, status := r.code, r.status
	r.mu.Unlock()
	if code == "" {
		r.Handler.ServeHTTP(w, req)
		return
	}
	w.Header().Set("X-Amzn-Errortype", code)
	w.WriteHeader(status)
}

func start(t *testing.T) (*refusing, aws.Config) {
	t.Helper()
	service := standin.New(standin.Options{Home: home})
	if err := service.Seed(home, "us-east-1", id, name); err != nil {
		t.Fatal(err)
	}
	r := &refusing{Handler: service}
	cfg := awstest.Config(awstest.Serve(t, r), home, "us-east-1")
	cfg.RetryMaxAttempts = 1
	return r, cfg
}

// A key is asked for once, in its own region, however often and however it is named, and is the one that KMS has.
func TestAKeyIsAskedForOnce(t *testing.T) {
	r, cfg := start(t)
	elsewhere := cfg.Copy()
	elsewhere.Region = "eu-west-1" // the ARN says where it is
	keys := kmskeys.New(elsewhere, nil)
	p := policy.Policy{{Key: []string{arn, "awskms:///" + arn}}}
	var fingerprint string
	for range 3 {
		rules, err := p.Compile(t.Context(), keys)
		if err != nil {
			t.Fatal(err)
		}
		fingerprint = rules[0].Keys[0].Fingerprint
		if fingerprint != rules[0].Keys[1].Fingerprint || !strings.Contains(rules[0].Summary, "key "+arn) {
			t.Errorf("%+v", rules)
		}
	}
	if r.calls != 1 {
		t.Errorf("it was asked for %d times", r.calls)
	}
	alias := policy.Policy{{Key: []string{strings.Replace(arn, "key/"+id, name, 1)}}}
	rules, err := alias.Compile(t.Context(), keys)
	if err != nil || rules[0].Keys[0].Fingerprint != fingerprint || r.calls != 2 {
		t.Errorf("by an alias: %+v, %v, %d calls", rules, err, r.calls)
	}
}

// An error says what KMS has refused, and whether another try may help.
func TestKeysThatCantBeHad(t *testing.T) {
	for _, c := range []struct {
		code   string
		status int
		passes bool
		says   string
	}{
		{"AccessDeniedException", 400, false, "it takes kms:GetPublicKey on the key, by IAM and by the key's policy"},
		{"NotFoundException", 400, false, "NotFoundException"},
		{"DisabledException", 400, false, "DisabledException"},
		{"KMSInvalidStateException", 400, false, "KMSInvalidStateException"},
		{"UnsupportedOperationException", 400, false, "UnsupportedOperationException"},
		{"ThrottlingException", 400, true, "ThrottlingException"},
		{"KMSInternalException", 500, true, "KMSInternalException"},
		{"DependencyTimeoutException", 500, true, "DependencyTimeoutException"},
	} {
		r, cfg := start(t)
		r.code, r.status = c.code, c.status
		keys := kmskeys.New(cfg, nil)
		_, err := keys.PublicKey(t.Context(), arn)
		failed, ok := errors.AsType[*kmssign.Error](err)
		if !ok || failed.Key != arn || transient.Is(err) != c.passes || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v, another try helps: %v", c.code, err, transient.Is(err))
		}
		r.code = ""
		if _, err := keys.PublicKey(t.Context(), arn); err != nil {
			t.Errorf("%s: it is remembered: %v", c.code, err)
		}
	}
}

// A key that is disabled is not had, and is had again when it is enabled.
func TestADisabledKey(t *testing.T) {
	_, cfg := start(t)
	key := &kms.DisableKeyInput{KeyId: aws.String(arn)}
	awstest.Must[*kms.DisableKeyOutput](t)(kms.NewFromConfig(cfg).DisableKey(t.Context(), key))
	_, err := kmskeys.New(cfg, nil).PublicKey(t.Context(), arn)
	if err == nil || transient.Is(err) || !strings.Contains(err.Error(), "DisabledException: "+arn+" is disabled.") {
		t.Error(err)
	}
}

// Who may do nothing is told which permission is missing, and on which key.
func TestWithoutPermission(t *testing.T) {
	s := servertest.Start(t, server.Options{})
	if err := s.UseRoles("batch"); err != nil {
		t.Fatal(err)
	}
	session, err := s.Credentials("MirrorRole")
	if err != nil {
		t.Fatal(err)
	}
	cfg := s.Config()
	cfg.Credentials = credentials.NewStaticCredentialsProvider(session.KeyID, session.Secret, session.Token)
	_, err = kmskeys.New(cfg, nil).PublicKey(t.Context(), arn)
	failed, ok := errors.AsType[*kmssign.Error](err)
	if !ok || failed.Permission != "kms:GetPublicKey" || transient.Is(err) || !strings.Contains(err.Error(), arn) {
		t.Error(err)
	}
}

// Other names are for another source, and for none where there is none.
func TestOtherNames(t *testing.T) {
	r, cfg := start(t)
	files := policy.KeySourceFunc(func(_ context.Context, name string) ([]byte, error) { return []byte(name), nil })
	if got, err := kmskeys.New(cfg, files).PublicKey(t.Context(), "cosign.pub"); err != nil || string(got) != "cosign.pub" {
		t.Errorf("%s, %v", got, err)
	}
	for _, name := range []string{"cosign.pub", "awskms:///alias/signer", "awskms://kms.test/" + arn, "arn:aws:s3:::b"} {
		if got, err := kmskeys.New(cfg, nil).PublicKey(t.Context(), name); err == nil {
			t.Errorf("%s: %s", name, got)
		}
	}
	if r.calls > 0 {
		t.Errorf("KMS was asked %d times", r.calls)
	}
}
