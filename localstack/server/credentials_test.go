package server_test

import (
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	awsdynamodb "github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"ecrmirror/localstack/server"
)

// TestWrongCredentials tries each thing that can be wrong with them, on each service.
func TestWrongCredentials(t *testing.T) {
	var ahead atomic.Int64 // of the server's clock
	s := start(t, server.Options{Now: func() time.Time { return time.Now().Add(time.Duration(ahead.Load())) }})
	session, err := s.Credentials("MirrorRole")
	if err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct {
		name               string
		id, secret, token  string
		clock              time.Duration
		json, query, words string
	}{
		{
			"unknown key", "AKIAIOSFODNN7EXAMPLE", "localstack", "", 0, "UnrecognizedClientException",
			"InvalidClientTokenId", "The security token included in the request is invalid.",
		},
		{
			"another secret", s.Account(), "secret", "", 0, "InvalidSignatureException", "SignatureDoesNotMatch",
			"The request signature we calculated does not match",
		},
		{
			"no token", session.KeyID, session.Secret, "", 0, "UnrecognizedClientException", "InvalidClientTokenId",
			"The security token included in the request is invalid.",
		},
		{
			"a token of nobody", session.KeyID, session.Secret, "dG9rZW4=", 0, "UnrecognizedClientException",
			"InvalidClientTokenId", "The security token included in the request is invalid.",
		},
		{
			"a token too many", s.Account(), "localstack", "dG9rZW4=", 0, "UnrecognizedClientException",
			"InvalidClientTokenId", "The security token included in the request is invalid.",
		},
		{
			"an old session", session.KeyID, session.Secret, session.Token, 13 * time.Hour, "ExpiredTokenException",
			"ExpiredToken", "The security token included in the request is expired",
		},
		{
			"an old request", s.Account(), "localstack", "", 16 * time.Minute, "InvalidSignatureException",
			"SignatureDoesNotMatch", "Signature expired: ",
		},
	} {
		ahead.Store(int64(tc.clock))
		cfg := s.Config()
		cfg.Credentials = credentials.NewStaticCredentialsProvider(tc.id, tc.secret, tc.token)
		for service, call := range calls(t.Context(), cfg) {
			wantStatus, wantCode := http.StatusBadRequest, tc.json
			switch service {
			case "sts":
				wantStatus, wantCode = http.StatusForbidden, tc.query
			case "batch":
				wantStatus = http.StatusForbidden
			}
			status, code, message := refusedAs(call())
			if status != wantStatus || code != wantCode || !strings.HasPrefix(message, tc.words) {
				t.Errorf("%s, %s: %d %s: %s, want %d %s: %s", tc.name, service, status, code, message, wantStatus,
					wantCode, tc.words)
			}
		}
	}
}

// Clients that can't sign are let in where that is asked for, as who they say they are.
func TestAnySignatureIsTakenOnRequest(t *testing.T) {
	s := start(t, server.Options{AnySignature: true})
	cfg := s.Config()
	cfg.Credentials = credentials.NewStaticCredentialsProvider(s.Account(), "wrong", "")
	if _, err := awsdynamodb.NewFromConfig(cfg).Scan(t.Context(),
		&awsdynamodb.ScanInput{TableName: aws.String("mirror")}); err != nil {
		t.Error(err)
	}
	cfg.Credentials = credentials.NewStaticCredentialsProvider("ASIANOBODY", "wrong", "")
	if _, err := awsdynamodb.NewFromConfig(cfg).Scan(t.Context(),
		&awsdynamodb.ScanInput{TableName: aws.String("mirror")}); err == nil {
		t.Error("a key that nobody has was taken")
	}
}
