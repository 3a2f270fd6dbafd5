package server

import (
	"errors"
	"mime"
	"net/http"
	"strings"

	"ecrmirror/localstack/awsjson"
	"ecrmirror/localstack/batch"
	"ecrmirror/localstack/identity"
	"ecrmirror/localstack/sigv4"
	"ecrmirror/localstack/sts"
)

// A protocol is how a service speaks.
type protocol int

const (
	jsonProtocol  protocol = iota // awsJson1.0 and 1.1: by X-Amz-Target
	restProtocol                  // restJson1: by path
	queryProtocol                 // Query: by form, answers in XML
)

func protocolOf(r *http.Request) protocol {
	mediaType, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	switch {
	case r.Header.Get("X-Amz-Target") != "":
		return jsonProtocol
	case mediaType == "application/x-www-form-urlencoded":
		return queryProtocol
	case strings.HasPrefix(r.URL.Path, batch.PathPrefix):
		return restProtocol
	}
	return jsonProtocol
}

// A refusal is what an error is called, by protocol. JSON services answer with status 400,
// the others with 403; a request without a signature is 403 everywhere.
//
// Source: the services' API references, "Common Errors", and what they answer: the
// references name SignatureDoesNotMatch's kin for all, JSON services send InvalidSignatureException.
type refusal struct{ json, query string }

var (
	unsigned   = refusal{"MissingAuthenticationTokenException", "MissingAuthenticationToken"}
	incomplete = refusal{"IncompleteSignatureException", "IncompleteSignature"}
	mismatch   = refusal{"InvalidSignatureException", "SignatureDoesNotMatch"}
	unknownKey = refusal{"UnrecognizedClientException", "InvalidClientTokenId"}
	expired    = refusal{"ExpiredTokenException", "ExpiredToken"}
	denied     = refusal{"AccessDeniedException", "AccessDenied"}
)

// refusalOf names an error; false if it has a name already.
func refusalOf(err error) (refusal, bool) {
	_, isDenied := errors.AsType[*identity.Denied](err)
	_, isSkewed := errors.AsType[sigv4.SkewedError](err)
	switch {
	case errors.Is(err, sigv4.ErrMissing):
		return unsigned, true
	case errors.Is(err, sigv4.ErrIncomplete):
		return incomplete, true
	case errors.Is(err, sigv4.ErrMismatch), isSkewed:
		return mismatch, true
	case errors.Is(err, errUnknownKey):
		return unknownKey, true
	case errors.Is(err, errExpired):
		return expired, true
	case isDenied:
		return denied, true
	}
	return refusal{}, false
}

// refuse answers with an error in the protocol of the request.
func (s *Server) refuse(w http.ResponseWriter, r *http.Request, err error) {
	spoken := protocolOf(r)
	if as, ok := refusalOf(err); ok {
		named := &awsjson.Error{Status: http.StatusForbidden, Code: as.json, Message: err.Error()}
		switch {
		case spoken == queryProtocol:
			named.Code = as.query
		case spoken == jsonProtocol && as != unsigned:
			named.Status = http.StatusBadRequest
		}
		err = named
	}
	switch spoken {
	case queryProtocol:
		sts.WriteError(w, err)
	case restProtocol:
		batch.WriteError(w, err)
	default:
		awsjson.WriteError(w, err)
	}
}
