package conformance

import (
	"fmt"
	"net/http"
	"strings"

	"ecrmirror/testkit/v2path"
)

// Elements of names of destinations that have something wrong with them.
const (
	denied = "denied" // nothing may be written, and there is nothing
	busy   = "busy"   // manifests are refused for now
)

// agreeFaults returns a registry that has the faults that names of repositories ask for.
func agreeFaults(registry http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		repository, kind, _ := v2path.Parse(r.URL.Path)
		elements := strings.Split(repository, "/")
		writes := r.Method != http.MethodGet && r.Method != http.MethodHead
		for _, element := range elements {
			switch {
			case element == cutList && kind == v2path.Tags:
				w.Header().Set("Content-Length", "1000")
				fmt.Fprintf(w, `{"name":%q,"tags":["1.0.0",`, repository)
				return
			case element == brokenList && kind == v2path.Tags:
				fmt.Fprint(w, `[]`)
				return
			case element == denied && kind == v2path.Blob: // or it is up to other images what is refused first
				refuseWith(w, http.StatusNotFound, "BLOB_UNKNOWN")
				return
			case element == refusedList && kind == v2path.Tags,
				element == unreadable && kind == v2path.Blob,
				element == denied && writes:
				refuseWith(w, http.StatusForbidden, "DENIED")
				return
			case element == headless && kind == v2path.Manifest && r.Method == http.MethodHead,
				element == busy && kind == v2path.Manifest && writes:
				refuseWith(w, http.StatusServiceUnavailable, "UNAVAILABLE")
				return
			}
		}
		registry.ServeHTTP(w, r)
	})
}

func refuseWith(w http.ResponseWriter, status int, code string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	fmt.Fprintf(w, `{"errors":[{"code":%q,"message":"not now"}]}`, code)
}
