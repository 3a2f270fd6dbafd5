package mirrorstack_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"
	"github.com/google/go-cmp/cmp"

	"ecrmirror/infra/mirrorstack"
	"ecrmirror/infra/settings"
)

// TestImageIsToldWhereItComesFrom, and is the same image where nothing else differs.
func TestImageIsToldWhereItComesFrom(t *testing.T) {
	needNode(t)
	args := map[string]string{"VERSION": "1.2.3", "COMMIT": "0123abc", "GOPROXY": "https://proxy.example.com"}
	hash, told := builtImage(t, args)
	if diff := cmp.Diff(args, told); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	other, none := builtImage(t, map[string]string{"VERSION": "", "COMMIT": "", "GOPROXY": ""})
	if len(none) != 0 || other != hash {
		t.Errorf("without: told %v, image %s, and with %s", none, other, hash)
	}
}

// builtImage returns the name of the image that deployment would build, and the arguments of its build.
func builtImage(t *testing.T, args map[string]string) (name string, told map[string]string) {
	t.Helper()
	defaults := testDefaults()
	defaults.Image.BuildArgs = args
	props, err := settings.FromContext(defaults, map[string]any{"schedule": "off", "push": "off"})
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	app := awscdk.NewApp(&awscdk.AppProps{AnalyticsReporting: jsii.Bool(false), Outdir: &dir})
	if _, err := mirrorstack.New(app, props); err != nil {
		t.Fatal(err)
	}
	app.Synth(nil)
	files, err := filepath.Glob(filepath.Join(dir, "*.assets.json"))
	if err != nil || len(files) != 1 {
		t.Fatalf("%v, %v", files, err)
	}
	doc, err := os.ReadFile(files[0])
	if err != nil {
		t.Fatal(err)
	}
	var assets struct {
		DockerImages map[string]struct {
			Source struct{ DockerBuildArgs map[string]string }
		}
	}
	if err := json.Unmarshal(doc, &assets); err != nil {
		t.Fatal(err)
	}
	for hash, image := range assets.DockerImages {
		return strings.TrimSpace(hash), image.Source.DockerBuildArgs
	}
	t.Fatal("no image is built")
	return "", nil
}
