package images

import (
	"context"
	"errors"
	"io"
	"net"
	"syscall"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"

	"ecrmirror/internal/ecr"
	"ecrmirror/internal/images/disk"
	"ecrmirror/internal/registryclient"
)

// Transient reports whether what failed with err may succeed later without anyone
// changing anything: throttling, server errors, broken connections, time-outs.
// A cancelled context is not transient: somebody wanted the end. Neither is a
// repository that was created without its policies: another try finds it there.
func Transient(err error) bool {
	var (
		answer *registryclient.StatusError
		put    *registryclient.DeferredError
		mute   *registryclient.MuteError
		dns    *net.DNSError
		netErr net.Error
	)
	retryable := retry.IsErrorRetryables(retry.DefaultRetryables) // by any AWS service
	switch {
	case err == nil, errors.Is(err, context.Canceled), errors.Is(err, ecr.ErrRepositoryIncomplete), errors.Is(err, registryclient.ErrOtherRange):
		return false
	case ecr.Transient(err), retryable.IsErrorRetryable(err) == aws.TrueTernary, errors.Is(err, context.DeadlineExceeded), errors.Is(err, disk.ErrBusy):
		return true
	case errors.As(err, &put), errors.As(err, &mute), errors.Is(err, registryclient.ErrByPatch), registryclient.Temporary(err):
		return true
	case errors.As(err, &answer):
		return answer.Temporary()
	case errors.As(err, &dns):
		return !dns.IsNotFound
	case isBroken(err):
		return true
	case errors.As(err, &netErr):
		return netErr.Timeout()
	}
	return false
}

// isBroken reports whether err is that of a connection which could not be made or did not hold.
func isBroken(err error) bool {
	for _, broken := range []error{
		io.ErrUnexpectedEOF, io.EOF, net.ErrClosed,
		syscall.ECONNREFUSED, syscall.ECONNRESET, syscall.ECONNABORTED, syscall.EPIPE,
		syscall.EHOSTUNREACH, syscall.ENETUNREACH, syscall.ETIMEDOUT,
	} {
		if errors.Is(err, broken) {
			return true
		}
	}
	return false
}
