package references

import (
	"fmt"
	"strings"
	"testing"

	"github.com/opencontainers/go-digest"
	imgspecv1 "github.com/opencontainers/image-spec/specs-go/v1"
)

func TestContains(t *testing.T) {
	config := fmt.Sprintf(`{"mediaType":%q,"digest":%q,"size":2}`, imgspecv1.MediaTypeImageConfig, digest.FromString("{}"))
	layer := func(content, annotation string) string {
		return fmt.Sprintf(`{"mediaType":"a/b","digest":%q,"size":%d,"annotations":{"sig":%q}}`, digest.FromString(content),
			len(content), annotation)
	}
	image := func(layers ...string) string {
		return fmt.Sprintf(`{"schemaVersion":2,"mediaType":%q,"config":%s,"layers":[%s]}`, imgspecv1.MediaTypeImageManifest,
			config, strings.Join(layers, ","))
	}
	index := fmt.Sprintf(`{"schemaVersion":2,"mediaType":%q,"manifests":[%s]}`, imgspecv1.MediaTypeImageIndex,
		strings.Replace(config, imgspecv1.MediaTypeImageConfig, imgspecv1.MediaTypeImageManifest, 1))
	one, two := layer("payload", "one"), layer("payload", "two")
	for _, c := range []struct {
		name        string
		whole, part string
		want, wrong bool
	}{
		{"the same", image(one), image(one), true, false},
		{"one more", image(one, two), image(one), true, false},
		{"in another order", image(one, two), image(two, one), true, false},
		{"one less", image(one), image(one, two), false, false},
		{"another signature of the same", image(two), image(one), false, false},
		{"one without layers", image(one), image(), false, false},
		{"an index", image(one), index, false, false},
		{"in an index", index, image(one), false, false},
		{"what is no manifest", image(one), `{}`, false, true},
		{"in what is no manifest", `[`, image(one), false, true},
	} {
		if got, err := Contains([]byte(c.whole), []byte(c.part)); got != c.want || (err != nil) != c.wrong {
			t.Errorf("%s: %v, %v", c.name, got, err)
		}
	}
}
