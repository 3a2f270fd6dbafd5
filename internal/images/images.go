// Package images opens images by name, wherever they live: Amazon ECR through its API;
// ECR Public through its API for writing and as a registry for reading; other registries
// through the distribution protocol, by package registryclient; OCI layouts and directories on
// disk. It is the one place that knows which transport serves which kind of name.
//
// A registry is the one that the name says: mirrors and the like in registries.conf are not
// consulted.
package images

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"go.podman.io/image/v5/types"

	"ecrmirror/internal/chunked"
	"ecrmirror/internal/credentials"
	"ecrmirror/internal/ecr"
	"ecrmirror/internal/fence"
	"ecrmirror/internal/flight"
	"ecrmirror/internal/imagename"
	"ecrmirror/internal/images/disk"
	"ecrmirror/internal/images/hosts"
	"ecrmirror/internal/listed"
	"ecrmirror/internal/mirror/port"
	"ecrmirror/internal/registryclient"
)

// Options are what [New] needs. Only AWS is required.
type Options struct {
	AWS aws.Config // for Amazon ECR and ECR Public; its region does not matter, the image names say theirs
	// AccountAWS gives the configuration for Amazon ECR in an account; nil = AWS is that of all accounts.
	AccountAWS func(account string) aws.Config
	// Logins are logins to other registries, and for reading ECR Public. Nil means the user's auth files and credential
	// helpers, as podman and docker keep them.
	Logins     *credentials.Store
	LoginFiles []string      // where those are, see [credentials.Files]
	Insecure   []string      // HOST[:PORT]s that may be reached by plain HTTP or unverified TLS, besides loopback
	Network    fence.Network // how registries are reached, and where ECR keeps blobs
	UserAgent  string        // sent to other registries; "" = "ecrmirror"
	// Budget bounds the bytes in buffers of blobs that are read from registries, and uploaded to ECR, in the whole
	// process. Nil means one of 64 MiB.
	Budget *chunked.Budget
	Chunks chunked.Options // tunes the reading of blobs from registries
	// PutImageRate is the number of ECR's PutImage calls a second for one account and region; 0 = DefaultPutImageRate.
	PutImageRate int
	// CreateRepositories is the template by which missing ECR repositories of destinations are created. Nil means that
	// none are. See [ParseRepositoryTemplate].
	CreateRepositories *ecr.RepositoryTemplate
	// CreateHint tells the user, at the end of the error about such a repository, how to have it created.
	CreateHint string
	// Log is told of permissions on ECR that are missing, where another way takes longer. Nil discards that.
	Log *slog.Logger
}

// DefaultPutImageRate is ECR's quota of PutImage calls a second, unless it was raised.
const DefaultPutImageRate = ecr.DefaultPutImageRate

// HighestPutImageRate is how many a setting may ask for: quotas have not been raised that far.
const HighestPutImageRate = 10_000

// ParseRepositoryTemplate reads a template from its JSON document. See
// ecr.RepositoryTemplate for what it holds.
func ParseRepositoryTemplate(document []byte) (*ecr.RepositoryTemplate, error) {
	return ecr.ParseRepositoryTemplate(document)
}

// defaultBudget is the budget of a process that is given none, in bytes.
const defaultBudget = 64 << 20

// A Client opens images by name, and looks up their digests. It is safe for concurrent use.
type Client struct {
	opts   Options
	ecr    *ecr.Client
	hosts  *hosts.Hosts
	shared *registryclient.Shared // by hosts and lookasides

	tags         *flight.Flights[tagList, listed.Tags]
	repositories *flight.Flights[repositoryList, listed.Repositories]
}

// New returns a Client, which has one client for each registry, and one budget.
func New(opts Options) *Client {
	if opts.Budget == nil {
		opts.Budget = chunked.NewBudget(defaultBudget)
	}
	apis := ecr.NewAPIs(opts.AWS)
	if opts.AccountAWS != nil {
		apis = ecr.NewAccountAPIs(opts.AccountAWS)
	}
	shared := registryclient.NewShared()
	client := ecr.New(ecr.Options{
		API: apis, Public: ecr.NewPublicAPI(opts.AWS),
		Budget: opts.Budget, Chunks: opts.Chunks, Network: opts.Network,
		PutImageRate:       opts.PutImageRate,
		CreateRepositories: opts.CreateRepositories, CreateHint: opts.CreateHint,
		Lists: shared.Lists(), Log: opts.Log,
	})
	return &Client{
		opts: opts, ecr: client,
		hosts: hosts.New(), shared: shared,
		tags:         flight.New[tagList, listed.Tags](),
		repositories: flight.New[repositoryList, listed.Repositories](),
	}
}

// Close closes connections to registries that nobody uses. The Client can be used on.
func (r *Client) Close() { r.hosts.Close() }

// Source opens the place of an image for reading. Where the name has both a tag and a digest, the digest counts. The
// caller closes it. A registry is not asked anything yet.
func (r *Client) Source(ctx context.Context, name imagename.Name) (port.Source, error) {
	if name.Digest != "" {
		name.Tag = ""
	}
	switch name.Kind {
	case imagename.ECR:
		repository, err := r.ecr.Repository(name)
		if err != nil {
			return nil, err
		}
		return ecrSource{name, repository}, nil
	case imagename.Registry, imagename.ECRPublic:
		repository, err := r.repository(name)
		if err != nil {
			return nil, err
		}
		return registrySource{name, repository}, nil
	}
	return disk.Source(ctx, name)
}

// Destination opens the place of an image for writing. The caller closes it. A registry is not asked anything yet.
func (r *Client) Destination(ctx context.Context, name imagename.Name) (port.Destination, error) {
	switch name.Kind {
	case imagename.ECR, imagename.ECRPublic:
		repository, err := r.ecr.Destination(name)
		if err != nil {
			return nil, err
		}
		return ecrDestination{repository}, nil
	case imagename.Registry:
		host, err := r.host(name)
		if err != nil {
			return nil, err
		}
		return registryDestination{host.WritableRepository(name.Repository)}, nil
	}
	return disk.Destination(ctx, name)
}

// givenLogin returns the login for an image: the one that was given for it, or, to ECR Public, the one
// that AWS credentials give. The zero login is anonymous; known is false where the user's auth files
// are to say.
func (r *Client) givenLogin(ctx context.Context, name imagename.Name) (login registryclient.Login, known bool) {
	given, ok := r.opts.Logins.Login(name.Host, name.Repository)
	login = registryclient.Login{DockerAuthConfig: given.DockerAuthConfig, Place: given.Place}
	if !ok && name.Kind == imagename.ECRPublic {
		if aws := r.ecr.PublicLogin(ctx); aws != (ecr.Login{}) {
			login := types.DockerAuthConfig{Username: aws.Username, Password: aws.Password}
			return registryclient.Login{DockerAuthConfig: login, Place: "AWS credentials"}, true
		}
	}
	return login, ok || r.opts.Logins != nil
}

func (r *Client) isInsecure(host string) bool {
	return isLoopback(host) || slices.Contains(r.opts.Insecure, host)
}

// isLoopback reports whether host is on this machine. Docker, too, speaks plain HTTP there.
func isLoopback(host string) bool {
	name, _, err := net.SplitHostPort(host)
	if err != nil {
		name = strings.Trim(host, "[]")
	}
	ip := net.ParseIP(name)
	return name == "localhost" || ip != nil && ip.IsLoopback()
}

// errAbsent says that an image or its repository does not exist. It does not leave
// this package: Digest answers "" for it.
var errAbsent = errors.New("image does not exist")
