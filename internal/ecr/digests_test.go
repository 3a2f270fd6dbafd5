package ecr

import (
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestDigestsOfManyImages(t *testing.T) {
	w := newWorld(t)
	content := w.push(here+":v0", []byte("one"))
	want := map[string]string{"v0": blobInfo(content).Digest.String()}
	for i := range 120 {
		tag := fmt.Sprintf("v%d", i+1)
		w.push(here+":"+tag, []byte(tag[:len(tag)-1])) // some tags share an image
		d, err := w.client.Digest(t.Context(), parse(t, here+":"+tag))
		if err != nil {
			t.Fatal(err)
		}
		want[tag] = d.String()
	}
	want[want["v7"]] = want["v7"]
	none := "sha256:" + strings.Repeat("0", 64)
	for _, c := range []struct {
		name            string
		references      []string
		describe, lists int64
	}{
		{"all there", slices.Collect(maps.Keys(want)), 2, 0},
		{"one", []string{"v1"}, 1, 0},
		{"one that is missing", []string{"none"}, 1, 0},
		{"one missing of a few", []string{"v1", "none", "v2", "v3"}, 1 + 2 + 2, 0},
		{"one missing of many", []string{"v1", "v2", "v3", "v4", "v5", "v6", "v7", "v8", "none"}, 1, 1},
		{"digests, one missing", []string{want["v7"], none, "v1", "v2", "v3", "v4", "v5", "v6", "v8"}, 1, 1},
		{"nothing", nil, 0, 0},
	} {
		describe, lists := w.calls("DescribeImages"), w.calls("ListImages")
		got, err := w.client.Digests(t.Context(), parse(t, here), c.references)
		if err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		digests, wanted := map[string]string{}, map[string]string{}
		for _, reference := range c.references {
			digests[reference], wanted[reference] = got[reference].Digest.String(), want[reference]
			if lists := w.calls("ListImages") - lists; lists == 0 &&
				(got[reference].Size > 0) != (want[reference] != "") {
				t.Errorf("%s: %s has %d bytes", c.name, reference, got[reference].Size)
			}
		}
		if diff := cmp.Diff(wanted, digests); diff != "" || len(got) != len(c.references) {
			t.Errorf("%s (-want +got)\n%s", c.name, diff)
		}
		if describe, lists = w.calls("DescribeImages")-describe, w.calls("ListImages")-lists; describe != c.describe ||
			lists != c.lists {
			t.Errorf("%s: %d DescribeImages, %d ListImages; want %d, %d", c.name, describe, lists, c.describe, c.lists)
		}
	}
	if w.calls("BatchGetImage") != 0 {
		t.Error("a pull was counted")
	}
}

func TestDigestsInARepositoryThatIsNotThere(t *testing.T) {
	w := newWorld(t)
	none := strings.Replace(here, "/app", "/none", 1)
	_, err := w.client.Digests(t.Context(), parse(t, none), []string{"a", "b"})
	missing, ok := errors.AsType[*MissingRepositoryError](err)
	if !ok || !errors.Is(err, ErrRepositoryNotFound) || err.Error() != "repository "+none+" does not exist" {
		t.Fatal(err)
	}
	if got := missing.CreateCommand(); !strings.HasPrefix(got, "aws ecr create-repository ") || !strings.HasSuffix(got,
		" --repository-name none") {
		t.Error(got)
	}
}

// A repository may have many more images than are asked for. Then it is not listed to its end.
func TestDigestsOfVeryManyImagesStartWithAList(t *testing.T) {
	var mu sync.Mutex
	calls := map[string]int{}
	seen := map[string]bool{} // the SDK makes a call again whose reply is lost
	w := newScript(t, func(operation string, w http.ResponseWriter, r *http.Request) bool {
		mu.Lock()
		defer mu.Unlock()
		m := members(r)
		if call := fmt.Sprint(operation, m); !seen[call] {
			seen[call] = true
			calls[operation]++
		}
		if operation == "ListImages" {
			return answer(w, `{"imageIds":[{"imageTag":"t1","imageDigest":%q}],"nextToken":"%v."}`,
				sha[1:], m["nextToken"])
		}
		var details []string
		for _, id := range m["imageIds"].([]any) {
			details = append(details, fmt.Sprintf(`{"imageDigest":%q,"imageTags":[%q]}`, sha[1:],
				id.(map[string]any)["imageTag"]))
		}
		return answer(w, `{"imageDetails":[%s]}`, strings.Join(details, ","))
	})
	var tags []string
	for i := range 600 {
		tags = append(tags, fmt.Sprint("t", i))
	}
	got, err := w.client.Digests(t.Context(), parse(t, here), tags)
	if err != nil {
		t.Fatal(err)
	}
	for _, tag := range tags {
		if got[tag].Digest.String() != sha[1:] {
			t.Errorf("%s: %v", tag, got[tag])
		}
	}
	mu.Lock()
	defer mu.Unlock()
	if diff := cmp.Diff(map[string]int{"ListImages": 6, "DescribeImages": 6}, calls); diff != "" {
		t.Error(diff)
	}
}

// Where images may not be listed, those that are missing are found out one by one, and the log says
// which permission would have spared that.
func TestDigestsOfManyImagesWithoutAList(t *testing.T) {
	w := newWorld(t)
	want := map[string]bool{}
	var references []string
	for i := range 612 {
		tag := fmt.Sprintf("v%d", i)
		references, want[tag] = append(references, tag), i%90 != 0
		if want[tag] {
			w.push(here+":"+tag, []byte(tag))
		}
	}
	w.breakBy(func(operation string, rw http.ResponseWriter, _ *http.Request) bool {
		if operation != "ListImages" {
			return false
		}
		rw.WriteHeader(http.StatusBadRequest)
		return answer(rw,
			`{"__type":"AccessDeniedException","message":"User: arn:aws:sts::111122223333:assumed-role/controller/s `+
				`is not authorized to perform: ecr:ListImages"}`)
	})
	for _, c := range []struct {
		name       string
		references []string
		calls      int64 // at most
	}{
		{"a wave", references[:9], 1 + 2*4},
		{"many", references[:100], 1 + 2*2*7},
		{"more than half a page", references, 7 + 7*2*7},
	} {
		before, told := w.calls("DescribeImages"), strings.Count(w.log.String(), "missing=ecr:ListImages")
		got, err := w.client.Digests(t.Context(), parse(t, here), c.references)
		if err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		for _, reference := range c.references {
			if (got[reference].Digest != "") != want[reference] {
				t.Errorf("%s: %s is %q", c.name, reference, got[reference].Digest)
			}
		}
		if n := w.calls("DescribeImages") - before; n > c.calls {
			t.Errorf("%s: %d calls of DescribeImages, want at most %d", c.name, n, c.calls)
		}
		if n := strings.Count(w.log.String(), "missing=ecr:ListImages") - told; n != 1 ||
			!strings.Contains(w.log.String(), "repository="+here) {
			t.Errorf("%s: told %d times: %s", c.name, n, w.log.String())
		}
	}
}

func TestDigestsBelieveNoNonsense(t *testing.T) {
	for _, c := range []struct {
		answer string
		status int
	}{
		{`{"imageDetails":[{"imageDigest":"sha256:zz","imageTags":["a"]}]}`, 200},
		{`{"__type":"AccessDeniedException"}`, 400},
	} {
		w := newScript(t, func(_ string, w http.ResponseWriter, _ *http.Request) bool {
			w.WriteHeader(c.status)
			_, err := fmt.Fprint(w, c.answer)
			return err == nil
		})
		if got, err := w.client.Digests(t.Context(), parse(t, here), []string{"a", "b"}); err == nil || errors.Is(err,
			ErrImageNotFound) {
			t.Errorf("%s: %v, %v", c.answer, got, err)
		}
	}
}
