package main

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/batch/types"
	"github.com/google/go-cmp/cmp"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/random"

	"ecrmirror/demo/check"
	"ecrmirror/demo/story"
)

func TestChosenTagsAreRead(t *testing.T) {
	const explained = `host/web: 4 tags, 2 chosen
TAG     DIGEST               STATE  DESTINATION  WHY
1.28.0  sha256:d8ad629170ef  stale  r.io/a:1.28  chosen by rule 1
stable  sha256:f43c32301a8a  stale  r.io/a:stab  pinned by rule 1

NOT CHOSEN  WHY
1.26.3      rule 1: not in ^1.27
latest      rule 1: not a version
`
	if d := cmp.Diff([]string{"1.28.0", "stable"}, chosenIn(explained)); d != "" {
		t.Errorf("tags (-want +got):\n%s", d)
	}
	d, _ := newDemo(t, "")
	d.expectChosen(ended{stdout: explained}, []string{"1.28.0", "stable"})
	if len(d.problems) != 0 {
		t.Errorf("problems %q", d.problems)
	}
	d.expectChosen(ended{stdout: explained}, []string{"1.28.0"})
	if len(d.problems) != 1 {
		t.Errorf("one tag too many: problems %q", d.problems)
	}
}

func TestJobsForOtherImagesAreAProblem(t *testing.T) {
	for _, tc := range []struct {
		name     string
		sources  []string
		problems int
	}{
		{"one job", []string{"r.io/web:1,2,3"}, 0},
		{"two jobs", []string{"r.io/web:3", "r.io/web:1,2"}, 0},
		{"none", nil, 1},
		{"one image less", []string{"r.io/web:1,2"}, 1},
		{"one image more", []string{"r.io/web:1,2,3,4"}, 1},
		{"an image twice", []string{"r.io/web:1,2,3", "r.io/web:3"}, 1},
		{"another repository, too", []string{"r.io/web:1,2,3", "r.io/website:1"}, 1},
	} {
		t.Run(tc.name, func(t *testing.T) {
			d, _ := newDemo(t, "")
			var jobs []job
			for _, source := range tc.sources {
				jobs = append(jobs, job{mirrorQueue, types.JobDetail{Parameters: map[string]string{"source": source}}})
			}
			d.expectImages(jobs, "r.io/web", []string{"1", "2", "3"})
			if len(d.problems) != tc.problems {
				t.Errorf("problems %q, want %d", d.problems, tc.problems)
			}
		})
	}
}

func TestJobSaysHowManyImagesItIsFor(t *testing.T) {
	for source, want := range map[string]string{
		"r.io/web:1":     "mirror to 2 destinations",
		"r.io/web:1,2,3": "mirror 3 images to 2 destinations",
	} {
		j := job{mirrorQueue, types.JobDetail{Parameters: map[string]string{"source": source, "dest": "a,b"}}}
		if got := j.subject(); got != want {
			t.Errorf("%s: %q, want %q", source, got, want)
		}
	}
}

func TestWrongTagsAreProblems(t *testing.T) {
	d, told := newDemo(t, "")
	source, destination := d.upstream("web"), d.partner("web")
	for _, tag := range []string{"1", "2", "3"} {
		content := push(t, d, source+":"+tag)
		if tag == "2" {
			content = push(t, d, destination+":"+tag)
		}
		if _, err := d.push(t.Context(), destination+":"+tag, content); err != nil {
			t.Fatal(err)
		}
	}
	if err := d.compareTags(t.Context(), source, destination, "1", "2", "3"); err != nil {
		t.Fatal(err)
	}
	if len(d.problems) != 1 || !strings.Contains(d.problems[0], destination+":2") {
		t.Errorf("problems %q, want one with %s:2", d.problems, destination)
	}
	if d.tally.destinations != 2 || d.tally.manifests != 2 {
		t.Errorf("%d destinations and %d manifests count as right, want 2", d.tally.destinations, d.tally.manifests)
	}
	if strings.Count(told.String(), story.Wrong) != 2 { // in its row, and below
		t.Errorf("the story does not say which is wrong:\n%s", told)
	}
	for _, tc := range []struct {
		want     []string
		problems int
	}{{[]string{"3", "1", "2"}, 0}, {[]string{"1", "2"}, 1}, {[]string{"1", "2", "3", "4"}, 1}} {
		d.problems = nil
		if err := d.expectTags(t.Context(), destination, tc.want); err != nil {
			t.Fatal(err)
		}
		if len(d.problems) != tc.problems {
			t.Errorf("want tags %q: problems %q", tc.want, d.problems)
		}
	}
}

func TestSharedLayersReadTwiceAreAProblem(t *testing.T) {
	d, _ := newDemo(t, "")
	s := selection{source: d.upstream("web"), chosen: []string{"1", "2"}}
	layer, err := random.Layer(1000, "application/vnd.oci.image.layer.v1.tar+gzip")
	if err != nil {
		t.Fatal(err)
	}
	var trees []*check.Tree
	for _, tag := range s.chosen {
		image, err := mutate.AppendLayers(labelled(t, tag), layer)
		if err != nil {
			t.Fatal(err)
		}
		tree, err := d.push(t.Context(), s.source+":"+tag, image)
		if err != nil {
			t.Fatal(err)
		}
		trees = append(trees, tree)
	}
	together, alone := check.Size(trees...), trees[0].Size()+trees[1].Size()
	if together >= alone {
		t.Fatalf("images of %d bytes share nothing of %d", alone, together)
	}
	for _, tc := range []struct {
		read     int64
		problems int
	}{{together, 0}, {alone, 1}, {0, 1}} {
		d.problems = nil
		if err := d.checkShared(t.Context(), s, tc.read); err != nil {
			t.Fatal(err)
		}
		if len(d.problems) != tc.problems {
			t.Errorf("%d bytes read of %d: problems %q", tc.read, together, d.problems)
		}
	}
}

// labelled returns an image without layers.
func labelled(t *testing.T, label string) v1.Image {
	t.Helper()
	image, err := random.Image(0, 0)
	if err == nil {
		image, err = mutate.Config(image, v1.Config{Labels: map[string]string{"version": label}})
	}
	if err != nil {
		t.Fatal(err)
	}
	return image
}
