package tuf_test

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"ecrmirror/internal/verify/tuf"
	"ecrmirror/testkit/leaks"
	"ecrmirror/testkit/tuftest"
)

func TestMain(m *testing.M) { leaks.Main(m) }

const name = "trusted_root.json"

func newRepository(t *testing.T, name, content string, valid time.Duration) *tuftest.Repository {
	t.Helper()
	r, err := tuftest.New(name, []byte(content), valid)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// fetch fetches what a repository has, given a root.json. It returns what was asked for, too.
func fetch(t *testing.T, r *tuftest.Repository, root []byte) (content string, asked []string, err error) {
	t.Helper()
	get := func(_ context.Context, at *url.URL, limit int64) ([]byte, error) {
		path := strings.TrimPrefix(at.Path, "/tuf/")
		asked = append(asked, path)
		file, ok := r.Files[path]
		switch {
		case !ok:
			return nil, fs.ErrNotExist
		case int64(len(file)) > limit:
			return nil, errors.New("too long")
		}
		return file, nil
	}
	document, err := tuf.Repository{URL: "https://sigstore.test/tuf", Root: root, Get: get}.Fetch(t.Context())
	return string(document), asked, err
}

func TestFetch(t *testing.T) {
	r := newRepository(t, name, "first", time.Hour)
	content, _, err := fetch(t, r, r.Root())
	if err != nil || content != "first" {
		t.Errorf("%q, %v", content, err)
	}
	// A newer root.json, which the old one has signed as well, is followed.
	if err := r.NewRoot(2); err != nil {
		t.Fatal(err)
	}
	content, asked, err := fetch(t, r, r.Root())
	if err != nil || content != "first" || !slices.Contains(asked, "3.root.json") {
		t.Errorf("%q, %v, asked for %q", content, err, asked)
	}
}

func TestWhatIsNotFetched(t *testing.T) {
	for what, c := range map[string]struct {
		change func(t *testing.T, r *tuftest.Repository)
		want   string // in the error
	}{
		"expired": {func(t *testing.T, r *tuftest.Repository) {
			*r = *newRepository(t, name, "x", -time.Minute)
		}, "expired"},
		"no such target": {func(t *testing.T, r *tuftest.Repository) {
			*r = *newRepository(t, "other.json", "x", time.Hour)
		}, name},
		"changed target": {func(_ *testing.T, r *tuftest.Repository) {
			for path := range r.Files {
				if strings.HasPrefix(path, "targets/") {
					r.Files[path] = []byte("evil!")
				}
			}
		}, "hash"},
		"changed metadata": {func(t *testing.T, r *tuftest.Repository) {
			changed := bytes.Replace(r.Files["1.targets.json"], []byte(`"length":5`), []byte(`"length":4`), 1)
			if bytes.Equal(changed, r.Files["1.targets.json"]) {
				t.Error("nothing was changed")
			}
			r.Files["1.targets.json"] = changed
		}, "sign"},
		"signed by others": {func(t *testing.T, r *tuftest.Repository) {
			root := r.Root()
			*r = *newRepository(t, name, "other", time.Hour)
			r.Files["1.root.json"] = root
		}, "sign"},
		"a root.json that others have signed": {func(t *testing.T, r *tuftest.Repository) {
			others := newRepository(t, name, "other", time.Hour)
			if err := others.NewRoot(2); err != nil {
				t.Error(err)
			}
			r.Files["2.root.json"] = others.Files["2.root.json"]
		}, "sign"},
		"a file that is missing": {func(_ *testing.T, r *tuftest.Repository) { delete(r.Files, "timestamp.json") }, "404"},
	} {
		r := newRepository(t, name, "first", time.Hour)
		c.change(t, r)
		content, _, err := fetch(t, r, r.Root())
		if err == nil || content != "" || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %q, %v", what, content, err)
		}
	}
}

// TestTheErrorOfGetIsKept: who fetches learns whether another try may help.
func TestTheErrorOfGetIsKept(t *testing.T) {
	down := errors.New("no route")
	get := func(context.Context, *url.URL, int64) ([]byte, error) { return nil, down }
	if _, err := (tuf.Repository{URL: tuf.Public, Get: get}).Fetch(t.Context()); !errors.Is(err, down) {
		t.Error(err)
	}
}
