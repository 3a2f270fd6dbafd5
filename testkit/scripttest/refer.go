package scripttest

import (
	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/types"
	"github.com/rogpeppe/go-internal/testscript"
)

// Refer is the command refer IMAGE TYPE, which pushes an artifact of that type whose subject the image is.
func Refer(ts *testscript.TestScript, _ bool, args []string) { refer(ts, args) }

func refer(ts *testscript.TestScript, args []string, opts ...remote.Option) {
	ref, err := name.ParseReference(args[0])
	ts.Check(err)
	subject, err := remote.Head(ref, opts...)
	ts.Check(err)
	artifact := mutate.MediaType(empty.Image, types.OCIManifestSchema1)
	artifact = mutate.ConfigMediaType(artifact, types.MediaType(args[1]))
	image, ok := mutate.Subject(artifact, *subject).(v1.Image)
	if !ok {
		ts.Fatalf("no image")
	}
	digest, err := image.Digest()
	ts.Check(err)
	ts.Check(remote.Write(ref.Context().Digest(digest.String()), image, opts...))
}
