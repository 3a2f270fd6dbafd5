package mirror_test

import (
	"bytes"
	"testing"

	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/validate"
	"go.podman.io/image/v5/copy"
	"go.podman.io/image/v5/signature"
)

// TestSameAsCopyImage holds the engine against go.podman.io/image's own copy.
func TestSameAsCopyImage(t *testing.T) {
	w := newWorld(t)
	w.pushIndex("HOST/src:1", 3)
	policy, err := signature.NewPolicyContext(&signature.Policy{
		Default: signature.PolicyRequirements{signature.NewPRInsecureAcceptAnything()},
	})
	if err != nil {
		t.Fatal(err)
	}
	defer policy.Destroy()
	theirs, err := copy.Image(t.Context(), policy, w.reference(w.name("HOST/theirs:1")),
		w.reference(w.name("HOST/src:1")), &copy.Options{
			SourceCtx: insecure, DestinationCtx: insecure, ImageListSelection: copy.CopyAllImages,
			PreserveDigests: true,
		})
	if err != nil {
		t.Fatal(err)
	}
	mustCopy(t, w, "HOST/src:1", "HOST/ours:1")
	ours, err := remote.Get(w.ref("HOST/ours:1"))
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(ours.Manifest, theirs) {
		t.Errorf("ours:\n%s\ntheirs:\n%s", ours.Manifest, theirs)
	}
	for _, s := range []string{"HOST/ours:1", "HOST/theirs:1"} {
		idx, err := remote.Index(w.ref(s))
		if err != nil {
			t.Fatal(err)
		}
		if err := validate.Index(idx); err != nil {
			t.Errorf("%s: %v", s, err)
		}
	}
}
