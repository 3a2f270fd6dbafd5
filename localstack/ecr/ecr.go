// Package ecr is a strict stand-in for private Amazon ECR: its API, the presigned
// URLs from which layers are downloaded, and its registry front under /v2/, all over
// the same storage. It refuses what AWS refuses, with AWS's error codes, so that a
// client that works with it works with AWS.
//
// The caller's credential scope chooses the region, and registryId (else the
// caller's account) the registry: accounts and regions are kept apart. What it does
// not simulate: signatures of requests, replication,
// pull-through caches, and the conversion of manifests. Encryption, scanning, and the
// policies of a repository and of its images' lives are settings that it checks and
// tells, without effect.
//
// ECR Public is the same storage under other rules. Its API is in package ecrpublic,
// which calls [Registry.DoPublic]; its front is here, see [Registry.ServeV2].
//
// RULES.md says which test shows which rule of AWS.
package ecr

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/opencontainers/go-digest"

	"ecrmirror/localstack/awsjson"
	"ecrmirror/localstack/iam"
	"ecrmirror/localstack/stats"
	"ecrmirror/localstack/store"
)

// Options say how a [Registry] behaves.
type Options struct {
	// Home is the account, of 12 digits, of callers whose access key id is not an
	// account id.
	Home string
	// Dir is where blobs are kept. It is created if it does not exist.
	Dir string
	// Stats counts calls ("ecr.PutImage", "s3.GetObject", "v2.HEAD manifest") and the
	// bytes of blobs by repository: ACCOUNT/REGION/NAME, public/ALIAS/NAME in ECR Public,
	// or an external repository's name.
	Stats        *stats.Counter
	ForgetLayers bool // layers that are uploaded are checked and forgotten: zeros are downloaded
	// OnPush is called after each push of a manifest that changed something, tagged or
	// not, through the API or /v2/. It is called without locks held, before the
	// pusher gets its answer. ECR Public, which has no events, does not call it. May be nil.
	OnPush func(Push)
	// RefuseEmptyParts makes a layer's part of 0 bytes an InvalidLayerPartException, so
	// that a layer without bytes cannot be stored. What AWS does is not documented.
	RefuseEmptyParts bool
	// PutImageRate is how many calls of PutImage a second an account may make in a region, with bursts of as many;
	// more are a ThrottlingException. 0 is any number. ECR's quota is 10, unless it was raised.
	PutImageRate int
	// RestoreTime is how long an archived image is ACTIVATING; 0 is ECR's 20 minutes, the longest it takes.
	RestoreTime time.Duration
	// Now tells the time; nil is [time.Now].
	Now func() time.Time
	// Authorize returns an error, whose text is the reason, unless a principal may have an
	// access. With it /v2/ takes a login from GetAuthorizationToken for repositories of ECR,
	// and asks Authorize about its principal; nil lets anyone in. The API does not call
	// it: the server of the API asks [Registry.Access] what a call takes.
	Authorize func(iam.Principal, iam.Access) error
}

// A Push is a manifest that arrived in a repository.
type Push struct {
	Account, Region, Repository string
	Tag                         string // "" for an untagged push
	Digest                      digest.Digest
	MediaType                   string
}

// A Registry is ECR in all accounts and regions, and beside it, under /v2/, an
// ordinary registry. It is safe for concurrent use. Layers are on disk; what
// describes them, manifests included, is in memory and ends with the process.
type Registry struct {
	opts   Options
	store  *store.Store
	limits limits // of private registries
	public limits // of ECR Public
	key    []byte // signs presigned URLs
	parts  awsjson.BlobReader
	puts   putPace

	mu           sync.Mutex // guards what follows, and the storage of manifests and tags
	repositories map[repositoryID]*repository
	logins       map[string]login // by password
}

// limits are ECR's service quotas that cannot be adjusted, and those that a test
// would want to reach.
type limits struct {
	partSize     int   // bytes
	parts        int   // of one layer
	layerSize    int64 // bytes
	tags         int   // of one image
	images       int   // of one repository
	repositories int   // of one registry
}

// New returns a registry that keeps its blobs in opts.Dir. Its /v2/ front works
// until ctx is done. An invalid Home, or a directory that cannot be made, is an error.
func New(ctx context.Context, opts Options) (*Registry, error) {
	if !accountID.MatchString(opts.Home) {
		return nil, fmt.Errorf("starting ECR: home account %q is not of 12 digits", opts.Home)
	}
	if opts.Stats == nil {
		return nil, errors.New("starting ECR: no counter")
	}
	if opts.Now == nil {
		opts.Now = time.Now
	}
	if opts.RestoreTime == 0 {
		opts.RestoreTime = restoreTime
	}
	open := store.Open
	if opts.ForgetLayers {
		open = store.OpenForgetful
	}
	s, err := open(ctx, opts.Dir)
	if err != nil {
		return nil, fmt.Errorf("starting ECR: %w", err)
	}
	r := &Registry{
		opts:  opts,
		store: s,
		limits: limits{
			partSize: 20 << 20, parts: 4200, layerSize: 52_000 << 20, tags: 1000, images: 100_000,
			repositories: 100_000,
		},
		public: limits{
			partSize: 20 << 20, parts: 1000, layerSize: 10_000 << 20, tags: 1000, images: 10_000, repositories: 10_000,
		},
		key:          make([]byte, 32),
		puts:         putPace{perSecond: opts.PutImageRate},
		repositories: map[repositoryID]*repository{},
		logins:       map[string]login{},
	}
	if _, err := rand.Read(r.key); err != nil {
		return nil, fmt.Errorf("starting ECR: making a signing key: %w", err)
	}
	return r, nil
}

// Close drops the uploads that were not completed, which hold files open. No call may
// follow.
func (r *Registry) Close(ctx context.Context) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, repo := range r.repositories {
		for _, u := range repo.uploads {
			u.end(ctx)
		}
	}
}

// limitsOf returns the quotas of a registry.
func (r *Registry) limitsOf(id registryID) limits {
	if id.public() {
		return r.public
	}
	return r.limits
}

// A login is who got a password for /v2/, and where it opens. Like AWS's it is good for
// whatever its principal may reach, in the region that gave it.
type login struct {
	principal iam.Principal
	region    string // publicRegion for ECR Public
	expires   time.Time
}

// find returns a repository, or RepositoryNotFoundException. Callers hold r.mu.
func (r *Registry) find(id repositoryID) (*repository, error) {
	repo, ok := r.repositories[id]
	if !ok {
		return nil, repositoryNotFound(id)
	}
	return repo, nil
}

// exists returns RepositoryNotFoundException for a repository that does not exist.
func (r *Registry) exists(id repositoryID) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	_, err := r.find(id)
	return err
}

// inRegistry returns the registry's repositories in the order of their names. Callers hold r.mu.
func (r *Registry) inRegistry(reg registryID) []*repository {
	var repos []*repository
	for id, repo := range r.repositories {
		if id.registryID == reg {
			repos = append(repos, repo)
		}
	}
	slices.SortFunc(repos, func(a, b *repository) int { return strings.Compare(a.id.Name, b.id.Name) })
	return repos
}
