package gobuild

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestABuildKnowsNothingOfItsMachine(t *testing.T) {
	environ := []string{
		"PATH=/bin", "HOME=/home/someone", "HTTPS_PROXY=http://127.0.0.1:1",
		"GOFLAGS=-race", "GOAMD64=v3", "GOEXPERIMENT=x", "GOROOT=/mine", "GOPROXY=a", "GODEBUG=x=1", "GOWORK=/go.work",
		"GO111MODULE=off",
		"CGO_ENABLED=1", "CGO_CFLAGS=-g",
	}
	want := []string{
		"PATH=/bin", "HOME=/home/someone", "HTTPS_PROXY=http://127.0.0.1:1",
		"GOCACHE=/cache", "GOPROXY=b",
		"GOENV=off", "GOWORK=off", "GOFLAGS=", "CGO_ENABLED=0", "GOOS=linux", "GOARCH=arm64", "GOAMD64=v1",
		"GOARM64=v8.0", "GOFIPS140=off",
	}
	got := environment(environ, map[string]string{"GOPROXY": "b", "GOCACHE": "/cache", "GOAUTH": ""},
		Platform{"linux", "arm64"})
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("environment (-want +got)\n%s", diff)
	}
}

func TestPlatforms(t *testing.T) {
	for s, want := range map[string]string{"linux/amd64": "mirror", "windows/arm64": "mirror.exe"} {
		if p, err := ParsePlatform(s); err != nil || p.String() != s || p.Executable("mirror") != want {
			t.Errorf("%s: %v, %v", s, p, err)
		}
	}
	for _, s := range []string{"", "linux", "linux/", "/arm64", "linux/arm64/v8"} {
		if _, err := ParsePlatform(s); err == nil {
			t.Errorf("%q is a platform", s)
		}
	}
}
