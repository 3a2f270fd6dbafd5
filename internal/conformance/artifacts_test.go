package conformance

import (
	"strings"
	"testing"

	"github.com/google/go-containerregistry/pkg/authn"

	"ecrmirror/testkit/artifactclients"
	"ecrmirror/testkit/artifactcorpus"
	"ecrmirror/testkit/registrytest"
)

// TestArtifactsArriveWithTheirImages takes images with artifacts of all kinds from a registry without the referrers API
// to ECR, on to ECR of another region, to a registry with the API, and to one without, by the mirror program. At each
// stop there is what was at the first, byte for byte, and clients that are not this project's find and verify it.
func TestArtifactsArriveWithTheirImages(t *testing.T) {
	t.Parallel()
	clients := artifactclients.New(t)
	local := startLocalstack(t)
	p := &place{aws: local.config(), local: local}
	source := newArtifactStop(t, "source", registrytest.StartConforming(t, false)+"/upstream/kit", clients)
	images, err := artifactcorpus.Make(t.Context(), clients, source.image)
	if err != nil {
		t.Fatal(err)
	}
	stops := []artifactStop{
		p.artifactsInECR(t, "ECR", "111122223333.dkr.ecr.us-east-1.amazonaws.com/artifacts/kit", clients),
		p.artifactsInECR(t, "another region", "111122223333.dkr.ecr.eu-west-1.amazonaws.com/artifacts/kit", clients),
		newArtifactStop(t, "with the API", registrytest.StartConforming(t, true)+"/mirrored/kit", clients),
		newArtifactStop(t, "without", local.host()+"/mirrored/kit", clients),
	}
	from := source.image
	for _, stop := range stops {
		copied := mirrorProgram(local.url, from+":"+strings.Join(artifactcorpus.Tags(), ","), stop.image+":*")
		if out, err := copied.CombinedOutput(); err != nil {
			t.Fatalf("copying from %s to %s: %v\n%s", from, stop.image, err, out)
		}
		from = stop.image
	}
	for _, image := range images {
		for _, stop := range append(stops, source) {
			t.Run(image.Tag+"/"+stop.name, func(t *testing.T) {
				t.Parallel()
				stop.check(t, source, image)
			})
		}
	}
}

// newArtifactStop returns a repository of an ordinary registry, HOST/NAME, as a stop.
func newArtifactStop(t *testing.T, name, repository string, clients *artifactclients.Clients) artifactStop {
	t.Helper()
	return artifactStop{
		name: name, image: repository, face: repository, clients: clients, login: authn.Anonymous,
		reader: newV2Reader(t, repository+":any", authn.Anonymous),
	}
}
