// Package tuftest makes TUF repositories, which sign files: by The Update Framework,
// theupdateframework.github.io/specification.
package tuftest

import (
	"crypto"
	"crypto/ed25519"
	"encoding/hex"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/sigstore/sigstore/pkg/signature"
	"github.com/theupdateframework/go-tuf/v2/metadata"
)

// A Repository has one file that it signs. It serves what it has by HTTP.
type Repository struct {
	// Files are by their paths. What is changed there is served.
	Files map[string][]byte

	keys map[string]ed25519.PrivateKey
	root *metadata.Metadata[metadata.RootType]
}

// New makes a repository with a file, whose signatures are valid for so long.
func New(name string, content []byte, valid time.Duration) (*Repository, error) {
	r := &Repository{Files: map[string][]byte{}, keys: map[string]ed25519.PrivateKey{}}
	expires := time.Now().Add(valid).UTC()
	r.root = metadata.Root(time.Now().Add(time.Hour).UTC())
	for _, role := range metadata.TOP_LEVEL_ROLE_NAMES {
		_, key, err := ed25519.GenerateKey(nil)
		if err != nil {
			return nil, err
		}
		r.keys[role] = key
		public, err := metadata.KeyFromPublicKey(key.Public())
		if err == nil {
			err = r.root.Signed.AddKey(public, role)
		}
		if err != nil {
			return nil, err
		}
	}
	targets := metadata.Targets(expires)
	file, err := metadata.TargetFile().FromBytes(name, content, "sha256")
	if err != nil {
		return nil, err
	}
	targets.Signed.Targets[name] = file
	r.Files["targets/"+hex.EncodeToString(file.Hashes["sha256"])+"."+name] = content
	return r, errors.Join(
		put(r, metadata.ROOT, "1.root.json", r.root),
		put(r, metadata.TARGETS, "1.targets.json", targets),
		put(r, metadata.SNAPSHOT, "1.snapshot.json", metadata.Snapshot(expires)),
		put(r, metadata.TIMESTAMP, "timestamp.json", metadata.Timestamp(expires)),
	)
}

// Root returns the repository's first root.json.
func (r *Repository) Root() []byte { return r.Files["1.root.json"] }

// NewRoot has the repository have another root.json, of a version.
func (r *Repository) NewRoot(version int64) error {
	r.root.ClearSignatures()
	r.root.Signed.Version = version
	return put(r, metadata.ROOT, strconv.FormatInt(version, 10)+".root.json", r.root)
}

// put signs a role's metadata, and writes it into a file.
func put[T metadata.Roles](r *Repository, role, file string, m *metadata.Metadata[T]) error {
	signer, err := signature.LoadSigner(r.keys[role], crypto.Hash(0))
	if err != nil {
		return err
	}
	if _, err := m.Sign(signer); err != nil {
		return err
	}
	r.Files[file], err = m.ToBytes(false)
	return err
}

// ServeHTTP implements [http.Handler].
func (r *Repository) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	content, ok := r.Files[strings.TrimPrefix(req.URL.Path, "/")]
	if !ok {
		http.NotFound(w, req)
		return
	}
	_, _ = w.Write(content) // who went away has it no more
}
