package main

import (
	"encoding/json"
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var (
	pinnedInput = regexp.MustCompile(`^([A-Za-z0-9._-]+)(\[[a-z]+\])?==([0-9][0-9A-Za-z.]*)$`)
	pinnedLine  = regexp.MustCompile(`^([A-Za-z0-9._-]+)(\[[a-z,]+\])?==([0-9][0-9A-Za-z.]*)( ; [^\\]*)? \\$`)
	hashLine    = regexp.MustCompile(`^    --hash=sha256:[0-9a-f]{64}( \\)?$`)
)

// TestPythonProgramsAreLocked holds each lock file to hashes for all that it names, to what is asked for, and to
// naming no place where packages come from.
func TestPythonProgramsAreLocked(t *testing.T) {
	inputs, err := filepath.Glob("../tools/python/*.in")
	if err != nil || len(inputs) < 5 {
		t.Fatalf("%q, %v", inputs, err)
	}
	for _, input := range inputs {
		lock := strings.TrimSuffix(input, ".in") + ".txt"
		locked, hashes, last := map[string]string{}, map[string]int{}, ""
		for line := range strings.Lines(read(t, lock)) {
			line = strings.TrimSuffix(line, "\n")
			if m := pinnedLine.FindStringSubmatch(line); m != nil {
				last = m[1]
				locked[last] = m[3] // whatever extras it has
				hashes[last] += 0   // counted, though it has none yet
			} else if hashLine.MatchString(line) && last != "" {
				hashes[last]++
			} else if !strings.HasPrefix(line, "#") {
				t.Errorf("%s: %q", lock, line)
			}
		}
		for name, n := range hashes {
			if n == 0 {
				t.Errorf("%s: %s has no hash", lock, name)
			}
		}
		for want := range strings.Lines(read(t, input)) {
			m := pinnedInput.FindStringSubmatch(strings.TrimSpace(want))
			if m == nil || locked[m[1]] != m[3] {
				t.Errorf("%s asks for %q, and %s has %q: make renew-python", input, want, lock, locked[m[1]])
			}
		}
	}
}

// TestCDKIsLocked holds its lock file to the same.
func TestCDKIsLocked(t *testing.T) {
	type pack struct {
		Version         string            `json:"version"`
		Resolved        string            `json:"resolved"`
		Integrity       string            `json:"integrity"`
		DevDependencies map[string]string `json:"devDependencies"`
	}
	var asked pack
	var lock struct {
		Packages map[string]pack `json:"packages"`
	}
	if err := json.Unmarshal([]byte(read(t, "../tools/cdk/package.json")), &asked); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal([]byte(read(t, "../tools/cdk/package-lock.json")), &lock); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(asked.DevDependencies, lock.Packages[""].DevDependencies); diff != "" {
		t.Errorf("asked for and locked, make renew-cdk (-asked +locked)\n%s", diff)
	}
	integrity := regexp.MustCompile(`^sha512-[A-Za-z0-9+/]{86}==$`)
	for _, name := range slices.Sorted(maps.Keys(lock.Packages)) {
		p := lock.Packages[name]
		if name != "" && (!integrity.MatchString(p.Integrity) || p.Resolved != "") {
			t.Errorf("%s: integrity %q, resolved %q", name, p.Integrity, p.Resolved)
		}
	}
	for name, version := range asked.DevDependencies {
		if got := lock.Packages["node_modules/"+name].Version; got != version {
			t.Errorf("%s %s is locked as %s", name, version, got)
		}
	}
}

// TestNothingIsInstalledByNameAlone is of what the Makefile and the gate call.
func TestNothingIsInstalledByNameAlone(t *testing.T) {
	text := read(t, "../Makefile") + read(t, "../.ci/run") + read(t, "../.ci/docker") + read(t,
		"../.ci/images") + read(t, workflowFile)
	for _, c := range []struct{ call, must string }{
		{`\bpip3? install\b`, "--require-hashes"},
		{`\bpip3? install\b`, "--only-binary :all:"},
		{`\bnpm install\b`, "--package-lock-only"},
		{`\bnpm (ci|install)\b`, "--ignore-scripts"},
		{`\bnpx\b`, "nothing has npx"},
		{`\bgo install\b`, "@$"},
		{`\bgo run [a-z]+\.[a-z]+/`, "nothing has go run of another module"},
		{`(curl|wget)[^\n]*\|`, "nothing has what is fetched run"},
	} {
		for line := range strings.Lines(text) {
			if regexp.MustCompile(c.call).MatchString(line) && !strings.Contains(line, c.must) &&
				!strings.HasPrefix(strings.TrimSpace(line), "#") {
				t.Errorf("without %s: %s", c.must, line)
			}
		}
	}
}

// TestImagesAreNamedByDigest is of what builds and tests start from.
func TestImagesAreNamedByDigest(t *testing.T) {
	byDigest := regexp.MustCompile(`^[a-z0-9./-]+:[\w.-]+@sha256:[0-9a-f]{64}$`)
	images := map[string]bool{}
	for _, path := range []string{"../Dockerfile", "../localstack/Dockerfile"} {
		text := read(t, path)
		image := regexp.MustCompile(`(?m)^ARG GO_IMAGE=(\S+)\n\nFROM `).FindStringSubmatch(text)
		if image == nil || !byDigest.MatchString(image[1]) {
			t.Fatalf("%s: what it builds by is %q", path, image)
		}
		images[image[1]] = true
		for _, from := range regexp.MustCompile(`(?m)^FROM (.*)$`).FindAllStringSubmatch(text, -1) {
			if from[1] != "scratch" && from[1] != "--platform=$BUILDPLATFORM $GO_IMAGE AS build" {
				t.Errorf("%s: FROM %s", path, from[1])
			}
		}
		if regexp.MustCompile(`(?m)^# *syntax=|--from=[^b\s]`).MatchString(text) {
			t.Errorf("%s takes another image by its name", path)
		}
	}
	if len(images) != 1 {
		t.Errorf("the images are built by several: %v", images)
	}
	image := regexp.MustCompile(`image += "(.*)"`).FindStringSubmatch(
		read(t, "../testkit/dynamodblocal/dynamodblocal.go"))
	if image == nil || !byDigest.MatchString(image[1]) {
		t.Errorf("DynamoDB Local is %q", image)
	}
	for _, image := range regexp.MustCompile(`(?m)^ *(?:image|container): *(.*)$`).FindAllStringSubmatch(read(t,
		"../localstack/compose.yaml")+read(t, workflowFile), -1) {
		if image[1] != "ecrmirror" && image[1] != "ecrmirror-localstack" { // which are built
			t.Errorf("image %s", image[1])
		}
	}
	for _, path := range []string{"Dockerfile", "localstack/Dockerfile", "testkit/dynamodblocal/dynamodblocal.go"} {
		if !regexp.MustCompile(`go run \./tools/images .*\b` + regexp.QuoteMeta(path) + `\b`).MatchString(read(t,
			"../Makefile")) {
			t.Errorf("make renew-images does not renew %s", path)
		}
	}
}
