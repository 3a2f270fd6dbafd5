package ecr

import (
	"errors"
	"net/http"
	"strings"
	"testing"
)

func TestDigest(t *testing.T) {
	w := newWorld(t)
	v1 := blobInfo(w.push(here+":v1", []byte("one"))).Digest
	v2 := blobInfo(w.push(here+":v2", []byte("two"))).Digest
	for _, tt := range []struct {
		name string
		want string
		err  error
	}{
		{here + ":v1", v1.String(), nil},
		{here + ":v2", v2.String(), nil},
		{here + "@" + v1.String(), v1.String(), nil},
		{here + ":v1@" + v2.String(), v1.String(), nil}, // what the tag has
		{here, "", ErrImageNotFound},
		{here + sha, "", ErrImageNotFound},
		{there + ":v1", "", ErrImageNotFound},
		{strings.Replace(here, "/app", "/none", 1) + ":v1", "", ErrRepositoryNotFound},
	} {
		got, err := w.client.Digest(t.Context(), parse(t, tt.name))
		if got.String() != tt.want || !errors.Is(err, tt.err) || (err == nil) != (tt.err == nil) {
			t.Errorf("%s: got %s, %v", tt.name, got, err)
		}
	}
}

func TestDigestBelievesNoNonsense(t *testing.T) {
	for _, tt := range []struct {
		answer string
		want   error
	}{
		{`{}`, ErrImageNotFound},
		{`{"imageDetails":[]}`, ErrImageNotFound},
		{`{"imageDetails":[{}]}`, nil},
		{`{"imageDetails":[{"imageDigest":"sha256:zz"}]}`, nil},
		{`{"imageDetails":[{"imageDigest":"sha256:` + strings.Repeat("1", 64) + `"}]}`, ErrDigestMismatch},
	} {
		w := newScript(t, func(_ string, w http.ResponseWriter, r *http.Request) bool {
			if members(r)["registryId"] != "111122223333" {
				t.Error("call without registryId")
			}
			return answer(w, "%s", tt.answer)
		})
		if got, err := w.client.Digest(t.Context(), parse(t, here+sha)); err == nil || tt.want != nil &&
			!errors.Is(err, tt.want) {
			t.Errorf("%s: got %s, %v", tt.answer, got, err)
		}
	}
}
