// Package credentials holds logins to container registries, in memory only.
//
// A document is a containers-auth.json, as podman, skopeo and docker keep it:
// {"auths": {"HOST[/NAMESPACE...]": {"auth": base64("USER:PASSWORD")}}}. The login with
// the longest matching key wins. A secret of AWS Secrets Manager may also be one login:
// {"username": ..., "password": ..., "registry": "HOST[/NAMESPACE...]"}.
//
// No error of this package quotes a document, but for keys that are plainly the names of
// registries, and no way to print a [Store] shows more than how many logins it has.
package credentials

import (
	"fmt"
	"strings"

	"go.podman.io/image/v5/types"
)

// A Store holds logins. The nil Store and the zero Store hold none.
type Store struct {
	logins map[string]types.DockerAuthConfig // by HOST[/NAMESPACE...]
}

// Login returns the login for a repository: that of the longest key which is the
// repository, a namespace above it, or its host.
func (s *Store) Login(host, repository string) (login types.DockerAuthConfig, ok bool) {
	if s == nil {
		return types.DockerAuthConfig{}, false
	}
	for key := canonicalHost(host) + "/" + repository; ; {
		if login, ok = s.logins[key]; ok {
			return login, true
		}
		cut := strings.LastIndexByte(key, '/')
		if cut < 0 {
			return types.DockerAuthConfig{}, false
		}
		key = key[:cut]
	}
}

// Merge returns a store with the logins of all stores. Where several have one for the
// same key, the first of them counts.
func Merge(stores ...*Store) *Store {
	merged := &Store{logins: map[string]types.DockerAuthConfig{}}
	for _, s := range stores {
		if s == nil {
			continue
		}
		for key, login := range s.logins {
			if _, taken := merged.logins[key]; !taken {
				merged.logins[key] = login
			}
		}
	}
	return merged
}

// Format prints how many logins there are, whatever the verb: a store that gets into a
// message, or into one with a struct around it, gives nothing away.
func (s Store) Format(f fmt.State, _ rune) {
	_, _ = fmt.Fprintf(f, "%d registry logins", len(s.logins)) // f.Write never fails
}

// MarshalText is what Format prints, for structured logs.
func (s Store) MarshalText() ([]byte, error) { return fmt.Appendf(nil, "%v", s), nil }
