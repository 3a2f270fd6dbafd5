package conformance

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/ecr"
	v1 "github.com/opencontainers/image-spec/specs-go/v1"
)

// Somebody put manifests of 4 MiB into ECR, one by one, and an index of them, which no copy puts there. Eight are asked
// for at once; a manifest is a text of twice its size in ECR's answer.
func TestAnIndexOfLargeManifestsInECRTakesNoMoreMemory(t *testing.T) {
	const budget = 8 << 20
	instances := 5
	if os.Getenv(boundsVariable) == "all" {
		instances = 8
	}
	dir := filepath.Join(t.TempDir(), "layout")
	w := &extremes{t, dir, map[string]v1.Descriptor{}}
	var large []string
	for i := range instances {
		name := fmt.Sprint("large-", i)
		w.named[name] = w.escaped(name)
		large = append(large, fmt.Sprintf(`{"mediaType":%q,"digest":%q,"size":%d}`, v1.MediaTypeImageManifest,
			w.named[name].Digest, w.named[name].Size))
	}
	w.finish()
	local := startLocalstack(t)
	p := &place{aws: local.config(), local: local}
	image := p.inLocalECR(t, "111122223333.dkr.ecr.us-east-1.amazonaws.com", "bounds/large").image
	repository := strings.TrimSuffix(image, "v1")
	for name := range w.named {
		checkBounds(t, "to ECR", runWatched(t, local, budget, "oci:"+dir+":"+name, repository+name), budget)
	}
	tag, index := "v1", `{"schemaVersion":2,"mediaType":"`+v1.MediaTypeImageIndex+`","manifests":[`+strings.Join(large,
		",")+`]}`
	name := parse(t, image)
	_, err := p.client(name).PutImage(t.Context(), &ecr.PutImageInput{
		RepositoryName: &name.Repository, ImageManifest: &index, ImageTag: &tag,
	})
	if err != nil {
		t.Fatal(err)
	}
	got, out, err := watched(t,
		withBudget(mirrorProgram(local.url, image, "oci:"+filepath.Join(t.TempDir(), "copy")), budget))
	checkBounds(t, "from ECR", got, budget)
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.ExitCode() != 1 || !strings.Contains(out, "bytes of manifests") {
		t.Errorf("%v: %s", err, out)
	}
}
