package v2path_test

import (
	"testing"

	"ecrmirror/testkit/v2path"
)

func TestParse(t *testing.T) {
	for path, want := range map[string][3]string{
		"/v2/":                               {"", v2path.Base, ""},
		"/v2/a/b/manifests/1":                {"a/b", v2path.Manifest, "1"},
		"/v2/a/manifests/sha256:12":          {"a", v2path.Manifest, "sha256:12"},
		"/v2/a/blobs/sha256:12":              {"a", v2path.Blob, "sha256:12"},
		"/v2/a/referrers/sha256:12":          {"a", v2path.Referrers, "sha256:12"},
		"/v2/a/blobs/uploads/":               {"a", v2path.Upload, ""},
		"/v2/a/b/blobs/uploads/7":            {"a/b", v2path.Upload, "7"},
		"/v2/a/blobs/b/manifests/1":          {"a/blobs/b", v2path.Manifest, "1"},
		"/v2/a/manifests/b/blobs/sha256:1":   {"a/manifests/b", v2path.Blob, "sha256:1"},
		"/v2/a/blobs/uploads/b/manifests/1":  {"a/blobs/uploads/b", v2path.Manifest, "1"},
		"/v2/a/manifests/b/blobs/uploads/12": {"a/manifests/b", v2path.Upload, "12"},
		"/v2":                                {"", v2path.Other, ""},
		"/v2/a/b/tags/list":                  {"a/b", v2path.Tags, ""},
		"/v2/a/manifests/b/tags/list":        {"a/manifests/b", v2path.Tags, ""},
		"/v2/tags/list":                      {"", v2path.Other, ""},
		"/v2/manifests/1":                    {"", v2path.Other, ""},
		"/token":                             {"", v2path.Other, ""},
	} {
		repository, kind, reference := v2path.Parse(path)
		if got := [3]string{repository, kind, reference}; got != want {
			t.Errorf("%s: %q, want %q", path, got, want)
		}
	}
}
