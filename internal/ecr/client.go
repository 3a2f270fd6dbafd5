package ecr

import (
	"context"
	"crypto/tls"
	"log/slog"
	"net/http"
	"time"

	"ecrmirror/internal/chunked"
	"ecrmirror/internal/fence"
	"ecrmirror/internal/imagename"
	"ecrmirror/internal/listed"
)

// Options are what a [Client] works with.
type Options struct {
	// API gives the SDK's client for a registry of private ECR; see [NewAPIs]. It is required for
	// those, and called concurrently.
	API func(imagename.ECRRegistry) (API, error)
	// HTTP reads presigned URLs and those of foreign layers. It must send no credentials of its
	// own. Nil means clients with time limits on connecting and on headers, and none on bodies. Then
	// foreign layers are read from public hosts alone.
	HTTP *http.Client
	// Network is how those clients make connections.
	Network fence.Network
	// Budget bounds the bytes in buffers of reads and uploads. Nil means one of 64 MiB for this
	// client. Each upload holds at least one part, or all of a smaller blob, whatever the
	// budget.
	Budget *chunked.Budget
	// Chunks tunes reads; the zero value means the defaults of package chunked.
	Chunks chunked.Options
	// PutImageRate is the number of PutImage calls a second for one account and region, and for all
	// of ECR Public, with bursts of four fifths of it; 0 means 10, ECR's quota unless it was raised.
	PutImageRate int
	// Stall is how long a part may be sent without any of it moving, or any answer, until it is sent
	// again; 0 means a minute. Nothing else ends such a part, and its memory is lent meanwhile.
	Stall time.Duration
	// Public is the SDK's client for ECR Public; see [NewPublicAPI]. Nil means that nothing can be
	// written there.
	Public PublicAPI
	// CreateRepositories is the template by which a [Destination] creates its missing repository.
	// Nil means that it creates none.
	CreateRepositories *RepositoryTemplate
	// CreateHint ends the message about a missing repository that something was to be written to:
	// it may say how to ask for its creation. It follows a command that creates it.
	CreateHint string
	// Lists has room for a large list, of the whole process. Nil means one for this client.
	Lists listed.Room
	// Log is told of permissions that are missing, where another way takes longer. Nil discards that.
	Log *slog.Logger
}

// A Client reads and writes images in Amazon ECR. It is safe for concurrent use.
type Client struct {
	opts    Options
	foreign *http.Client // reads foreign layers
	large   largeAnswers

	puts      *putPace
	creations creations
	logins    publicLogins
}

// New returns a client. It makes no call.
func New(opts Options) *Client {
	foreign := opts.HTTP
	if opts.HTTP == nil {
		opts.HTTP, foreign = newHTTPClients(opts.Network)
	}
	if opts.Budget == nil {
		opts.Budget = chunked.NewBudget(64 << 20)
	}
	if opts.Chunks.Pace == nil {
		opts.Chunks.Pace = chunked.NewPace()
	}
	if opts.Lists == nil {
		opts.Lists = listed.NewRoom()
	}
	if opts.Log == nil {
		opts.Log = slog.New(slog.DiscardHandler)
	}
	if opts.Stall <= 0 {
		opts.Stall = time.Minute
	}
	return &Client{opts: opts, foreign: foreign, large: newLargeAnswers(), puts: newPutPace(opts.PutImageRate)}
}

// newHTTPClients returns a client for URLs that ECR gives, and one for those that images have. They keep to
// HTTP/1.1, where each range has a connection of its own.
func newHTTPClients(n fence.Network) (store, foreign *http.Client) {
	t := &http.Transport{
		TLSClientConfig:       &tls.Config{}, // with one, no HTTP/2
		TLSHandshakeTimeout:   10 * time.Second,
		ResponseHeaderTimeout: 30 * time.Second,
		IdleConnTimeout:       90 * time.Second,
		MaxIdleConnsPerHost:   64,
	}
	return fence.New(n, false).
			Client(t),
		&http.Client{
			Transport:     fence.New(n, false).Outside(t),
			CheckRedirect: fence.KeepTLS,
		}
}

// PublicLogin returns a login to public.ecr.aws, which allows more pulls than anonymous ones: the
// token that ECR Public gives to AWS credentials, until five minutes before it expires. Where there
// are no credentials, or they may have none, or none comes within 10 seconds, it returns the zero
// login, which is anonymous, and asks again after five minutes at the earliest.
func (c *Client) PublicLogin(ctx context.Context) Login {
	if c.opts.Public == nil {
		return Login{}
	}
	return c.logins.get(ctx, c.opts.Public)
}
