package main

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
)

// ask returns the status of a registry's answer, and its body.
func ask(t *testing.T, r *registry, method, path string) (int, string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, "http://"+r.host()+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := r.server.Client().Do(request)
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(answer.Body)
	_ = answer.Body.Close()
	if err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode, string(body)
}

// Of four images one fails: its HEAD is answered in any case, so that the controller has a job submitted.
func TestImagesFailAsTheyAreToldTo(t *testing.T) {
	const bad = "/v2/app-1/manifests/1.0.1"
	for _, c := range []struct {
		how                          failure
		manifest, blob, mended, then int // statuses of the bad image
	}{
		{none, 200, 200, 200, 200},
		{once, 503, 200, 200, 200},
		{ever, 200, 404, 200, 404},
	} {
		r := startRegistry(flags{repositories: 2, tags: 2, failing: 25}, c.how)
		defer r.close()
		config := "/v2/app-1/blobs/" + configOf(t, r, "app-1:1.0.1")
		if status, _ := ask(t, r, http.MethodHead, bad); status != 200 {
			t.Errorf("%v: HEAD is answered by %d", c.how, status)
		}
		if status, _ := ask(t, r, http.MethodGet, "/v2/app-1/manifests/1.0.0"); status != 200 {
			t.Errorf("%v: an image that does not fail is answered by %d", c.how, status)
		}
		manifest, _ := ask(t, r, http.MethodGet, bad)
		blob, _ := ask(t, r, http.MethodGet, config)
		r.mend(r.host() + "/app-1:1.0.1")
		mended, _ := ask(t, r, http.MethodGet, bad)
		then, _ := ask(t, r, http.MethodGet, config)
		if manifest != c.manifest || blob != c.blob || mended != c.mended || then != c.then {
			t.Errorf("%v: %d, %d, then %d, %d; want %+v", c.how, manifest, blob, mended, then, c)
		}
	}
}

// configOf returns the digest of an image's config.
func configOf(t *testing.T, r *registry, name string) string {
	t.Helper()
	var m struct {
		Config struct {
			Digest string `json:"digest"`
		} `json:"config"`
	}
	if err := json.Unmarshal(r.manifests[name], &m); err != nil {
		t.Fatal(err)
	}
	return m.Config.Digest
}

func TestNeighboursShareLayers(t *testing.T) {
	r := startRegistry(flags{repositories: 1, tags: 3}, none)
	defer r.close()
	status, list := ask(t, r, http.MethodGet, "/v2/app-0/tags/list")
	if status != 200 || !strings.Contains(list, `"1.0.0","1.0.1","1.0.2"`) {
		t.Errorf("%d %s", status, list)
	}
	if configs, distinct := 3, layers+2*(layers-shared); len(r.blobs) != configs+distinct {
		t.Errorf("%d blobs, want %d", len(r.blobs), configs+distinct)
	}
}
