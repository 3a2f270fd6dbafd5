// Package awsclient has the HTTP client of AWS SDK clients, on which answers can be read to their end.
package awsclient

import (
	"io"
	"net/http"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
)

// New returns the client that the SDK would make, with options for its transport.
func New(options ...func(*http.Transport)) aws.HTTPClient {
	return Wrap(awshttp.NewBuildableClient().WithTransportOptions(options...))
}

// Of returns the client of a configuration, which need not have one yet, with options for its transport where that is
// the SDK's own.
func Of(cfg aws.Config, options ...func(*http.Transport)) aws.HTTPClient {
	switch client := cfg.HTTPClient.(type) {
	case nil:
		return New(options...)
	case *awshttp.BuildableClient: // with the certificates of AWS_CA_BUNDLE
		return Wrap(client.WithTransportOptions(options...))
	default:
		return Wrap(client)
	}
}

// Wrap returns a client that sends requests by another. Bodies of requests are read, and not asked to write themselves.
//
// The SDK closes a request's body as soon as an answer begins (ClientHandler.Handle of smithy-go). Then net/http may
// have sent all of the body, and yet have to see that no more follows: on a busy machine it often has. By WriteTo, a
// closed body of smithy-go says io.EOF, which is an error there. So net/http closes the connection, and what reads the
// answer gets "use of closed network connection": calls that succeeded were made again, or failed. By Read the same
// body ends well.
func Wrap(client aws.HTTPClient) aws.HTTPClient { return reading{client} }

type reading struct{ aws.HTTPClient }

// Do implements [aws.HTTPClient].
func (c reading) Do(r *http.Request) (*http.Response, error) {
	if r.Body != nil {
		r.Body = struct{ io.ReadCloser }{r.Body}
	}
	return c.HTTPClient.Do(r)
}
