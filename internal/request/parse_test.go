package request

import (
	"slices"
	"strings"
	"testing"

	"ecrmirror/internal/imagename"
)

const pinned = "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"

// Several images are tags of one repository; where they go is where each has its own tag.
func TestParseSeveral(t *testing.T) {
	for _, c := range []struct {
		source, destinations string
		want                 string // each image and its destinations, or the error
	}{
		{"r.test/a:1,2", "q.test/b:*", "r.test/a:1 > q.test/b:1; r.test/a:2 > q.test/b:2"},
		{"r.test/a:1", "q.test/b:*,q.test/c:x", "r.test/a:1 > q.test/b:1 q.test/c:x"},
		{" r.test/a:1 , 2,, 2", "q.test/b:*", "r.test/a:1 > q.test/b:1; r.test/a:2 > q.test/b:2"},
		{
			"alpine:3,edge", "q.test/b:*",
			"docker.io/library/alpine:3 > q.test/b:3; docker.io/library/alpine:edge > q.test/b:edge",
		},
		{"alpine", "q.test/b:*", "docker.io/library/alpine:latest > q.test/b:latest"},
		{
			"r.test:5000/a:1,2", "q.test:5000/b:*",
			"r.test:5000/a:1 > q.test:5000/b:1; r.test:5000/a:2 > q.test:5000/b:2",
		},
		{
			"r.test/a:1@" + pinned + ",2@" + pinned, "q.test/b:*",
			"r.test/a:1@" + pinned + " > q.test/b:1; r.test/a:2@" + pinned + " > q.test/b:2",
		},
		{
			"r.test/a@" + pinned + ",2", "q.test/b:*",
			"r.test/a@" + pinned + " > q.test/b@" + pinned + "; r.test/a:2 > q.test/b:2",
		},
		{
			"r.test/a:2,@" + pinned, "q.test/b:*",
			"r.test/a:2 > q.test/b:2; r.test/a@" + pinned + " > q.test/b@" + pinned,
		},
		{"oci:/tmp/a,b:1", "q.test/b:1", "oci:/tmp/a,b:1 > q.test/b:1"},
		{"r.test/a:1", "oci:/tmp/b:*", "r.test/a:1 > oci:/tmp/b:*"}, // a path, and a name in it
		{"r.test/a:1,2", "q.test/b:1", "destination q.test/b:1: has one tag for several images"},
		{"r.test/a:1,2", "q.test/b", "destination q.test/b: has one tag for several images"},
		{"r.test/a:1,2", "dir:/tmp/b", "destination dir:/tmp/b: has one tag for several images"},
		{"r.test/a:*", "q.test/b:*", `source: image name "r.test/a:*": a * is for destinations alone; name the tags, `},
		{"r.test/**", "q.test/b:*", `source: image name "r.test/**": a * is for destinations alone`},
		{"r.test/a,2", "q.test/b:*", `source: image name "r.test/a": has no tag, and more tags follow`},
		{"r.test/a:1,r.test/a:2", "q.test/b:*", `source: "r.test/a:2" after a comma is no tag`},
		{"r.test/a:1,sha256:12", "q.test/b:*", `source: "sha256:12" after a comma is no tag`},
		{"r.test/a:1,2@sha256:12", "q.test/b:*", `source: image name "r.test/a:2@sha256:12"`},
		{"r.test/a:1,-2", "q.test/b:*", `source: image name "r.test/a:-2"`},
		{"r.test/a:1", "q.test/b:2:*", `destination "q.test/b:2:*": has a tag or a digest beside ":*"`},
		{"r.test/a:1", "q.test/b@" + pinned + ":*", `destination "q.test/b@` + pinned + `:*": has a tag`},
		{"r.test/a:1,2", "r.test/a:*", "destination r.test/a:1 is the source itself"},
		{"r.test/a:1", "q.test/B:*", `destination: image name "q.test/B"`},
		{",r.test/a:1", "q.test/b:*", `source: image name "": is empty`},
		{
			"r.test/a:1,1@" + pinned, "q.test/b:*",
			`source: tag "1" is there twice, once as r.test/a:1 and once as r.test/a:1@` + pinned,
		},
		{
			"r.test/a:1@" + pinned + ",2,1@sha256:" + strings.Repeat("0", 64), "q.test/b:*",
			`source: tag "1" is there twice`,
		},
	} {
		r, err := Parse(c.source, c.destinations)
		if err != nil {
			if !strings.HasPrefix(err.Error(), c.want) {
				t.Errorf("%q, %q: %v, want %s", c.source, c.destinations, err, c.want)
			}
			continue
		}
		if got := spelt(r); got != c.want {
			t.Errorf("%q, %q: %s, want %s", c.source, c.destinations, got, c.want)
		}
		p := r.Parameters()
		again, err := Parse(p["source"], p["dest"])
		if err != nil || spelt(again) != c.want || again.Name() != r.Name() {
			t.Errorf("%q, %q is read as %s, %v", p["source"], p["dest"], spelt(again), err)
		}
	}
}

func spelt(r Request) string {
	var images []string
	for _, image := range r.Images {
		text := image.Source.Name.String() + " >"
		for _, to := range r.DestinationsOf(image) {
			text += " " + to.String()
		}
		images = append(images, text)
	}
	return strings.Join(images, "; ")
}

// What is parsed says the same when it is written and parsed again.
func FuzzParse(f *testing.F) {
	f.Add("r.test/a:1,2", "q.test/b:*")
	f.Add("r.test/a@"+pinned+",x@"+pinned, "q.test/b:*,q.test/c:*")
	f.Add("docker://alpine", "oci:/a:b")
	f.Fuzz(func(t *testing.T, source, destinations string) {
		r, err := Parse(source, destinations)
		if err != nil {
			return
		}
		p := r.Parameters()
		again, err := Parse(p["source"], p["dest"])
		if err != nil || spelt(again) != spelt(r) {
			t.Errorf("%q to %q is written %q to %q: %v", source, destinations, p["source"], p["dest"], err)
		}
		if !slices.Equal(names(again.Images), names(r.Images)) {
			t.Errorf("%v, then %v", r.Images, again.Images)
		}
	})
}

func names(images []Image) []imagename.Name {
	list := make([]imagename.Name, len(images))
	for i, image := range images {
		list[i] = image.Source.Name
	}
	return list
}
