package ecr

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/opencontainers/go-digest"

	"ecrmirror/internal/artifacts"
	"ecrmirror/internal/listed"
	"ecrmirror/internal/transient"
)

// referrer returns the manifest of an artifact that belongs to a subject.
func referrer(subject digest.Digest, config Blob, artifactType, note string) []byte {
	m := map[string]any{
		"schemaVersion": 2, "mediaType": ociManifestType, "artifactType": artifactType, "layers": []any{},
		"config":      map[string]any{"mediaType": "application/vnd.oci.empty.v1+json", "digest": config.Digest, "size": 2},
		"subject":     map[string]any{"mediaType": ociManifestType, "digest": subject, "size": 1},
		"annotations": map[string]string{"note": note},
	}
	content, err := json.Marshal(m)
	if err != nil {
		panic(err)
	}
	return content
}

// refer puts so many referrers of a subject in the repository of an image, and returns them as they are listed.
func (w *world) refer(image string, subject digest.Digest, n int) (want []artifacts.Artifact) {
	w.t.Helper()
	dest := w.destination(image)
	config := w.put(dest, []byte("{}"))
	for i := range n {
		content := referrer(subject, config, "test/type", fmt.Sprint(i))
		if err := dest.PutManifest(w.t.Context(), content, "", ""); err != nil {
			w.t.Fatal(err)
		}
		want = append(want, artifacts.Artifact{
			Digest: digest.FromBytes(content), Size: int64(len(content)), Type: "test/type",
		})
	}
	return want
}

func byDigest(a, b artifacts.Artifact) int {
	return strings.Compare(string(a.Digest), string(b.Digest))
}

func TestReferrersAreListed(t *testing.T) {
	w := newWorld(t)
	subject := digest.FromBytes(w.push(here+":v1", []byte("layer")))
	for _, c := range []struct {
		referrers int
		calls     int64
	}{{0, 1}, {50, 1}, {51, 2}} {
		of := digest.FromString(fmt.Sprint(c.referrers)) // which need not be there
		if c.referrers == 50 {
			of = subject
		}
		want := w.refer(here, of, c.referrers)
		before := w.calls("ListImageReferrers")
		got, err := w.source(here).Referrers(t.Context(), of)
		slices.SortFunc(want, byDigest)
		slices.SortFunc(got, byDigest)
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Errorf("%d: %v %s", c.referrers, err, diff)
		}
		if n := w.calls("ListImageReferrers") - before; n != c.calls {
			t.Errorf("%d: %d calls, want %d", c.referrers, n, c.calls)
		}
	}
}

func TestReferrersThatCannotBeListed(t *testing.T) {
	pageOf := func(n int, token string) fault {
		list := make([]string, n)
		for i := range list {
			list[i] = fmt.Sprintf(`{"digest":%q,"mediaType":"x","size":1}`, digest.FromString(fmt.Sprint(i)))
		}
		return func(_ string, rw http.ResponseWriter, _ *http.Request) bool {
			return answer(rw, `{"referrers":[%s],"nextToken":%q}`, strings.Join(list, ","), token)
		}
	}
	tokens := 0
	endless := func(_ string, rw http.ResponseWriter, _ *http.Request) bool {
		tokens++
		return answer(rw, `{"referrers":[],"nextToken":"%d"}`, tokens)
	}
	for _, c := range []struct {
		name   string
		answer fault
		want   string
		is     error
		passes bool
	}{
		{
			"denied", script(http.StatusBadRequest, codeAccessDenied), "ecr:ListImageReferrers and ecr:BatchGetImage",
			artifacts.ErrNoList, false,
		},
		{"throttled", script(http.StatusBadRequest, "ThrottlingException"), "ThrottlingException", nil, true},
		{
			"upstream", script(http.StatusBadRequest, "UnableToListUpstreamImageReferrersException"), "Upstream", nil,
			true,
		},
		{
			"no repository", script(http.StatusBadRequest, codeRepositoryNotFound), codeRepositoryNotFound,
			ErrRepositoryNotFound, false,
		},
		{"many", pageOf(1001, ""), "more than 1000", artifacts.ErrMany, false},
		{"in a circle", pageOf(1, "next"), errLoop.Error(), artifacts.ErrNoList, false},
		{"endless", endless, "more than 100 pages", artifacts.ErrMany, false},
		{"no digest", func(_ string, rw http.ResponseWriter, _ *http.Request) bool {
			return answer(rw, `{"referrers":[{"digest":"x"}]}`)
		}, `digest "x"`, artifacts.ErrNoList, false},
	} {
		got, err := newScript(t, c.answer).source(here).Referrers(t.Context(), digest.FromString("1"))
		if got != nil || err == nil || !strings.Contains(err.Error(), c.want) ||
			!strings.Contains(err.Error(), "ecr ListImageReferrers "+here) {
			t.Errorf("%s: %d, %v", c.name, len(got), err)
		}
		for _, sentinel := range []error{artifacts.ErrNoList, artifacts.ErrMany, ErrRepositoryNotFound} {
			if errors.Is(err, sentinel) != (sentinel == c.is) {
				t.Errorf("%s: %v, is %v: %v", c.name, err, sentinel, sentinel != c.is)
			}
		}
		if transient.Is(err) != c.passes {
			t.Errorf("%s: transient: %v", c.name, !c.passes)
		}
	}
}

func TestDigestsOfTags(t *testing.T) {
	w := newWorld(t)
	want := map[string]digest.Digest{}
	var tags []string
	for i := range 105 {
		tag := fmt.Sprintf("v%d", i)
		tags = append(tags, tag)
		if i%50 == 0 {
			want[tag] = digest.FromBytes(w.push(here+":"+tag, []byte(tag)))
		}
	}
	got, err := w.source(here).TagDigests(t.Context(), tags)
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("%v: %s", err, diff)
	}
	if n := w.calls("BatchGetImage"); n != 2 {
		t.Errorf("%d calls", n)
	}
	if _, err := w.source(here+"/none").TagDigests(t.Context(), tags[:1]); !errors.Is(err, ErrRepositoryNotFound) {
		t.Errorf("no repository: %v", err)
	}
	failing := newScript(t, func(_ string, rw http.ResponseWriter, _ *http.Request) bool {
		return answer(rw, `{"failures":[{"imageId":{"imageTag":"v1"},"failureCode":"KmsError"}]}`)
	})
	if _, err := failing.source(here).TagDigests(t.Context(), tags[:1]); err == nil ||
		!strings.Contains(err.Error(), "KmsError") {
		t.Errorf("a failure: %v", err)
	}
}

func TestShortListsOfTags(t *testing.T) {
	w := newWorld(t)
	w.push(here+":v1", []byte("layer"))
	if got, err := w.client.TagsWithin(t.Context(), parse(t, here), 1); err != nil || len(got.Tags) != 1 {
		t.Errorf("%v, %v", got, err)
	}
	if n := w.calls("ListImages"); n != 0 {
		t.Errorf("%d calls of ListImages", n)
	}
	long := newScript(t, func(_ string, rw http.ResponseWriter, r *http.Request) bool {
		return answer(rw, `{"imageDetails":[],"nextToken":"%v0"}`, members(r)["nextToken"])
	})
	if _, err := long.client.TagsWithin(t.Context(), parse(t, here), 3); !errors.Is(err, listed.ErrTooMany) {
		t.Errorf("a long list: %v", err)
	}
}
