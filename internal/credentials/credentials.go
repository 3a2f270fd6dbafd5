// Package credentials holds logins to container registries, in memory only.
//
// A document is a containers-auth.json, as podman, skopeo and docker keep it:
// {"auths": {"HOST[/NAMESPACE...]": {"auth": base64("USER:PASSWORD")}}}. The login with
// the longest matching key wins. An entry that can't be used is passed over, as podman and docker do: only an image
// that needs it fails. A secret of AWS Secrets Manager may also be one login:
// {"username": ..., "password": ..., "registry": "HOST[/NAMESPACE...]"}.
//
// No error of this package quotes a document, but for keys that are plainly the names of
// registries, and no way to print a [Store] shows more than how many logins it has.
package credentials

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"go.podman.io/image/v5/types"
)

// A Login is the user name and the password, or the token, that a registry is given.
type Login struct {
	types.DockerAuthConfig
	// Place says, for errors, where the login is kept; of one that is not there, why the entry that
	// should hold it can't be used.
	Place string
}

// A Store holds logins. The nil Store and the zero Store hold none.
type Store struct {
	logins   map[string]Login  // by HOST[/NAMESPACE...]
	unusable map[string]string // why an entry holds none, by the same
}

// Login returns the login for a repository: that of the longest key which is the
// repository, a namespace above it, or its host. Where ok is false there is none, and the login has
// at most a Place.
func (s *Store) Login(host, repository string) (login Login, ok bool) {
	if s == nil {
		return Login{}, false
	}
	var why string
	for key := canonicalHost(host) + "/" + repository; ; {
		if login, ok = s.logins[key]; ok {
			return login, true
		}
		why = cmp.Or(why, s.unusable[key])
		cut := strings.LastIndexByte(key, '/')
		if cut < 0 {
			return Login{Place: why}, false
		}
		key = key[:cut]
	}
}

// Merge returns a store with the logins of all stores. Where several have one for the
// same key, the first of them counts.
func Merge(stores ...*Store) *Store {
	merged := newStore()
	for _, s := range stores {
		if s == nil {
			continue
		}
		addNew(merged.logins, s.logins)
		addNew(merged.unusable, s.unusable)
	}
	return merged
}

func newStore() *Store { return &Store{logins: map[string]Login{}, unusable: map[string]string{}} }

// addNew adds what has a new key.
func addNew[V any](to, from map[string]V) {
	for key, value := range from {
		if _, taken := to[key]; !taken {
			to[key] = value
		}
	}
}

// Unusable returns why entries were passed over, in order.
func (s *Store) Unusable() []string {
	if s == nil {
		return nil
	}
	return slices.Sorted(maps.Values(s.unusable))
}

// Format prints how many logins there are, whatever the verb: a store that gets into a
// message, or into one with a struct around it, gives nothing away.
func (s Store) Format(f fmt.State, _ rune) {
	_, _ = fmt.Fprintf(f, "%d registry logins", len(s.logins)) // f.Write never fails
}

// MarshalText returns what [Store.Format] prints: how many logins the store has. It keeps logins out of structured
// logs.
func (s Store) MarshalText() ([]byte, error) { return fmt.Appendf(nil, "%v", s), nil }
