package ecr

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
)

// Without a number a page has 100 tags, and an absolute link with a cursor that is no tag.
func TestPagesOfTagsAreECRs(t *testing.T) {
	w := newWorld(t)
	w.repository("app")
	var want []string
	for i := range 150 {
		w.image("app", fmt.Sprintf("v%03d", i), fmt.Sprintf("config%d", i/2))
		want = append(want, fmt.Sprintf("v%03d", i))
	}
	var got []string
	var sizes []int
	for next := w.url + "/v2/111111111111/eu-west-1/app/tags/list"; next != ""; {
		resp, body := w.do(http.MethodGet, next)
		var page struct{ Tags []string }
		if err := json.Unmarshal([]byte(body), &page); err != nil || resp.StatusCode != http.StatusOK {
			t.Fatalf("%s: %s, %v", resp.Status, body, err)
		}
		got, sizes, next = append(got, page.Tags...), append(sizes, len(page.Tags)), ""
		if link := resp.Header.Get("Link"); link != "" {
			next = strings.TrimSuffix(strings.TrimPrefix(link, "<"), `>; rel="next"`)
			if !strings.HasPrefix(next, w.url+"/") || strings.Contains(next, "last=v") {
				t.Errorf("the link is %s", link)
			}
		}
	}
	if slices.IsSorted(got) {
		t.Error("the tags are sorted, which ECR's are not")
	}
	slices.Sort(got)
	if !slices.Equal(got, want) || !slices.Equal(sizes, []int{100, 50}) {
		t.Errorf("%d tags in pages of %d", len(got), sizes)
	}
}
