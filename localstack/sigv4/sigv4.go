// Package sigv4 verifies AWS Signature Version 4 of requests, as a service does that
// knows the caller's secret. It has the SDK's signer sign again what came, and compares.
package sigv4

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
)

// tolerance is how far a request's date may be from now.
const tolerance = 15 * time.Minute

const dateFormat = "20060102T150405Z"

// What a signature may be wrong in. The texts are AWS's.
const (
	ErrMissing    = wrong("Missing Authentication Token")
	ErrIncomplete = wrong("Authorization header requires 'Credential', with a scope, 'SignedHeaders' and 'Signature' " +
		"parameters, and the request a header 'X-Amz-Date'.")
	ErrMismatch = wrong("The request signature we calculated does not match the signature you provided. " +
		"Check your AWS Secret Access Key and signing method. Consult the service documentation for details.")
)

type wrong string

func (w wrong) Error() string { return string(w) }

// A SkewedError is the refusal of a request whose date is too far from now.
type SkewedError string

func (e SkewedError) Error() string { return string(e) }

// A Signature is what a request's Authorization header says.
type Signature struct {
	KeyID, Region, Service string
	day                    string
	headers                string // signed ones, joined by semicolons
	signature              string
}

var authorization = regexp.MustCompile(`^AWS4-HMAC-SHA256 +Credential=([^/, ]+)/([0-9]{8})/([^/, ]+)/([^/, ` +
	`]+)/aws4_request, *SignedHeaders=([^, ]+), *Signature=([0-9a-f]+)$`)

// Parse reads the Authorization header of a request.
func Parse(r *http.Request) (Signature, error) {
	header := r.Header.Get("Authorization")
	m := authorization.FindStringSubmatch(header)
	switch {
	case !strings.HasPrefix(header, "AWS4-HMAC-SHA256"):
		return Signature{}, ErrMissing
	case m == nil:
		return Signature{}, ErrIncomplete
	}
	return Signature{KeyID: m[1], day: m[2], Region: m[3], Service: m[4], headers: m[5], signature: m[6]}, nil
}

// Verify tells whether the request was signed with the secret, within 15 minutes of now,
// over a body of that content. The error is one of this package's.
func (s Signature) Verify(r *http.Request, body []byte, secret, token string, now time.Time) error {
	date, err := time.Parse(dateFormat, r.Header.Get("X-Amz-Date"))
	if err != nil {
		return ErrIncomplete
	}
	if err := s.checkDate(date, now.UTC()); err != nil {
		return err
	}
	hash := sha256.Sum256(body)
	payload := hex.EncodeToString(hash[:])
	if given := r.Header.Get("X-Amz-Content-Sha256"); given != "" && given != payload {
		return ErrMismatch
	}
	signed := s.signedPart(r)
	credentials := aws.Credentials{AccessKeyID: s.KeyID, SecretAccessKey: secret, SessionToken: token}
	if err := v4.NewSigner().SignHTTP(r.Context(), credentials, signed, payload, s.Service, s.Region,
		date); err != nil {
		return fmt.Errorf("verifying the signature: %w", err)
	}
	want, err := Parse(signed)
	if err != nil || want.headers != s.headers || !hmac.Equal([]byte(want.signature), []byte(s.signature)) {
		return ErrMismatch
	}
	return nil
}

func (s Signature) checkDate(date, now time.Time) error {
	limit, sign := now.Add(-tolerance), "-"
	text := "Signature expired: %s is now earlier than %s (%s %s 15 min.)"
	switch {
	case date.Format("20060102") != s.day:
		return ErrMismatch
	case date.Before(limit):
	case date.After(now.Add(tolerance)):
		limit, sign = now.Add(tolerance), "+"
		text = "Signature not yet current: %s is still later than %s (%s %s 15 min.)"
	default:
		return nil
	}
	return SkewedError(fmt.Sprintf(text, date.Format(dateFormat), limit.Format(dateFormat),
		now.Format(dateFormat), sign))
}

// signedPart returns the request with what the signature covers, and nothing else: the
// signer signs all that it finds.
func (s Signature) signedPart(r *http.Request) *http.Request {
	signed := &http.Request{Method: r.Method, URL: r.URL, Host: r.Host, Header: http.Header{}}
	for _, name := range strings.Split(s.headers, ";") {
		switch name {
		case "content-length":
			signed.ContentLength = r.ContentLength
		case "host":
		default:
			if values := r.Header.Values(name); len(values) > 0 {
				signed.Header[http.CanonicalHeaderKey(name)] = values
			}
		}
	}
	return signed.WithContext(r.Context())
}
