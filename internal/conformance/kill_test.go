package conformance

import (
	"bytes"
	"errors"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/aws/aws-sdk-go-v2/service/ecr/types"
	"github.com/opencontainers/go-digest"

	"ecrmirror/testkit/corpus"
)

// The image has 11 blobs of 14 parts, and 3 manifests: the program makes 11 calls of
// InitiateLayerUpload and CompleteLayerUpload, 14 of UploadLayerPart and 3 of PutImage.
func TestAKilledProgramCompletesWhenRunAgain(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "layout")
	image, err := corpus.WriteLarge(dir, "")
	if err != nil {
		t.Fatal(err)
	}
	local := startLocalstack(t)
	p := &place{aws: local.config(), local: local}
	for _, c := range []struct {
		name  string
		point point
	}{
		{"asked what is there", point{"BatchCheckLayerAvailability", 1, after}},
		{"first upload asked for", point{"InitiateLayerUpload", 1, before}},
		{"third upload begun", point{"InitiateLayerUpload", 3, after}},
		{"within the first part", point{"UploadLayerPart", 1, within}},
		{"a part arrived", point{"UploadLayerPart", 2, after}},
		{"before a later part", point{"UploadLayerPart", 8, before}},
		{"within a later part", point{"UploadLayerPart", 11, within}},
		{"last part arrived", point{"UploadLayerPart", 14, after}},
		{"before the first layer is complete", point{"CompleteLayerUpload", 1, before}},
		{"first layer complete", point{"CompleteLayerUpload", 1, after}},
		{"sixth layer complete", point{"CompleteLayerUpload", 6, after}},
		{"before the last layer is complete", point{"CompleteLayerUpload", 11, before}},
		{"before the first instance", point{"PutImage", 1, before}},
		{"first instance put", point{"PutImage", 1, after}},
		{"before the index", point{"PutImage", 3, before}},
		{"index put", point{"PutImage", 3, after}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			to := p.inLocalECR(t, "111122223333.dkr.ecr.us-east-1.amazonaws.com", strings.ReplaceAll(c.name, " ", "-"))
			from := "oci:" + dir + ":" + image.Name
			killAt(t, c.point, local.url, from, to.image)
			lacking := lacking(t, to.readers[0].(*sdkReader), image)
			t.Logf("%d of %d layers were complete", len(image.Blobs)-len(lacking), len(image.Blobs))
			checkTag(t, to.readers[0], dir, image, c.point == point{"PutImage", 3, after})

			written := local.counts(t).BytesWritten[to.counted(t)]
			tap := newTap(t, local.url, point{})
			defer tap.close()
			if out, err := mirrorProgram(tap.url(), from, to.image).CombinedOutput(); err != nil {
				t.Fatalf("second run: %v\n%s", err, out)
			}
			completed, refused := tap.seen()
			slices.Sort(completed)
			if !slices.Equal(completed, lacking) || len(refused) > 0 {
				t.Errorf("second run sent %d layers:\n%v\nwant the %d that were not complete:\n%v\nrefused calls: %v",
					len(completed), completed, len(lacking), lacking, refused)
			}
			if got, want := local.counts(t).BytesWritten[to.counted(t)]-written, size(image, lacking); got != want {
				t.Errorf("second run sent %d bytes of layers, want %d", got, want)
			}
			check(t, to.readers[0], dir, image)
		})
	}
}

// killAt runs the program and kills it at the point. When it returns, whatever the program
// had sent has had its effect.
func killAt(t *testing.T, at point, ecr, from, to string) {
	t.Helper()
	tap := newTap(t, ecr, at)
	cmd := mirrorProgram(tap.url(), from, to)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	select {
	case <-tap.reached:
		if err := cmd.Process.Kill(); err != nil {
			t.Error(err)
		}
		<-ended
	case err := <-ended:
		t.Errorf("the program ended before it was killed: %v\n%s", err, out.String())
	}
	tap.close()
	if _, refused := tap.seen(); len(refused) > 0 {
		t.Errorf("refused calls: %v", refused)
	}
}

// mirrorProgram is the mirror program, ready to run.
func mirrorProgram(endpoint string, args ...string) *exec.Cmd {
	cmd := exec.Command(filepath.Join(programs, "mirror"), args...)
	cmd.Env = []string{ // nothing of the test's own, which may have AWS credentials
		"AWS_ENDPOINT_URL=" + endpoint, "AWS_REGION=us-east-1", "AWS_EC2_METADATA_DISABLED=true",
		"AWS_CONTAINER_CREDENTIALS_FULL_URI=" + endpoint + "/_localstack/credentials/MirrorRole", "HOME=" + programs,
	}
	return cmd
}

// lacking returns the digests of the image's blobs that the repository does not have, sorted.
func lacking(t *testing.T, r *sdkReader, image corpus.Image) []digest.Digest {
	t.Helper()
	in := &ecr.BatchCheckLayerAvailabilityInput{RegistryId: &r.name.ECR.Account, RepositoryName: &r.name.Repository}
	for _, blob := range image.Blobs {
		in.LayerDigests = append(in.LayerDigests, blob.Digest.String())
	}
	out, err := r.client.BatchCheckLayerAvailability(t.Context(), in)
	if err != nil {
		t.Fatal(err)
	}
	var list []digest.Digest
	for _, layer := range out.Layers {
		if layer.LayerAvailability != types.LayerAvailabilityAvailable {
			list = append(list, digest.Digest(aws.ToString(layer.LayerDigest)))
		}
	}
	slices.Sort(list)
	return list
}

// size returns the bytes of some of the image's blobs.
func size(image corpus.Image, digests []digest.Digest) (total int64) {
	for _, blob := range image.Blobs {
		if slices.Contains(digests, blob.Digest) {
			total += blob.Size
		}
	}
	return total
}

// checkTag checks that the tag is there, with the whole image behind it, or is not there.
func checkTag(t *testing.T, r reader, dir string, image corpus.Image, there bool) {
	t.Helper()
	if there {
		check(t, r, dir, image)
		return
	}
	_, _, err := r.tagged(t.Context())
	var absent *failure
	if !errors.As(err, &absent) || absent.code != types.ImageFailureCodeImageNotFound {
		t.Errorf("the tag is there, or cannot be read: %v", err)
	}
}
