package ecr

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"syscall"
	"testing"
	"time"

	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"ecrmirror/internal/chunked"
	"ecrmirror/internal/transient"
)

func TestErrorsNameCallRepositoryCodeAndRequest(t *testing.T) {
	w := newScript(t, func(_ string, w http.ResponseWriter, _ *http.Request) bool {
		return refuse(w, http.StatusBadRequest, "RepositoryNotFoundException", "")
	})
	_, err := w.client.Digest(t.Context(), parse(t, here))
	want := "ecr DescribeImages 111122223333.dkr.ecr.us-east-1.amazonaws.com/app: RepositoryNotFoundException: the " +
		"service's words" +
		" (request id a-request-id)" // nothing about how to create it: what is read is not to be had by that
	if err == nil || err.Error() != want {
		t.Errorf("got  %v\nwant %s", err, want)
	}
	if !errors.Is(err, ErrRepositoryNotFound) {
		t.Error("does not wrap ErrRepositoryNotFound")
	}
}

func TestErrorsWithoutAnAnswerNameTheCause(t *testing.T) {
	w := newScript(t, func(_ string, _ http.ResponseWriter, _ *http.Request) bool { panic(http.ErrAbortHandler) })
	_, err := w.client.Digest(t.Context(), parse(t, here))
	if err == nil || !transient.Is(err) {
		t.Errorf("got %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := w.client.Digest(ctx, parse(t, here)); !errors.Is(err, context.Canceled) || transient.Is(err) {
		t.Errorf("cancelled: got %v", err)
	}
}

func TestTransient(t *testing.T) {
	api := func(code string) error {
		return &callError{operation: "X", name: parse(t, here), err: &smithy.GenericAPIError{Code: code}}
	}
	for _, tt := range []struct {
		err  error
		want bool
	}{
		{nil, false},
		{errors.New("anything"), false},
		{context.Canceled, false},
		{fmt.Errorf("call: %w", context.DeadlineExceeded), true},
		{api("ThrottleException"), true},
		{api("ThrottlingException"), true},
		{api("TooManyRequestsException"), true},
		{api("ServerException"), true},
		{api("ExpiredTokenException"), true},
		{api("UnrecognizedClientException"), false},
		{api("UnableToGetUpstreamImageException"), true},
		{api("UnableToGetUpstreamLayerException"), true},
		{api("UpstreamTooManyRequests"), true},
		{api("UpstreamUnavailable"), true},
		{api("UploadNotFoundException"), true},
		{api("UpstreamAccessDenied"), false},
		{api("LimitExceededException"), false},
		{api("ImageNotFoundException"), false},
		{api("RepositoryNotFoundException"), false},
		{api("AccessDeniedException"), false},
		{api("KmsException"), false},
		{io.ErrUnexpectedEOF, true},
		{&net.OpError{Op: "dial", Err: syscall.ECONNREFUSED}, true},
		{&net.DNSError{IsNotFound: true}, false},
		{&net.DNSError{IsTemporary: true}, true},
		{&tls.CertificateVerificationError{Err: x509.UnknownAuthorityError{}}, false},
		{readingFails(t, &net.DNSError{IsNotFound: true}), false},
		{readingFails(t, &tls.CertificateVerificationError{Err: x509.UnknownAuthorityError{}}), false},
		{readingFails(t, syscall.ECONNRESET), true},
		{&smithyhttp.RequestSendError{Err: &url.Error{Op: "Post", URL: "https://host", Err: io.EOF}}, true},
		{&chunked.StatusError{Status: 503}, true},
		{&chunked.StatusError{Status: 404}, false},
		{ErrDigestMismatch, false},
		{ErrImmutableTag, false},
	} {
		if got := transient.Is(tt.err); got != tt.want {
			t.Errorf("%v: got %v", tt.err, got)
		}
	}
}

// readingFails returns what reading a blob ends with where each request fails with err.
func readingFails(t *testing.T, err error) error {
	t.Helper()
	fetch := func(context.Context, int64, int64) (chunked.Body, error) { return chunked.Body{}, err }
	r := chunked.NewReader(t.Context(), chunked.NewBudget(0), 1, fetch, chunked.Options{Backoff: time.Microsecond})
	defer r.Close()
	_, err = io.ReadAll(r)
	return err
}
