package copyview

import (
	"bytes"
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"

	"ecrmirror/internal/imagename"
	"ecrmirror/internal/mirror"
	"ecrmirror/internal/output"
)

// What was left out of an image is said once for all its destinations, with both digests; and what was asked for and is
// not there.
func TestPlatformsAreTold(t *testing.T) {
	source, err := imagename.ParseImage("r.test/src:1")
	if err != nil {
		t.Fatal(err)
	}
	name, err := imagename.ParseImage("r.test/dst:1")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		state     mirror.State
		platforms *mirror.Platforms
		text      string // the last line, "" = none of them
	}{
		{mirror.Copied, nil, ""},
		{mirror.Current, &mirror.Platforms{Wanted: []string{"linux/arm64"}}, ""},
		{mirror.Copied, &mirror.Platforms{Wanted: []string{"linux/arm64"}, Kept: []string{"linux/arm64/v8"}}, ""},
		{
			mirror.Copied,
			&mirror.Platforms{
				Wanted: []string{"linux/arm64", "linux/s390x"}, Kept: []string{"linux/arm64/v8", "no platform"},
				Dropped: []string{"linux/386", "linux/amd64"}, MoreDropped: 3, Missing: []string{"linux/s390x"},
			},
			"platforms of r.test/src:1 sha256:s: kept linux/arm64/v8, no platform; dropped linux/386, linux/amd64 and 3 " +
				"more; not there linux/s390x",
		},
		{mirror.Failed, &mirror.Platforms{Wanted: []string{"linux/arm64"}, Dropped: []string{"linux/386"}}, ""},
	} {
		report := &mirror.Report{
			Source: source, SourceDigest: "sha256:s", Digest: "sha256:w", Platforms: c.platforms,
			Results: []mirror.Result{{Name: name, State: c.state, Digest: "sha256:w"}},
		}
		var text, doc bytes.Buffer
		reports := []*mirror.Report{report}
		err := errors.Join(WriteText(&text, output.Palette{}, reports, false), WriteJSON(&doc, reports))
		if err != nil {
			t.Fatal(err)
		}
		_, last, _ := strings.Cut(text.String(), "\n")
		if strings.TrimSuffix(last, "\n") != c.text {
			t.Errorf("%q, want %q", last, c.text)
		}
		var got Report
		if err := json.Unmarshal(doc.Bytes(), &got); err != nil || got.Digest != "sha256:w" ||
			(got.SourceDigest == "sha256:s") != (c.platforms != nil) || (got.Platforms != nil) != (c.platforms != nil) {
			t.Errorf("%s, %v", &doc, err)
		}
		if c.platforms != nil && (got.Platforms.Rule != "trim/1" ||
			!reflect.DeepEqual(got.Platforms.Dropped, c.platforms.Dropped)) {
			t.Errorf("%s", &doc)
		}
	}
}
