package ecr

import (
	"errors"
	"net/http"
	"testing"

	"github.com/opencontainers/go-digest"

	"ecrmirror/internal/mirror/port"
)

// ECR's refusals of what a manifest is, or of its tag, are for good.
func TestRefusedManifests(t *testing.T) {
	content := ociImage(Blob{Digest: digest.FromString("{}"), Size: 2})
	for code, want := range map[string]bool{
		"InvalidParameterException": true, "UnsupportedCommandException": true,
		"AccessDeniedException": false, "LayersNotFoundException": false, "ReferencedImagesNotFoundException": false,
		"RepositoryNotFoundException": false, "LimitExceededException": false, "KmsException": false,
		"ServerException": false,
	} {
		err := newScript(t, script(http.StatusBadRequest, code)).destination(here).putRoot(t.Context(), content)
		if err == nil || port.IsRefused(err) != want {
			t.Errorf("%s: refused %v: %v", code, !want, err)
		}
	}
	// Of other calls the codes say nothing about a manifest.
	_, err := newScript(t, script(http.StatusBadRequest, "InvalidParameterException")).client.Digest(t.Context(),
		parse(t, here+":v1"))
	if err == nil || port.IsRefused(err) {
		t.Errorf("a look-up: %v", err)
	}
	moved := newScript(t, func(operation string, w http.ResponseWriter, _ *http.Request) bool {
		if operation == "DescribeImages" {
			return answer(w, `{"imageDetails":[{"imageDigest":%q}]}`, sha[1:])
		}
		return refuse(w, http.StatusBadRequest, "ImageTagAlreadyExistsException", "")
	})
	if err := moved.destination(here+":v1").putRoot(t.Context(), content); !errors.Is(err, ErrImmutableTag) ||
		!port.IsRefused(err) {
		t.Errorf("a tag that can't move: %v", err)
	}
	for _, unfit := range [][]byte{make([]byte, maxManifestSize+1), []byte("{\"\xff\":1}")} {
		if err := newWorld(t).destination(here).putRoot(t.Context(), unfit); !port.IsRefused(err) {
			t.Errorf("unfit for the API: %v", err)
		}
	}
}
