package conformance

import (
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/batch"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	ecrtypes "github.com/aws/aws-sdk-go-v2/service/ecr/types"
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
