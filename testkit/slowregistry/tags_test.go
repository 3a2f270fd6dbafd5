package slowregistry_test

import (
	"encoding/json"
	"net/http"
	"slices"
	"testing"

	"github.com/opencontainers/go-digest"

	"ecrmirror/testkit/slowregistry"
)

// Tags are listed in order, in pages where the client asks for so many.
func TestTagsAreListed(t *testing.T) {
	w := start(t, slowregistry.Options{})
	for _, tag := range []string{"3", "10", "2"} {
		if _, err := w.images.Put("lib/app", tag, slowregistry.Spec{Layers: 1, LayerSize: 1}); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := w.images.Put("lib/apple", "5", slowregistry.Spec{}); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]struct {
		tags []string
		link string
	}{
		"/v2/lib/app/tags/list":            {[]string{"1", "10", "2", "3"}, ""},
		"/v2/lib/app/tags/list?n=4":        {[]string{"1", "10", "2", "3"}, ""},
		"/v2/lib/app/tags/list?n=2":        {[]string{"1", "10"}, `</v2/lib/app/tags/list?last=10&n=2>; rel="next"`},
		"/v2/lib/app/tags/list?n=2&last=1": {[]string{"10", "2"}, `</v2/lib/app/tags/list?last=2&n=2>; rel="next"`},
		"/v2/lib/app/tags/list?last=11":    {[]string{"2", "3"}, ""},
	} {
		response, body := w.do(http.MethodGet, path)
		var list struct {
			Name string
			Tags []string
		}
		if err := json.Unmarshal(body, &list); err != nil || list.Name != "lib/app" ||
			!slices.Equal(list.Tags, want.tags) || response.Header.Get("Link") != want.link {
			t.Errorf("%s: %v, %+v, %q", path, err, list, response.Header.Get("Link"))
		}
	}
	if response, _ := w.do(http.MethodGet, "/v2/lib/none/tags/list"); response.StatusCode != http.StatusNotFound {
		t.Errorf("tags of nothing: %s", response.Status)
	}
}

// Images of one seed share the layers whose numbers both have.
func TestNeighboursShareLayers(t *testing.T) {
	images := slowregistry.NewImages()
	put := func(tag string, first int) slowregistry.Contents {
		c, err := images.Put("lib/app", tag, slowregistry.Spec{Layers: 3, LayerSize: 100, Seed: 1, First: first})
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	one, two := put("1", 0), put("2", 1)
	shared := 0
	for d := range two.Blobs {
		if _, is := one.Blobs[d]; is {
			shared++
		}
	}
	if shared != 2 || len(two.Blobs) != 4 {
		t.Errorf("they share %d of %d blobs, want 2 of 4", shared, len(two.Blobs))
	}
	if mediaType, body := images.Manifest("lib/app", two.Root); digest.FromBytes(body) != two.Root || mediaType == "" {
		t.Errorf("a manifest of type %q", mediaType)
	}
}
