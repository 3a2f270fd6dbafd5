package recipes

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/v1/random"
	"github.com/google/go-containerregistry/pkg/v1/remote"

	"ecrmirror/testkit/registrytest"
)

// source are the tags of mirrors.yaml's sources, and copies those that it has copied.
var (
	source = []string{
		"library/alpine:3.22", "library/nginx:1.26.3", "library/nginx:1.27.5", "library/nginx:1.28.0",
		"library/nginx:1.29.0", "library/nginx:1.29.1",
	}
	copies = map[string]string{
		"mirrored/alpine:3.22":          source[0],
		"mirrored/library/nginx:1.28.0": source[3],
		"mirrored/library/nginx:1.29.0": source[4],
		"mirrored/library/nginx:1.29.1": source[5],
	}
)

// TestTheProgramTakesTheFlags has the program parse each recipe's flags.
func TestTheProgramTakesTheFlags(t *testing.T) {
	t.Parallel()
	mirror := program(t)
	for _, c := range callsOf(t) {
		out, err := run(t, t.TempDir(), mirror, append(append([]string{"sync"}, c.flags...), "--help")...)
		if err != nil || !strings.Contains(out, "mirror sync FILE") {
			t.Errorf("%s: %q: %v\n%s", c.recipe, c.flags, err, out)
		}
	}
	if out, err := run(t, t.TempDir(), mirror, "sync", "--wotch=1h", "--help"); err == nil {
		t.Errorf("it takes any flag:\n%s", out)
	}
}

// TestTheProgramMirrors runs each recipe's command line, with its entries, from one registry to another place of it. Of
// those that watch it is one round.
func TestTheProgramMirrors(t *testing.T) {
	t.Parallel()
	mirror := program(t)
	for _, c := range callsOf(t) {
		t.Run(c.recipe+" "+strings.Join(c.flags, " "), func(t *testing.T) {
			t.Parallel()
			host, dir := registrytest.Start(t), t.TempDir()
			push(t, host)
			writeEntries(t, dir, host)
			dry := slices.Contains(c.flags, "--dry-run")
			_, err := run(t, dir, mirror, oneRound(c, dir)...)
			if slices.Contains(c.flags, "--exit-code") {
				if err == nil || !strings.Contains(err.Error(), "exit status 3\n") {
					t.Fatalf("there is something to do: %v", err)
				}
			} else if err != nil {
				t.Fatal(err)
			}
			for to, from := range copies {
				if got := digest(host, to); got == "" != dry || !dry && got != digest(host, from) {
					t.Errorf("%s is %q, and %s is %q", to, got, from, digest(host, from))
				}
			}
			if got := digest(host, "mirrored/library/nginx:1.27.5"); got != "" {
				t.Errorf("the fourth newest was copied: %s", got)
			}
		})
	}
}

// oneRound returns the arguments of a call in a directory. Metrics are of several rounds.
func oneRound(c call, dir string) []string {
	args := []string{"sync"}
	for _, flag := range c.flags {
		if strings.HasPrefix(flag, "--watch=") || strings.HasPrefix(flag, "--listen=") {
			continue
		}
		flag = strings.ReplaceAll(flag, "%S/ecrmirror", dir)
		args = append(args, strings.ReplaceAll(flag, "$GITHUB_STEP_SUMMARY", filepath.Join(dir, "summary.md")))
	}
	return append(args, entriesFile)
}

// program returns the path of mirror, which is built once.
func program(t *testing.T) string {
	t.Helper()
	mirror, err := build()
	if err != nil {
		t.Fatal(err)
	}
	return mirror
}

// writeEntries writes the recipes' entries with another registry in the place of theirs.
func writeEntries(t *testing.T, dir, host string) {
	t.Helper()
	text := strings.NewReplacer("docker.io/", host+"/", registry, host+"/").Replace(read(t, entriesFile))
	if err := os.WriteFile(filepath.Join(dir, entriesFile), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// push pushes the sources.
func push(t *testing.T, host string) {
	t.Helper()
	for _, image := range source {
		img, err := random.Image(256, 1)
		if err != nil {
			t.Fatal(err)
		}
		if err := remote.Write(reference(host, image), img); err != nil {
			t.Fatal(err)
		}
	}
}

// digest returns that of an image, or "" if it is not there.
func digest(host, image string) string {
	found, err := remote.Head(reference(host, image))
	if err != nil {
		return ""
	}
	return found.Digest.String()
}

func reference(host, image string) name.Reference {
	ref, err := name.ParseReference(host + "/" + image)
	if err != nil {
		panic(err)
	}
	return ref
}
