// Package writing writes to a registry: blobs as streams that are read once, and manifests. What a registry says that
// it stored is held against the digest.
package writing

import (
	"sync/atomic"

	"ecrmirror/internal/registryclient/reading"
	"ecrmirror/internal/registryclient/session"
	"ecrmirror/internal/turns"
)

// A Registry remembers by which requests a registry takes blobs, for all of its repositories. It is safe for concurrent
// use. The zero value is ready.
type Registry struct {
	puts    atomic.Bool // it took a blob by one PUT
	patches atomic.Bool // it is to get blobs by PATCH, since it refused one PUT

	indexes turns.Turns[string] // at updating what is at fallback tags, by their paths
}

// A Repository writes to a repository of a registry. It is safe for concurrent use.
type Repository struct {
	*session.Repository
	registry *Registry
	reading  reading.Repository // to make sure of what was stored
}

// Repository returns the repository that is met by a session, and read in the same way.
func (r *Registry) Repository(s *session.Repository, reading reading.Repository) Repository {
	return Repository{s, r, reading}
}
