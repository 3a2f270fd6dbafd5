package reading

import (
	"strings"
	"testing"

	"go.podman.io/image/v5/manifest"
)

// What a manifest is, is told in the same way by all of it in memory.
func TestSkimTellsManifestsAsTheyPass(t *testing.T) {
	long := strings.Repeat(`\"{[x`, 100_000)
	for _, c := range []struct {
		content    string
		isManifest bool
	}{
		{`{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json"}`, true},
		{`{"mediaType" : "application/vnd.oci.image.index.v1+json" , "annotations":{"a":"` + long + `"}}` + "\n", true},
		{
			`{"annotations":{"a":"` + long + `"},"mediaType":"application/vnd.docker.distribution.manifest.list.v2+json"}`,
			true,
		},
		{
			`{"schemaVersion":2,"config":{"mediaType":"x","schemaVersion":9},"layers":[{"mediaType":"y"},[[]],"}"]}`,
			true,
		},
		{"\t{\"schemaVersion\" : 2\r\n}", true},
		{`{"schemaVersion":1,"signatures":[{"a":"]}"}]}`, true},
		{`{"schemaVersion":1,"history":[]}`, true},
		{`{"schemaVersion":3}`, false},
		{`{"a":{"schemaVersion":2}}`, false},
		{`{"a":["schemaVersion",2]}`, false},
		{`{"mediaType":"text/html"}`, false},
		{`{"schemaVersion":2`, false},
		{`{"schemaVersion":2,"a":"b`, false},
		{`{"schemaVersion":2}{"schemaVersion":2}`, false},
		{`{"schemaVersion":2}x`, false},
		{`[{"schemaVersion":2}]`, false},
		{`"schemaVersion"`, false},
		{`{}`, false},
		{``, false},
		{`<html>{"schemaVersion":2}</html>`, false},
		{"\x1f\x8b\x08{\"schemaVersion\":2}", false},
		{`{"` + strings.Repeat("k", 1_000) + `":1}`, false},
		{`{"mediaType":"` + strings.Repeat("k", 1_000_000) + `"}`, false},
	} {
		content, isManifest := c.content, c.isManifest
		kind := manifest.GuessMIMEType([]byte(content))
		if (kind != "") != isManifest {
			t.Fatalf("%.100q is %q", content, kind)
		}
		isSchema1 := kind == manifest.DockerV2Schema1MediaType || kind == manifest.DockerV2Schema1SignedMediaType
		for _, step := range []int{1, 7, len(content) + 1} {
			var s skim
			for rest := content; rest != ""; {
				n := min(step, len(rest))
				_, _ = s.Write([]byte(rest[:n]))
				rest = rest[n:]
			}
			if s.isManifest() != isManifest || s.isSchema1() != isSchema1 {
				t.Errorf("%.100q by %d: manifest %v, schema 1 %v", content, step, s.isManifest(), s.isSchema1())
			}
			if cap(s.text) > 2*maxKept || len(s.name)+len(s.mediaType) > 2*maxKept {
				t.Errorf("%.100q by %d: %d bytes are kept", content, step, cap(s.text)+len(s.name)+len(s.mediaType))
			}
		}
	}
}

// FuzzSkim takes whatever a registry sends for a manifest: the same whichever way it comes, and keeps little of it.
func FuzzSkim(f *testing.F) {
	f.Add([]byte(`{"schemaVersion":2,"mediaType":"x","a":[{"b":"\""}]}`))
	f.Add([]byte(`]}{"schemaVersion":2}`))
	f.Fuzz(func(t *testing.T, content []byte) {
		var whole, split skim
		_, _ = whole.Write(content)
		for i := range content {
			_, _ = split.Write(content[i : i+1])
		}
		if whole.isManifest() != split.isManifest() || whole.mediaType != split.mediaType ||
			len(whole.mediaType)+len(whole.name) > 2*maxKept {
			t.Errorf("%q or %q, %q", whole.mediaType, split.mediaType, whole.name)
		}
	})
}
