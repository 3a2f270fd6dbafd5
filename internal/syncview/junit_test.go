package syncview

import (
	"bytes"
	"encoding/xml"
	"errors"
	"strings"
	"testing"

	"ecrmirror/internal/filesync"
)

func TestRepositoryOf(t *testing.T) {
	for source, want := range map[string]string{
		"r.io/a:1.2":                    "r.io/a",
		"nginx":                         "docker.io/library/nginx",
		"r.io:5000/a/b:1@" + someDigest: "r.io:5000/a/b",
		"oci:/some/layout:1":            "oci:/some/layout:1",
		"r.io/a":                        "r.io/a",
		"No Name\x1b":                   "No Name?",
	} {
		if got := repositoryOf(source); got != want {
			t.Errorf("%s: %q, want %q", source, got, want)
		}
	}
}

const someDigest = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

// GitLab takes no two cases of one class and name.
func TestImagesInConflictAreCasesOfTheirOwn(t *testing.T) {
	to := []filesync.Destination{{Name: "r.io/x:1", State: filesync.Failed, Err: errors.New("conflict")}}
	r := &filesync.Report{Images: []filesync.Image{
		{Source: "r.io/a:1", Destinations: to}, {Source: "r.io/a:2", Destinations: to},
	}}
	var b bytes.Buffer
	var read suites
	if err := errors.Join(WriteJUnit(&b, r), xml.Unmarshal(b.Bytes(), &read)); err != nil {
		t.Fatal(err)
	}
	if c := read.Suite.Cases; c[0].Name != "r.io/x:1" || c[1].Name != "r.io/x:1 from r.io/a:2" || c[0].Class != c[1].Class {
		t.Errorf("%+v", c)
	}
}

func TestJoinedErrorsAreLines(t *testing.T) {
	o := outcomeOf(strings.Repeat("a\n", 70), strings.Repeat("a\x1b\n", 70))
	if lines := strings.Split(o.Text, "\n"); len(lines) != 51 || lines[0] != "a?" || lines[50] != "and 20 more lines" ||
		!strings.HasPrefix(o.Message, "a; a; ") {
		t.Errorf("%+v", o)
	}
}
