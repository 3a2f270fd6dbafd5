package transient_test

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
	"os"
	"syscall"
	"testing"

	"ecrmirror/internal/transient"
)

// verdict is an error that answers for itself, and for what it wraps.
type verdict struct {
	helps bool
	err   error
}

func (v verdict) Error() string   { return "verdict" }
func (v verdict) Unwrap() error   { return v.err }
func (v verdict) Transient() bool { return v.helps }

func TestIs(t *testing.T) {
	dial := func(err error) error { return &net.OpError{Op: "dial", Err: err} }
	get := func(err error) error { return &url.Error{Op: "Get", URL: "https://host", Err: err} }
	unknown := errors.New("anything")
	for _, c := range []struct {
		name string
		err  error
		want bool
	}{
		{"nil", nil, false},
		{"unknown", unknown, false},
		{"text that looks like one", errors.New("read: connection reset by peer, StatusCode: 429"), false},
		{"says yes", fmt.Errorf("doing: %w", verdict{true, nil}), true},
		{"says no", fmt.Errorf("doing: %w", verdict{false, nil}), false},
		{"the outermost speaks for what it wraps", verdict{false, io.EOF}, false},
		{"and the other way round", verdict{true, dial(&net.DNSError{IsNotFound: true})}, true},
		{"side by side, one may pass", errors.Join(verdict{false, nil}, verdict{true, nil}), true},
		{"side by side, none may", errors.Join(verdict{false, nil}, unknown), false},
		{"cancelled", fmt.Errorf("%w, after %w", context.Canceled, verdict{true, nil}), false},
		{"out of time", fmt.Errorf("call: %w", context.DeadlineExceeded), true},
		{"sentinel", fmt.Errorf("%w: %w", transient.New("busy"), unknown), true},
		{"final", fmt.Errorf("%w of another", transient.Final("range")), false},
		{"nobody listens", dial(syscall.ECONNREFUSED), true},
		{"reset", dial(os.NewSyscallError("read", syscall.ECONNRESET)), true},
		{"errno alone", fmt.Errorf("accept: %w", syscall.EMFILE), true},
		{"no space", fmt.Errorf("write: %w", syscall.ENOSPC), false},
		{"no permission to dial", dial(syscall.EACCES), true},
		{"unknown cause of a dial", dial(unknown), true},
		{"a dial that is not allowed", dial(verdict{false, nil}), false},
		{"no such host", dial(&net.DNSError{IsNotFound: true}), false},
		{"no name server", dial(&net.DNSError{}), true},
		{"certificate", get(&tls.CertificateVerificationError{Err: x509.UnknownAuthorityError{}}), false},
		{"no TLS", get(tls.RecordHeaderError{}), false},
		{"no TLS, told by net/http", get(http.ErrSchemeMismatch), false},
		{"request", get(unknown), false},
		{"request out of time", get(os.ErrDeadlineExceeded), true},
		{"broke off", get(io.EOF), true},
		{"closed", fmt.Errorf("read: %w", net.ErrClosed), true},
	} {
		if got := transient.Is(c.err); got != c.want {
			t.Errorf("%s: %v: got %v", c.name, c.err, got)
		}
	}
	if _, said := transient.Says(unknown); said {
		t.Error("somebody says something of an error that nobody knows")
	}
}
