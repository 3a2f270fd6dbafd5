package conformance

import (
	"path/filepath"
	"testing"

	"ecrmirror/testkit/corpus"
)

func TestEveryImageArrivesByteForByteAtEveryStop(t *testing.T) {
	t.Parallel()
	everywhere(t, func(t *testing.T, p *place) {
		for _, way := range p.ways(t) {
			dir := filepath.Join(t.TempDir(), "layout")
			images, err := corpus.Write(dir, p.salt+way.name)
			if err != nil {
				t.Fatal(err)
			}
			for _, image := range images {
				t.Run(way.name+"/"+image.Name, func(t *testing.T) {
					t.Parallel()
					travel(t, p, way, dir, image)
				})
			}
		}
	})
}

// travel copies an image from its layout to the first stop and from stop to stop, and
// reads it back at each.
func travel(t *testing.T, p *place, way way, dir string, image corpus.Image) {
	t.Helper()
	from := "oci:" + dir + ":" + image.Name
	for _, stop := range p.stops(t, way.name, image) {
		if err := way.copy(t.Context(), from, stop.image); err != nil {
			t.Fatalf("copying to %s: %v", stop.image, err)
		}
		for _, r := range stop.readers {
			check(t, r, dir, image)
		}
		from = stop.image
	}
}
