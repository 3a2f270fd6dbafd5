// Package transient tells whether another try may help where something failed. Each error answers for itself, by a
// method Transient() bool; this package walks what errors wrap, and answers for those of the standard library. No
// answer depends on an error's text. Errors of others that have no such method get one where they come in: those of AWS
// in package awserror, those of net/http in package registryclient/answer.
package transient

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"slices"
	"syscall"
)

// Is reports whether what failed with err may succeed at a later time without anybody changing anything. It is false
// for nil, for an error that wraps [context.Canceled], and for one that no error in its tree has an answer to.
func Is(err error) bool {
	helps, _ := Says(err)
	return helps
}

// Says returns whether another try may help, by what the errors in err's tree say of themselves: the outermost that
// says something speaks for all that it wraps, and of errors that one wraps side by side it is enough that one may
// pass. Said is false where none says anything.
func Says(err error) (helps, said bool) {
	if errors.Is(err, context.Canceled) { // somebody wanted the end
		return false, true
	}
	return says(err)
}

func says(err error) (helps, said bool) {
	if err == nil {
		return false, false
	}
	if own, ok := err.(interface{ Transient() bool }); ok {
		return own.Transient(), true
	}
	if helps, said = known(err); said {
		return helps, said
	}
	switch wrapper := err.(type) { //nolint:errorlint // node by node
	case interface{ Unwrap() error }:
		helps, said = says(wrapper.Unwrap())
	case interface{ Unwrap() []error }:
		for _, inner := range wrapper.Unwrap() {
			h, s := says(inner)
			helps, said = helps || h, said || s
		}
	}
	if said {
		return helps, said
	}
	return failed(err)
}

// known has the answers for errors of the standard library by what they are.
func known(err error) (helps, said bool) {
	switch e := err.(type) { //nolint:errorlint // node by node
	case *net.DNSError:
		return !e.IsNotFound, true
	case *tls.CertificateVerificationError, tls.RecordHeaderError: // a host is not the one that it should be
		return false, true
	case syscall.Errno:
		helps = slices.Contains(broken, e) || e.Temporary() || e.Timeout()
		return helps, helps
	}
	switch {
	case isNode(err, http.ErrSchemeMismatch):
		return false, true
	case isNode(err, io.EOF), isNode(err, io.ErrUnexpectedEOF), isNode(err, net.ErrClosed):
		return true, true
	}
	return false, false
}

// isNode reports whether err is a sentinel itself, and not what wraps it.
func isNode(err, sentinel error) bool { return err == sentinel } //nolint:errorlint // node by node

// broken are the errors of connections that could not be made or did not hold.
var broken = []syscall.Errno{
	syscall.ECONNREFUSED, syscall.ECONNRESET, syscall.ECONNABORTED, syscall.EPIPE,
	syscall.EHOSTUNREACH, syscall.ENETUNREACH, syscall.ETIMEDOUT,
}

// failed has the answers for errors of the network whose cause says nothing.
func failed(err error) (helps, said bool) {
	switch e := err.(type) { //nolint:errorlint // node by node
	case *net.OpError:
		return true, true
	case net.Error:
		return e.Timeout(), e.Timeout()
	}
	return false, false
}

// New returns an error with that text, like errors.New, which says that another try may help.
func New(text string) error { return &sentinel{text, true} }

// Final returns an error with that text, like errors.New, which says that another try does not help.
func Final(text string) error { return &sentinel{text, false} }

type sentinel struct {
	text      string
	transient bool
}

func (e *sentinel) Error() string   { return e.text }
func (e *sentinel) Transient() bool { return e.transient }
