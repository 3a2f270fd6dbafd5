package main

import (
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	ggcrtypes "github.com/google/go-containerregistry/pkg/v1/types"
	"github.com/rogpeppe/go-internal/testscript"

	"github.com/google/go-containerregistry/pkg/name"
)

// refer is the script command refer IMAGE TYPE, which pushes an artifact of that type whose subject the image is.
func refer(ts *testscript.TestScript, _ bool, args []string) {
	ref, err := name.ParseReference(args[0])
	ts.Check(err)
	subject, err := remote.Head(ref)
	ts.Check(err)
	artifact := mutate.ConfigMediaType(mutate.MediaType(empty.Image, ggcrtypes.OCIManifestSchema1),
		ggcrtypes.MediaType(args[1]))
	image, ok := mutate.Subject(artifact, *subject).(v1.Image)
	if !ok {
		ts.Fatalf("no image")
	}
	digest, err := image.Digest()
	ts.Check(err)
	ts.Check(remote.Write(ref.Context().Digest(digest.String()), image))
}
