package registryclient_test

import (
	"fmt"
	"net/http"
	"testing"

	"ecrmirror/internal/mirror/port"
)

// A refusal of what a manifest is, or of its tag, is for good; those about who asks, rates and what is missing say
// nothing about the manifest.
func TestRefusedManifests(t *testing.T) {
	content, d := content(10)
	for _, c := range []struct {
		status int
		code   string
		tag    bool // by a tag it is refused
		digest bool // by its digest it is
	}{
		{400, "", true, true},
		{400, "MANIFEST_INVALID", true, true},
		{400, "UNSUPPORTED", true, true},
		{400, "TAG_INVALID", true, true},
		{405, "UNSUPPORTED", true, true},
		{413, "", true, true},
		{415, "", true, true},
		{422, "", true, true},
		{501, "", true, true},
		{409, "TAG_IMMUTABLE", true, false},
		{412, "PRECONDITION", true, false},
		{400, "DIGEST_INVALID", false, false},
		{400, "DENIED", false, false},
		{400, "MANIFEST_BLOB_UNKNOWN", false, false},
		{400, "TOOMANYREQUESTS", false, false},
		{401, "UNAUTHORIZED", false, false},
		{403, "DENIED", false, false},
		{404, "", false, false},
		{404, "NAME_UNKNOWN", false, false},
		{404, "MANIFEST_UNKNOWN", false, false},
		{429, "", false, false},
		{500, "", false, false},
		{503, "UNSUPPORTED", false, false},
	} {
		registry := start(t, func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(c.status)
			fmt.Fprintf(w, `{"errors":[{"code":%q}]}`, c.code)
		})
		repo := writable(t, registry)
		for reference, want := range map[string]bool{"1": c.tag, d.String(): c.digest} {
			err := repo.PutManifest(t.Context(), reference, content, manifestType, d)
			if err == nil || port.IsRefused(err) != want {
				t.Errorf("%d %s of %s: refused %v: %v", c.status, c.code, reference, !want, err)
			}
		}
	}
}
