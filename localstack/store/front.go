package store

import (
	"net/http"

	"github.com/distribution/distribution/v3/configuration"
)

// maxCatalog is how many repositories one answer of the catalog lists.
const maxCatalog = 1000

// ServeHTTP answers as the distribution registry does, for everything under /v2/.
// Anyone may read, push and delete.
func (s *Store) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.front.ServeHTTP(w, r.WithContext(quiet(r.Context())))
}

// frontConfiguration is a registry that behaves as registries commonly do: an index
// needs its instances, a manifest its blobs, foreign layers may have any URL. What
// would start goroutines or register metrics is off, so that a process can hold several.
func frontConfiguration(dir string) *configuration.Configuration {
	c := &configuration.Configuration{
		Storage: configuration.Storage{
			"filesystem":  {"rootdirectory": dir, "maxthreads": concurrency},
			"delete":      {"enabled": true},
			"redirect":    {"disable": true},
			"maintenance": {"uploadpurging": map[any]any{"enabled": false}},
		},
		Catalog: configuration.Catalog{MaxEntries: maxCatalog},
	}
	c.Validation.Manifests.URLs.Allow = []string{"."}
	return c
}
