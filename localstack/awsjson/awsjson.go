// Package awsjson is what the stand-ins for AWS services share: who is calling,
// and the awsJson1.1 protocol's way to answer and to refuse.
package awsjson

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"strings"

	"ecrmirror/localstack/iam"
)

const algorithm = "AWS4-HMAC-SHA256"

// A Caller is the identity behind a request: stand-ins keep accounts and regions apart by it.
type Caller struct {
	Account string // 12 digits
	Region  string
	Service string // SigV4 signing name, such as "ecr"
	KeyID   string // access key id
	// Principal is who that is, by the key; in a stand-in by itself the account's root user.
	Principal iam.Principal
}

// callerKey is the key of the caller in a request's context.
type callerKey struct{}

// WithCaller returns a request whose caller [CallerOf] takes as known.
func WithCaller(r *http.Request, c Caller) *http.Request {
	return r.WithContext(context.WithValue(r.Context(), callerKey{}, c))
}

// authorization matches a SigV4 Authorization header, whose credential scope is
// KEYID/DATE/REGION/SERVICE/aws4_request.
var (
	authorization = regexp.MustCompile(
		`^` + algorithm +
			` +Credential=([^/, ]+)/[0-9]{8}/([^/, ]+)/([^/, ]+)/aws4_request, *SignedHeaders=[^, ]+, ` +
			`*Signature=[0-9a-f]+$`)
	accountKey = regexp.MustCompile(`^[0-9]{12}$`)
)

// CallerOf reads the caller from the request's SigV4 credential scope. An access
// key id of 12 digits is the account's own id; any other key belongs to home.
// A request that is not signed gives a MissingAuthenticationTokenException, one
// whose signature lacks a part an IncompleteSignatureException. Whether the
// signature is right is not verified: the caller of [WithCaller] does that.
func CallerOf(r *http.Request, home string) (Caller, error) {
	if c, ok := r.Context().Value(callerKey{}).(Caller); ok {
		return c, nil
	}
	header := r.Header.Get("Authorization")
	m := authorization.FindStringSubmatch(header)
	switch {
	case !strings.HasPrefix(header, algorithm):
		return Caller{}, &Error{
			Status: http.StatusForbidden, Code: "MissingAuthenticationTokenException",
			Message: "Missing Authentication Token",
		}
	case m == nil:
		return Caller{}, Errorf("IncompleteSignatureException",
			"Authorization header requires 'Credential', with a scope, 'SignedHeaders' and 'Signature' parameters.")
	}
	c := Caller{Account: home, Region: m[2], Service: m[3], KeyID: m[1]}
	if accountKey.MatchString(c.KeyID) {
		c.Account = c.KeyID
	}
	c.Principal = iam.Principal{
		ARN: "arn:" + Partition(c.Region) + ":iam::" + c.Account + ":root", Account: c.Account, Root: true,
	}
	return c, nil
}

// An Error is a refusal in AWS's shape: {"__type": Code, "message": Message, ...Members}.
type Error struct {
	Status  int // 400 if zero
	Code    string
	Message string
	Members map[string]any // further members of the exception's shape, such as lastValidByteReceived
}

func (e *Error) Error() string { return e.Code + ": " + e.Message }

// Errorf returns an Error with status 400.
func Errorf(code, format string, args ...any) *Error {
	return &Error{Code: code, Message: fmt.Sprintf(format, args...)}
}

// Read decodes the request's JSON body into in. A body over limit bytes or not JSON is a SerializationException.
func Read(r *http.Request, limit int64, in any) error {
	body, err := Body(r, limit)
	if err != nil {
		return err
	}
	return decode(body, in)
}

// Write answers with out as JSON.
func Write(w http.ResponseWriter, out any) {
	w.Header().Set("Content-Type", "application/x-amz-json-1.1")
	// The reply is on its way: a write error means the client is gone.
	_ = json.NewEncoder(w).Encode(out)
}

// Reply answers with out, or with err if it is not nil.
func Reply(w http.ResponseWriter, out any, err error) {
	if err != nil {
		WriteError(w, err)
		return
	}
	Write(w, out)
}

// ErrorOf returns err as an [Error] with its status set: as itself if it is one,
// with status 400 where it has none, else as an internal failure.
func ErrorOf(err error) *Error {
	var e *Error
	if !errors.As(err, &e) {
		return &Error{Status: http.StatusInternalServerError, Code: "ServerException", Message: err.Error()}
	}
	if e.Status == 0 {
		known := *e
		known.Status = http.StatusBadRequest
		return &known
	}
	return e
}

// WriteError answers with [ErrorOf] err.
func WriteError(w http.ResponseWriter, err error) {
	e := ErrorOf(err)
	body := map[string]any{"__type": e.Code, "message": e.Message}
	for name, value := range e.Members {
		body[name] = value
	}
	w.Header().Set("Content-Type", "application/x-amz-json-1.1")
	w.Header().Set("X-Amzn-ErrorType", e.Code)
	w.WriteHeader(e.Status)
	_ = json.NewEncoder(w).Encode(body)
}
