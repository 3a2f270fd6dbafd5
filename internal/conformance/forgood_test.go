package conformance

import (
	"encoding/json"
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/batch"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	ecrtypes "github.com/aws/aws-sdk-go-v2/service/ecr/types"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/types"
)

// TestWhatFailsForGoodIsNotTriedAgain sweeps five times where a job can only fail: it is submitted once, and the status
// has the registry's own words and when the next one is. A new image at the source is tried at once.
func TestWhatFailsForGoodIsNotTriedAgain(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		what  string
		spoil func(*grantedWorld)
		words string
	}{
		{"an immutable tag", func(w *grantedWorld) {
			w.push(w.destination, tags, image(w.t))
			in := &ecr.PutImageTagMutabilityInput{
				RepositoryName: &w.destination, ImageTagMutability: ecrtypes.ImageTagMutabilityImmutable,
			}
			_, err := ecr.NewFromConfig(w.Config()).PutImageTagMutability(w.t.Context(), in)
			if err != nil {
				w.t.Fatal(err)
			}
		}, "tag is immutable: 12 has sha256:"},
		{"a missing permission", func(w *grantedWorld) {
			w.remove("MirrorRole", "ecr:PutImage")
		}, "no identity-based policy allows the ecr:PutImage action"},
		{"a source that may not be read", func(w *grantedWorld) {
			w.remove("MirrorRole", "ecr:GetDownloadUrlForLayer")
		}, "no identity-based policy allows the ecr:GetDownloadUrlForLayer action"},
		{"a layer that is too large", (*grantedWorld).pushHuge, fmt.Sprintf("of %d bytes: layer too large for ECR", huge)},
	} {
		t.Run(c.what, func(t *testing.T) {
			t.Parallel()
			w := newGrantedWorld(t, "", "source", "copy")
			c.spoil(w)
			for range 5 {
				w.sweep()
			}
			w.mirrored(1)
			status := w.status()
			if !strings.Contains(status, c.words) || !strings.Contains(status, "next try after 20") {
				t.Errorf("status:\n%s", status)
			}
			w.newer = image(t)
			w.push(w.source, tags, w.newer)
			w.sweep()
			w.mirrored(2)
		})
	}
}

// huge is more than ECR takes as a layer.
const huge = 60 << 30

// pushHuge pushes an image to the source whose manifest says that its layer is huge.
func (w *grantedWorld) pushHuge() {
	w.t.Helper()
	content := image(w.t)
	w.push(w.source, tags, content)
	manifest, err := content.Manifest()
	if err == nil {
		manifest.Layers[0].Size = huge
		var raw []byte
		if raw, err = json.Marshal(manifest); err == nil {
			err = remote.Put(w.at(w.source, tags), written{raw, manifest.MediaType}, remote.WithTransport(w.Owner()))
		}
	}
	if err != nil {
		w.t.Fatal(err)
	}
}

// written is a manifest as it is.
type written struct {
	manifest  []byte
	mediaType types.MediaType
}

func (m written) RawManifest() ([]byte, error)        { return m.manifest, nil }
func (m written) MediaType() (types.MediaType, error) { return m.mediaType, nil }

// mirrored fails the test unless there were so many mirror jobs.
func (w *grantedWorld) mirrored(want int) {
	w.t.Helper()
	jobs := w.jobs(w.t.Context(), batch.NewFromConfig(w.Config()), "mirror")
	if len(jobs) != want {
		var logs strings.Builder
		for _, id := range jobs {
			log, _ := w.Jobs().Log(id, 0)
			logs.Write(log)
		}
		w.t.Errorf("%d mirror jobs, want %d\n%s", len(jobs), want, logs.String())
	}
}

// status returns what controller status prints of the last entry, to somebody who may look at the table.
func (w *grantedWorld) status() string {
	w.t.Helper()
	environment, err := w.EnvironmentOf("Viewer")
	if err != nil {
		w.t.Fatal(err)
	}
	source := fmt.Sprintf("%s.dkr.ecr.%s.amazonaws.com/%s:%d", w.Account(), w.Region(), w.source, tags)
	cmd := exec.CommandContext(w.t.Context(), filepath.Join(programs, "controller"), "status", source)
	cmd.Env = environment
	out, err := cmd.CombinedOutput()
	if err != nil {
		w.t.Errorf("%v: %s", err, out)
	}
	return string(out)
}
