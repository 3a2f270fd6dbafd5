package ecrtransport

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestTransportTags(t *testing.T) {
	w := newWorld(t)
	w.push(here+":v1", []byte("one"))
	w.push(here+":v2", []byte("two"))
	w.push(here+":stable", []byte("two"))
	d := w.destination(here)
	content := ociImage(w.put(d, []byte("{}")))
	info := blobInfo(content)
	if err := d.PutManifest(t.Context(), content, &info.Digest); err != nil { // has no tag
		t.Fatal(err)
	}
	var tags []string
	for tag, err := range w.transport.Tags(t.Context(), parse(t, here)) {
		if err != nil {
			t.Fatal(err)
		}
		tags = append(tags, tag)
	}
	slices.Sort(tags)
	if diff := cmp.Diff([]string{"stable", "v1", "v2"}, tags); diff != "" {
		t.Error(diff)
	}
}

func TestTransportImages(t *testing.T) {
	w := newWorld(t)
	tagged := w.push(here+":v1", []byte("layer"))
	d := w.destination(here)
	untagged := ociImage(w.put(d, []byte("{}")))
	info := blobInfo(untagged)
	if err := d.PutManifest(t.Context(), untagged, &info.Digest); err != nil {
		t.Fatal(err)
	}
	got := map[string]ListedImage{}
	for image, err := range w.transport.Images(t.Context(), parse(t, here)) {
		if err != nil {
			t.Fatal(err)
		}
		if image.PushedAt.IsZero() || image.Size <= 0 || image.MediaType != ociManifestType {
			t.Errorf("got %+v", image)
		}
		got[image.Digest.String()] = image
	}
	if len(got) != 2 || !slices.Equal(got[blobInfo(tagged).Digest.String()].Tags, []string{"v1"}) || len(got[info.Digest.String()].Tags) != 0 {
		t.Errorf("got %v", got)
	}
}

func TestListsGoOnPageByPage(t *testing.T) {
	var calls sync.Map // by what they ask: the SDK makes one again whose reply is lost
	count := func() (n int) {
		calls.Range(func(any, any) bool { n++; return true })
		return n
	}
	w := newScript(t, func(operation string, w http.ResponseWriter, r *http.Request) bool {
		m := members(r)
		calls.Store(fmt.Sprint(operation, m), nil)
		if m["maxResults"] != 1000.0 || operation == "ListImages" && m["filter"] == nil {
			t.Errorf("%s asked with %v", operation, m)
		}
		next := `,"nextToken":"more"`
		if m["nextToken"] != nil {
			next = ""
		}
		return answer(w, `{"imageIds":[{"imageTag":"a"},{"imageDigest":%q},{"imageTag":"b"}],"imageDetails":[{},{}]%s}`, sha[1:], next)
	})
	var tags []string
	for tag, err := range w.transport.Tags(t.Context(), parse(t, here)) {
		if err != nil {
			t.Fatal(err)
		}
		tags = append(tags, tag)
	}
	images := 0
	for _, err := range w.transport.Images(t.Context(), parse(t, here)) {
		if err != nil {
			t.Fatal(err)
		}
		images++
	}
	if !slices.Equal(tags, []string{"a", "b", "a", "b"}) || images != 4 || count() != 4 {
		t.Errorf("tags %v and %d images by %d calls", tags, images, count())
	}
	calls.Clear()
	for range w.transport.Tags(t.Context(), parse(t, here)) {
		break
	}
	for range w.transport.Images(t.Context(), parse(t, here)) {
		break
	}
	if n := count(); n != 2 {
		t.Errorf("%d calls where one image each was wanted", n)
	}
}

func TestListsEndWithTheirError(t *testing.T) {
	w := newWorld(t)
	for _, image := range []string{absent, open} {
		n := 0
		for tag, err := range w.transport.Tags(t.Context(), parse(t, image)) {
			if n++; err == nil || tag != "" || image == absent && !errors.Is(err, ErrRepositoryNotFound) {
				t.Errorf("%s: got %q, %v", image, tag, err)
			}
		}
		for listed, err := range w.transport.Images(t.Context(), parse(t, image)) {
			if n++; err == nil || listed.Digest != "" || image == absent && !errors.Is(err, ErrRepositoryNotFound) {
				t.Errorf("%s: got %v, %v", image, listed, err)
			}
		}
		if n != 2 {
			t.Errorf("%s: %d errors, want 2", image, n)
		}
	}
}
