package ecr

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"ecrmirror/testkit/awstest"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsecr "github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/opencontainers/go-digest"
)

func TestReferrersAreListedUnderV2(t *testing.T) {
	w := newWorld(t)
	w.repository("app")
	_, subject := w.image("app", "v1", "config")
	sbom := digest.FromString(w.referrerOf("app", subject, "application/spdx+json", "x"))
	signature := digest.FromString(w.referrerOf("app", subject, "application/vnd.example.signature", "y"))
	w.referrerOf("app", digest.FromString("another subject"), "application/spdx+json", "z")
	path := "/v2/" + home + "/" + region + "/app/referrers/"
	for name, tt := range map[string]struct {
		path string
		want []digest.Digest
	}{
		"all": {path + subject.String(), []digest.Digest{sbom, signature}},
		"of a type": {
			path + subject.String() + "?artifactType=application/spdx%2Bjson", []digest.Digest{sbom},
		},
		"of another type":            {path + subject.String() + "?artifactType=text/plain", nil},
		"subject that is not there":  {path + digest.FromString("nobody").String(), nil},
		"subject without a referrer": {path + sbom.String(), nil},
	} {
		status, body := w.v2(http.MethodGet, tt.path, "", "")
		var index struct {
			SchemaVersion int
			MediaType     string
			Manifests     []struct {
				Digest       digest.Digest
				MediaType    string
				ArtifactType string
				Size         int
			}
		}
		if err := json.Unmarshal([]byte(body), &index); err != nil || status != http.StatusOK ||
			index.SchemaVersion != 2 || index.MediaType != ociIndex || index.Manifests == nil {
			t.Errorf("%s: %d %s, %v", name, status, body, err)
		}
		got := map[digest.Digest]bool{}
		for _, m := range index.Manifests {
			got[m.Digest] = true
			if m.MediaType != ociManifest || m.ArtifactType == "" || m.Size == 0 {
				t.Errorf("%s: %+v", name, m)
			}
		}
		for _, d := range tt.want {
			if !got[d] {
				t.Errorf("%s: no %s in %s", name, d, body)
			}
		}
		if len(got) != len(tt.want) {
			t.Errorf("%s: %s", name, body)
		}
	}
	for path, want := range map[string]int{
		path + "latest": http.StatusBadRequest,
		"/v2/" + home + "/" + region + "/nope/referrers/" + subject.String(): http.StatusNotFound,
	} {
		if got, body := w.v2(http.MethodGet, path, "", ""); got != want {
			t.Errorf("%s: %d %s, want %d", path, got, body, want)
		}
	}
}

// Clients keep lists under tags where the answer does not name the subject.
func TestAPushUnderV2NamesTheSubject(t *testing.T) {
	w := newWorld(t)
	w.repository("app")
	manifest, subject := w.image("app", "v1", "config")
	referrer := w.referrerOf("app", subject, "application/spdx+json", "x")
	for content, want := range map[string]string{manifest: "", referrer: subject.String()} {
		req := awstest.Must[*http.Request](t)(http.NewRequestWithContext(t.Context(), http.MethodPut,
			w.url+"/v2/"+home+"/"+region+"/app/manifests/"+digest.FromString(content).String(), strings.NewReader(content)))
		req.Header.Set("Content-Type", ociManifest)
		resp := awstest.Must[*http.Response](t)(http.DefaultClient.Do(req))
		_ = resp.Body.Close()
		if got := resp.Header.Get("OCI-Subject"); resp.StatusCode != http.StatusCreated || got != want {
			t.Errorf("%s: OCI-Subject %q, want %q", resp.Status, got, want)
		}
	}
}

func TestTokensBelongToTheirLists(t *testing.T) {
	w := newWorld(t)
	w.repository("app", "other")
	for _, repo := range []string{"app", "other"} {
		w.image(repo, "1", "config")
		w.image(repo, "2", "config", "layer")
	}
	one := aws.Int32(1)
	list := func(repo string, token *string) (*string, error) {
		out, err := w.ecr.ListImages(t.Context(), &awsecr.ListImagesInput{
			RepositoryName: &repo, MaxResults: one, NextToken: token,
		})
		if err != nil {
			return nil, err
		}
		return out.NextToken, nil
	}
	describe := func(repo string, token *string) (*string, error) {
		out, err := w.ecr.DescribeImages(t.Context(), &awsecr.DescribeImagesInput{
			RepositoryName: &repo, MaxResults: one, NextToken: token,
		})
		if err != nil {
			return nil, err
		}
		return out.NextToken, nil
	}
	repositories := func(_ string, token *string) (*string, error) {
		out, err := w.ecr.DescribeRepositories(t.Context(),
			&awsecr.DescribeRepositoriesInput{MaxResults: one, NextToken: token})
		if err != nil {
			return nil, err
		}
		return out.NextToken, nil
	}
	lists := map[string]func(string, *string) (*string, error){
		"ListImages": list, "DescribeImages": describe, "DescribeRepositories": repositories,
	}
	for from, giver := range lists {
		token, err := giver("app", nil)
		if err != nil || token == nil {
			t.Fatalf("%s: %v, %v", from, token, err)
		}
		for to, taker := range lists {
			for _, repo := range []string{"app", "other"} {
				want := "InvalidParameterException"
				if from == to && (repo == "app" || to == "DescribeRepositories") {
					want = ""
				}
				if _, err := taker(repo, token); awstest.Code(err) != want {
					t.Errorf("token of %s of app in %s of %s: %v, want %q", from, to, repo, err, want)
				}
			}
		}
	}
}
