package main

import (
	"bytes"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-containerregistry/pkg/name"
	registryserver "github.com/google/go-containerregistry/pkg/registry"
	"github.com/google/go-containerregistry/pkg/v1/random"
	"github.com/google/go-containerregistry/pkg/v1/remote"
)

// TestDigestsAreRenewed renews a file by a registry, in which one of its two tags has moved.
func TestDigestsAreRenewed(t *testing.T) {
	server := httptest.NewServer(registryserver.New())
	defer server.Close()
	host := strings.TrimPrefix(server.URL, "http://")
	push := func(image string) string {
		ref, err := name.ParseReference(host + "/" + image)
		if err != nil {
			t.Fatal(err)
		}
		made, err := random.Image(10, 1)
		if err != nil {
			t.Fatal(err)
		}
		if err := remote.Write(ref, made); err != nil {
			t.Fatal(err)
		}
		d, err := made.Digest()
		if err != nil {
			t.Fatal(err)
		}
		return d.String()
	}
	moved, same, old := push("library/golang:1.26.8"), push("a/b:latest"), "sha256:"+strings.Repeat("0", 64)
	text := "ARG GO_IMAGE=" + host + "/library/golang:1.26.8@%\nFROM $GO_IMAGE # " + host +
		"/other:1 stays\nconst image = \"" + host + "/a/b:latest@" + same + "\"\n"
	path := filepath.Join(t.TempDir(), "Dockerfile")
	if err := os.WriteFile(path, []byte(strings.ReplaceAll(text, "%", old)), 0o600); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := run(t.Context(), []string{path}, &out); err != nil {
		t.Fatal(err)
	}
	if got, err := os.ReadFile(path); err != nil || string(got) != strings.ReplaceAll(text, "%", moved) {
		t.Errorf("%s, %v", got, err)
	}
	if want := path + ": " + host + "/library/golang:1.26.8 is " + moved + "\n"; out.String() != want {
		t.Errorf("said %q, want %q", out.String(), want)
	}
	gone := "FROM " + host + "/a/b:gone@" + old + "\n"
	for text, want := range map[string]string{
		gone:                 host + "/a/b:gone",
		"FROM golang:1.26\n": "there is no image with a digest in it",
	} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := run(t.Context(), []string{path}, &out); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", text, err, want)
		}
		if got, err := os.ReadFile(path); err != nil || string(got) != text {
			t.Errorf("written all the same: %s, %v", got, err)
		}
	}
}
