package ecr

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/google/go-cmp/cmp"

	"ecrmirror/internal/listed"
)

func TestTagsWithDigestsAndTimes(t *testing.T) {
	w := newWorld(t)
	w.mu.Lock()
	w.now = time.UnixMilli(1_700_000_000_000).UTC()
	w.mu.Unlock()
	want := listed.Tags{Tags: []listed.Tag{}}
	for _, tag := range []string{"v2", "v1", "latest"} {
		content := w.push(here+":"+tag, []byte(tag))
		want.Tags = append(want.Tags, listed.Tag{Name: tag, Digest: blobInfo(content).Digest, Uploaded: w.clock()})
		w.pass(time.Minute)
	}
	content := w.push(here+":moved", []byte("before"))
	w.push(here+":moved", []byte("after")) // the image before has no tag now
	moved, err := w.client.Digest(t.Context(), parse(t, here+":moved"))
	if err != nil || moved == blobInfo(content).Digest {
		t.Fatal(moved, err)
	}
	want.Tags = append(want.Tags, listed.Tag{Name: "moved", Digest: moved, Uploaded: w.clock()})
	slices.SortFunc(want.Tags, func(a, b listed.Tag) int { return strings.Compare(a.Name, b.Name) })
	for _, times := range []bool{true, false} {
		if !times {
			for i := range want.Tags {
				want.Tags[i].Uploaded = time.Time{}
			}
		}
		lists, describes := w.calls("ListImages"), w.calls("DescribeImages")
		got, err := w.client.Tags(t.Context(), parse(t, here), times)
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Errorf("times: %v: %v, %s", times, err, diff)
		}
		lists, describes = w.calls("ListImages")-lists, w.calls("DescribeImages")-describes
		if times != (describes == 1) || times != (lists == 0) {
			t.Errorf("times: %v: %d calls of ListImages, %d of DescribeImages", times, lists, describes)
		}
	}
}

func TestTagsOfOtherRepositories(t *testing.T) {
	w := newWorld(t)
	if got, err := w.client.Tags(t.Context(), parse(t, there), false); err != nil || len(got.Tags) > 0 {
		t.Errorf("without images: %v, %v", got, err)
	}
	for _, times := range []bool{false, true} {
		_, err := w.client.Tags(t.Context(), parse(t, here+"/none"), times)
		if !errors.Is(err, ErrRepositoryNotFound) || !errors.As(err, new(*MissingRepositoryError)) {
			t.Errorf("without a repository: %v", err)
		}
	}
	if _, err := w.client.Tags(t.Context(), parse(t, open), false); err == nil {
		t.Error("ECR Public: no error")
	}
}

func TestRepositoriesBelowAPath(t *testing.T) {
	w := newWorld(t)
	for _, name := range []string{"/a", "/b/c", "x/d"} {
		w.create(here + name)
	}
	var many []string
	for i := range 1_200 { // more than a page
		name := fmt.Sprintf("many/r%04d", i)
		w.create(strings.TrimSuffix(here, "app") + name)
		many = append(many, name)
	}
	for _, c := range []struct{ registry, path, want string }{
		{here, "app", "app/a app/b/c"},
		{here, "app/b", "app/b/c"},
		{here, "none", ""},
		{here, "many", strings.Join(many, " ")},
		{here, "", "app app/a app/b/c appx/d " + strings.Join(many, " ")},
		{there, "", "team/copy"},
		{there, "team", "team/copy"},
	} {
		got, err := w.client.Repositories(t.Context(), parse(t, c.registry).ECR, c.path)
		if diff := cmp.Diff(c.want, strings.Join(got.Names, " ")); err != nil || diff != "" || got.Dropped > 0 {
			t.Errorf("%s/%s: %v, %s", c.registry, c.path, err, diff)
		}
	}
}

// scriptedLists are lists of ECR's in two pages, which are given by their token.
var scriptedLists = []struct {
	operation string
	page      map[string]string
	list      func(w *world, client *Client) (string, error)
	want      string
}{
	{"ListImages", map[string]string{
		"":  `{"imageIds":[{"imageDigest":"` + sha[1:] + `","imageTag":"b"},{"imageDigest":"` + sha[1:] + `","imageTag":"a/b"}],"nextToken":"t"}`,
		"t": `{"imageIds":[{"imageDigest":"` + sha[1:] + `","imageTag":"a"},{"imageDigest":"` + sha[1:] + `","imageTag":"b"}]}`,
	}, listedTags(false), "a b, 1 dropped"},
	{"DescribeImages", map[string]string{
		"":  `{"imageDetails":[{"imageDigest":"` + sha[1:] + `","imageTags":["b"],"imagePushedAt":1.7e9}],"nextToken":"t"}`,
		"t": `{"imageDetails":[{"imageDigest":"` + sha[1:] + `","imageTags":["c","a"],"imagePushedAt":1.7e9}]}`,
	}, listedTags(true), "a b c, 0 dropped"},
	{"DescribeRepositories", map[string]string{
		"":  `{"repositories":[{"repositoryName":"team/b"},{"repositoryName":"other"},{"repositoryName":"team/B"}],"nextToken":"t"}`,
		"t": `{"repositories":[{"repositoryName":"team/a"}]}`,
	}, func(w *world, client *Client) (string, error) {
		all, err := client.Repositories(w.t.Context(), parse(w.t, here).ECR, "team")
		return fmt.Sprintf("%s, %d dropped", strings.Join(all.Names, " "), all.Dropped), err
	}, "team/a team/b, 1 dropped"},
}

