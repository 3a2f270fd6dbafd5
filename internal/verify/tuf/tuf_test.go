package tuf_test

import (
	"context"
	"crypto"
	"crypto/ed25519"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sigstore/sigstore/pkg/signature"
	"github.com/theupdateframework/go-tuf/v2/metadata"

	"ecrmirror/internal/verify/tuf"
	"ecrmirror/testkit/leaks"
)

func TestMain(m *testing.M) { leaks.Main(m) }

// A repository is a TUF repository in memory: files by their paths.
type repository struct {
	files map[string][]byte
	keys  map[string]ed25519.PrivateKey
	root  *metadata.Metadata[metadata.RootType]
	asked []string
}

var roles = []string{metadata.ROOT, metadata.TARGETS, metadata.SNAPSHOT, metadata.TIMESTAMP}

// newRepository makes a repository with one target, that is valid for so long.
func newRepository(t *testing.T, name, content string, valid time.Duration) *repository {
	t.Helper()
	r := &repository{files: map[string][]byte{}, keys: map[string]ed25519.PrivateKey{}}
	expires := time.Now().Add(valid).UTC()
	r.root = metadata.Root(time.Now().Add(time.Hour).UTC())
	for _, role := range roles {
		_, key, err := ed25519.GenerateKey(nil)
		check(t, err)
		r.keys[role] = key
		public, err := metadata.KeyFromPublicKey(key.Public())
		check(t, err)
		check(t, r.root.Signed.AddKey(public, role))
	}
	targets, snapshot, timestamp := metadata.Targets(expires), metadata.Snapshot(expires), metadata.Timestamp(expires)
	file, err := metadata.TargetFile().FromBytes(name, []byte(content), "sha256")
	check(t, err)
	targets.Signed.Targets[name] = file
	put(t, r, metadata.ROOT, "1.root.json", r.root)
	put(t, r, metadata.TARGETS, "1.targets.json", targets)
	put(t, r, metadata.SNAPSHOT, "1.snapshot.json", snapshot)
	put(t, r, metadata.TIMESTAMP, "timestamp.json", timestamp)
	r.files[fmt.Sprintf("targets/%x.%s", []byte(file.Hashes["sha256"]), name)] = []byte(content)
	return r
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// put signs a role's metadata, and writes it into a file.
func put[T metadata.Roles](t *testing.T, r *repository, role, file string, m *metadata.Metadata[T]) {
	t.Helper()
	signer, err := signature.LoadSigner(r.keys[role], crypto.Hash(0))
	check(t, err)
	_, err = m.Sign(signer)
	check(t, err)
	r.files[file], err = m.ToBytes(false)
	check(t, err)
}

func (r *repository) get(_ context.Context, at *url.URL, limit int64) ([]byte, error) {
	path := strings.TrimPrefix(at.Path, "/tuf/")
	r.asked = append(r.asked, path)
	content, ok := r.files[path]
	switch {
	case !ok:
		return nil, fs.ErrNotExist
	case int64(len(content)) > limit:
		return nil, errors.New("too long")
	}
	return content, nil
}

func (r *repository) fetch(t *testing.T, root []byte) (string, error) {
	t.Helper()
	content, err := tuf.Repository{URL: "https://sigstore.test/tuf", Root: root, Get: r.get}.Fetch(t.Context())
	return string(content), err
}

const name = "trusted_root.json"

func TestFetch(t *testing.T) {
	r := newRepository(t, name, "first", time.Hour)
	content, err := r.fetch(t, r.files["1.root.json"])
	if err != nil || content != "first" {
		t.Errorf("%q, %v", content, err)
	}
	// A newer root.json, which the old one has signed as well, is followed.
	old := r.files["1.root.json"]
	r.root.ClearSignatures()
	r.root.Signed.Version = 2
	put(t, r, metadata.ROOT, "2.root.json", r.root)
	content, err = r.fetch(t, old)
	if err != nil || content != "first" || !slices.Contains(r.asked, "3.root.json") {
		t.Errorf("%q, %v, asked for %q", content, err, r.asked)
	}
}

func TestWhatIsNotFetched(t *testing.T) {
	for what, c := range map[string]struct {
		change func(t *testing.T, r *repository)
		want   string // in the error
	}{
		"expired": {func(t *testing.T, r *repository) {
			*r = *newRepository(t, name, "x", -time.Minute)
		}, "expired"},
		"no such target": {func(t *testing.T, r *repository) {
			*r = *newRepository(t, "other.json", "x", time.Hour)
		}, "trusted_root.json"},
		"changed target": {func(_ *testing.T, r *repository) {
			for path := range r.files {
				if strings.HasPrefix(path, "targets/") {
					r.files[path] = []byte("evil!")
				}
			}
		}, "hash"},
		"changed metadata": {func(_ *testing.T, r *repository) {
			r.files["1.targets.json"] = []byte(strings.Replace(string(r.files["1.targets.json"]), `"length":5`,
				`"length":4`, 1))
		}, ""},
		"signed by others": {func(t *testing.T, r *repository) {
			root := r.files["1.root.json"]
			*r = *newRepository(t, name, "other", time.Hour)
			r.files["1.root.json"] = root
		}, ""},
		"a file that is missing": {func(_ *testing.T, r *repository) { delete(r.files, "timestamp.json") }, "404"},
	} {
		r := newRepository(t, name, "first", time.Hour)
		c.change(t, r)
		content, err := r.fetch(t, r.files["1.root.json"])
		if err == nil || content != "" || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %q, %v", what, content, err)
		}
	}
}

// TestTheErrorOfGetIsKept: who fetches learns whether another try may help.
func TestTheErrorOfGetIsKept(t *testing.T) {
	down := errors.New("no route")
	get := func(context.Context, *url.URL, int64) ([]byte, error) { return nil, down }
	if _, err := (tuf.Repository{Get: get}).Fetch(t.Context()); !errors.Is(err, down) {
		t.Error(err)
	}
}
