package edit

import (
	"slices"
	"testing"

	"ecrmirror/internal/entry"
	"ecrmirror/internal/selection"
)

func TestAssumed(t *testing.T) {
	const digest = "@sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
	for written, want := range map[string]string{
		"alpine": "alpine means docker.io/library/alpine:latest: a short name is Docker Hub's, " +
			"and no tag is latest",
		"alpine:3":  "alpine:3 means docker.io/library/alpine:3: a short name is Docker Hub's",
		"org/app:1": "org/app:1 means docker.io/org/app:1: a short name is Docker Hub's",
		"docker://alpine:3": "docker://alpine:3 means docker.io/library/alpine:3: a short name is Docker " +
			"Hub's",
		"docker.io/library/alpine:3": "",
		"docker.io/library/alpine": "docker.io/library/alpine means docker.io/library/alpine:latest: no tag is " +
			"latest",
		"ghcr.io/org/app":          "ghcr.io/org/app means ghcr.io/org/app:latest: no tag is latest",
		"localhost:5000/app":       "localhost:5000/app means localhost:5000/app:latest: no tag is latest",
		"ghcr.io/org/app:latest":   "",
		"ghcr.io/org/app" + digest: "",
		"123456789012.dkr.ecr.us-east-1.amazonaws.com/app": "123456789012.dkr.ecr.us-east-1.amazonaws.com/app means " +
			"123456789012.dkr.ecr.us-east-1.amazonaws.com/app:latest: no tag is latest",
		"UPPER": "",
	} {
		if got := assumed(written); got != want {
			t.Errorf("%s: %q, want %q", written, got, want)
		}
	}
}

func TestPlacesOfASelection(t *testing.T) {
	for _, c := range []struct {
		source       string
		destinations []string
		to           []string
		want         []string
	}{
		{"ghcr.io/org/app", []string{"r.io/hub/"}, nil, []string{"ghcr.io/org/app goes to r.io/hub/org/app"}},
		{"ghcr.io/org/app", []string{"r.io/hub"}, nil, []string{"ghcr.io/org/app goes to r.io/hub"}},
		{
			"ghcr.io/org/app",
			[]string{"r.io/x-{name}", "r.io/"},
			nil,
			[]string{"ghcr.io/org/app goes to r.io/x-app", "ghcr.io/org/app goes to r.io/org/app"},
		},
		{"ghcr.io/org/app", nil, []string{"r.io/rule/"}, []string{"ghcr.io/org/app goes to r.io/rule/org/app"}},
		{
			"nginx",
			[]string{"r.io/hub/"},
			nil,
			[]string{"docker.io/library/nginx goes to r.io/hub/library/nginx: a short name is Docker Hub's"},
		},
		{
			"ghcr.io/org/app",
			[]string{"registry.example.com"},
			nil,
			[]string{"ghcr.io/org/app goes to docker.io/library/registry.example.com: a short name is Docker Hub's"},
		},
		{
			"ghcr.io/org/**",
			[]string{"r.io/hub/"},
			nil,
			[]string{"ghcr.io/org/app goes to r.io/hub/org/app, for example"},
		},
		{
			"ghcr.io/**",
			[]string{"r.io/{repository}"},
			nil,
			[]string{"ghcr.io/app goes to r.io/app, for example"},
		},
	} {
		e := entry.Entry{Source: c.source, Destinations: c.destinations, Tags: []entry.Rule{
			{Rule: selection.Rule{Version: "*"}, To: c.to},
		}}
		if err := e.Validate(); err != nil {
			t.Errorf("%s: %v", c.source, err)
		}
		if got := meant(e); !slices.Equal(got, c.want) {
			t.Errorf("%s to %q: %q, want %q", c.source, c.destinations, got, c.want)
		}
	}
}
