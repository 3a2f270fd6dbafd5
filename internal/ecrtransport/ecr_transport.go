package ecrtransport

import (
	"crypto/tls"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"time"

	"go.podman.io/image/v5/types"
	"golang.org/x/time/rate"

	"ecrmirror/internal/chunked"
	"ecrmirror/internal/fence"
	"ecrmirror/internal/imagename"
)

// Options are what a [Transport] works with.
type Options struct {
	// Client gives the client for a registry of private ECR; see [NewClients]. It is required for
	// those, and called concurrently.
	Client func(imagename.ECRRegistry) (API, error)
	// HTTP reads presigned URLs and those of foreign layers. It must send no credentials of its
	// own. Nil means clients with time limits on connecting and on headers, and none on bodies: one for
	// the URLs that ECR gives, and one for those that an image has, which may lead to public hosts alone.
	HTTP *http.Client
	// Network is how those clients make connections.
	Network fence.Network
	// Budget bounds the bytes in buffers of reads and uploads. Nil means one of 64 MiB for this
	// transport. Each upload holds at least one part, or all of a smaller blob, whatever the
	// budget.
	Budget *chunked.Budget
	// Chunks tunes reads; the zero value means the defaults of package chunked.
	Chunks chunked.Options
	// PutImageRate is the number of PutImage calls a second for one account and region, and for all
	// of ECR Public, with bursts of as many; 0 means 10, ECR's quota unless it was raised.
	PutImageRate int
	// Stall is how long a part may be sent without any of it moving, or any answer, until it is sent
	// again; 0 means a minute. Beside it there is nothing that would notice: whoever lends the part's
	// memory waits for it.
	Stall time.Duration
	// Public is the client for ECR Public; see [NewPublicClient]. Nil means that nothing can be
	// written there.
	Public PublicAPI
	// CreateRepositories is by what missing repositories are created when something is written to
	// them. Nil means never.
	CreateRepositories *RepositoryTemplate
	// CreateHint ends the message about a missing repository that something was to be written to:
	// it may say how to ask for its creation. It follows a command that creates it.
	CreateHint string
	// Log is told of permissions that are missing, where another way takes longer. Nil means nobody is.
	Log *slog.Logger
}

// Transport is Amazon ECR as a transport. It is safe for concurrent use.
type Transport struct {
	opts    Options
	foreign *http.Client // reads foreign layers
	large   largeAnswers

	mu       sync.Mutex
	limiters map[accountRegion]*rate.Limiter // of PutImage

	creations creations
	logins    publicLogins
}

var _ types.ImageTransport = (*Transport)(nil)

// New returns a transport.
func New(opts Options) *Transport {
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
	if opts.Log == nil {
		opts.Log = slog.New(slog.DiscardHandler)
	}
	if opts.Stall <= 0 {
		opts.Stall = time.Minute
	}
	if opts.PutImageRate <= 0 {
		opts.PutImageRate = 10
	}
	return &Transport{opts: opts, foreign: foreign, large: newLargeAnswers(), limiters: map[accountRegion]*rate.Limiter{}}
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
	return fence.New(n, false).Client(t), &http.Client{Transport: fence.New(n, false).Outside(t), CheckRedirect: fence.KeepTLS}
}

// Name returns "ecr".
func (t *Transport) Name() string { return "ecr" }

// ParseReference parses HOST/NAME[:TAG][@DIGEST], where the host is one of private ECR or ECR
// Public, or ecr.aws/ARN[:TAG][@DIGEST], with or without "//" before it. The tag is "latest" where there is neither tag nor digest. See [imagename.Parse].
func (t *Transport) ParseReference(s string) (types.ImageReference, error) {
	s = strings.TrimPrefix(s, "//")
	if strings.Contains(s, "://") {
		return nil, fmt.Errorf("image name %q: has a URL scheme", s)
	}
	name, err := imagename.Parse(s)
	if err != nil {
		return nil, err
	}
	return t.NewReference(name)
}

// NewReference returns a reference for a name of kind [imagename.ECR], or of kind
// [imagename.ECRPublic], which is for writing only; other kinds are errors.
func (t *Transport) NewReference(name imagename.Name) (types.ImageReference, error) {
	if name.Kind != imagename.ECR && name.Kind != imagename.ECRPublic {
		return nil, fmt.Errorf("image name %q: is not in Amazon ECR", name)
	}
	named, err := name.Reference()
	if err != nil {
		return nil, err
	}
	return ecrReference{transport: t, name: name, named: named}, nil
}

// ValidatePolicyConfigurationScope accepts every scope: one that matches no reference does no harm.
func (t *Transport) ValidatePolicyConfigurationScope(string) error { return nil }