func listedTags(times bool) func(w *world, client *Client) (string, error) {
	return func(w *world, client *Client) (string, error) {
		all, err := client.Tags(w.t.Context(), parse(w.t, here), times)
		names := make([]string, len(all.Tags))
		for i, tag := range all.Tags {
			names[i] = tag.Name
		}
		return fmt.Sprintf("%s, %d dropped", strings.Join(names, " "), all.Dropped), err
	}
}

// pageOf returns the token that a request asks for a page by.
func pageOf(r *http.Request) string {
	token, _ := members(r)["nextToken"].(string)
	return token
}

// once returns a client of the world that makes each call once.
func (w *world) once() *Client {
	cfg := aws.Config{
		BaseEndpoint: &w.url, Credentials: credentials.NewStaticCredentialsProvider("AKIDEXAMPLE", "secret", ""),
	}
	return New(Options{API: NewAPIs(cfg, func(o *ecr.Options) { o.Retryer = aws.NopRetryer{} })})
}

// TestAListThatIsCutOffIsAnError tries every byte of every page of each list.
func TestAListThatIsCutOffIsAnError(t *testing.T) {
	for _, l := range scriptedLists {
		for cut, page := range l.page {
			var size atomic.Int64
			w := newScript(t, func(_ string, rw http.ResponseWriter, r *http.Request) bool {
				token := pageOf(r)
				text := l.page[token]
				rw.Header().Set("Content-Length", fmt.Sprint(len(text)))
				if token == cut {
					text = text[:size.Load()]
				}
				return answer(rw, "%s", text)
			})
			client := w.once()
			for n := range len(page) {
				size.Store(int64(n))
				if got, err := l.list(w, client); err == nil || got != ", 0 dropped" {
					t.Fatalf("%s %q is cut off after %d bytes: %q, %v", l.operation, cut, n, got, err)
				}
			}
			size.Store(int64(len(page)))
			if got, err := l.list(w, client); err != nil || got != l.want {
				t.Errorf("%s: %q, %v, want %q", l.operation, got, err, l.want)
			}
		}
	}
}

// Where ECR does not list all, however it says so, it is an error.
func TestListsThatAreIncomplete(t *testing.T) {
	for _, l := range scriptedLists {
		for name, c := range map[string]struct {
			answer string
			want   string
		}{
			"a refusal":              {"", "AccessDeniedException"},
			"nothing":                {"{}", "the answer has no list"},
			"no content":             {" ", "the answer has no list"},
			"the same token":         {strings.Replace(l.page[""], "b", "c", 1), "the list goes on with a page that it had before"},
			"no JSON":                {"<html>", "deserialization failed"},
			"digests that are none":  {`{"imageIds":[{"imageTag":"a","imageDigest":"x"}],"imageDetails":[{"imageTags":["a"]}]}`, "digest"},
			"another kind of answer": {`{"imageIds":7,"imageDetails":7,"repositories":7}`, "deserialization failed"},
		} {
			if l.operation == "DescribeRepositories" && strings.HasPrefix(name, "digests") {
				continue
			}
			w := newScript(t, func(_ string, rw http.ResponseWriter, r *http.Request) bool {
				switch {
				case pageOf(r) == "":
					return answer(rw, "%s", l.page[""])
				case c.answer == "":
					return refuse(rw, http.StatusBadRequest, "AccessDeniedException", "")
				}
				return answer(rw, "%s", strings.TrimSpace(c.answer))
			})
			got, err := l.list(w, w.once())
			if err == nil || got != ", 0 dropped" || !strings.Contains(err.Error(), c.want) ||
				!strings.Contains(err.Error(), l.operation+" "+strings.TrimSuffix(here, "/app")) {
				t.Errorf("%s: %s: %q, %v", l.operation, name, got, err)
			}
		}
	}
}

// Calls that are throttled are made again, as all are.
func TestListsAreAskedForAgain(t *testing.T) {
	for _, l := range scriptedLists {
		var asked atomic.Int32
		w := newScript(t, func(_ string, rw http.ResponseWriter, r *http.Request) bool {
			if asked.Add(1)%2 == 1 {
				return refuse(rw, http.StatusBadRequest, "ThrottlingException", "")
			}
			return answer(rw, "%s", l.page[pageOf(r)])
		})
		if got, err := l.list(w, w.client); err != nil || got != l.want || asked.Load() != 4 {
			t.Errorf("%s: %q, %v after %d calls", l.operation, got, err, asked.Load())
		}
	}
}
