package ecrpublic_test

import (
	"errors"
	"net/http"
	"testing"

	"ecrmirror/testkit/awstest"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/ecrpublic"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/random"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/remote/transport"
	"github.com/google/go-containerregistry/pkg/v1/validate"
)

func ref(t *testing.T, s string) name.Reference {
	t.Helper()
	return awstest.Must[name.Reference](t)(name.ParseReference(s, name.Insecure))
}

func TestFrontServesWhatTheAPITook(t *testing.T) {
	w := newWorld(t)
	w.repository("team/app")
	want := w.image("team/app", "v1", "{}", "layer")
	data := awstest.Must[*sdk.GetAuthorizationTokenOutput](t)(w.client.GetAuthorizationToken(t.Context(),
		&sdk.GetAuthorizationTokenInput{})).AuthorizationData
	token := remote.WithAuth(authn.FromConfig(authn.AuthConfig{Auth: *data.AuthorizationToken}))
	for _, repo := range []string{
		"public.ecr.aws/" + alias + "/team/app", "ecr-public.aws.com/" + alias + "/team/app",
		w.host + "/public/" + alias + "/team/app",
	} {
		for caller, login := range map[string]remote.Option{
			"anonymous":      remote.WithAuth(authn.Anonymous),
			"with the token": token,
		} {
			got, err := remote.Get(ref(t, repo+":v1"), w.toServer(), login)
			if err != nil || string(got.Manifest) != want {
				t.Errorf("%s, %s: %v", repo, caller, err)
				continue
			}
			img := awstest.Must[v1.Image](t)(got.Image())
			layers := awstest.Must[[]v1.Layer](t)(img.Layers())
			blob, err := layers[0].Compressed()
			if err != nil {
				t.Errorf("%s, %s: %v", repo, caller, err)
				continue
			}
			_ = blob.Close()
		}
		tags := awstest.Must[[]string](t)(remote.List(ref(t, repo).Context(), w.toServer()))
		if diff := cmp.Diff([]string{"v1"}, tags); diff != "" {
			t.Errorf("%s: %s", repo, diff)
		}
	}
}

func TestPushedToTheFrontReadByTheAPI(t *testing.T) {
	for name, repo := range map[string]string{
		"host": "public.ecr.aws/" + alias + "/app",
		"path": "HOST/public/" + alias + "/app",
	} {
		w := newWorld(t)
		w.repository("app")
		if name == "path" {
			repo = w.host + repo[len("HOST"):]
		}
		img := awstest.Must[v1.Image](t)(random.Image(256, 2))
		if err := remote.Write(ref(t, repo+":v1"), img, w.toServer()); err != nil {
			t.Fatal(err)
		}
		got := awstest.Must[*sdk.DescribeImageTagsOutput](t)(w.client.DescribeImageTags(t.Context(),
			&sdk.DescribeImageTagsInput{RepositoryName: aws.String("app")})).ImageTagDetails
		if len(got) != 1 || *got[0].ImageDetail.ImageDigest != awstest.Must[v1.Hash](t)(img.Digest()).String() {
			t.Errorf("%s: %+v", name, got)
		}
		pulled := awstest.Must[v1.Image](t)(remote.Image(ref(t, repo+":v1"), w.toServer()))
		if err := validate.Image(pulled); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if w.pushes.Load() != 0 {
			t.Errorf("%s: ECR told of %d pushes", name, w.pushes.Load())
		}
	}
}

func TestFrontRefuses(t *testing.T) {
	w := newWorld(t)
	w.repository("app")
	img := awstest.Must[v1.Image](t)(random.Image(256, 1))
	for _, tt := range []struct {
		name, repo string
		status     int
	}{
		{"no such repository", "public.ecr.aws/" + alias + "/nope", http.StatusNotFound},
		{"another account's repository", "public.ecr.aws/p222222222222/app", http.StatusNotFound},
		{"no such alias", "public.ecr.aws/library/app", http.StatusNotFound},
		{"no such alias, by path", w.host + "/public/library/app", http.StatusNotFound},
		{"no name", "public.ecr.aws/" + alias, http.StatusBadRequest},
		{"a name that only private ones have", "public.ecr.aws/" + alias + "/a__b", http.StatusBadRequest},
	} {
		for what, err := range map[string]error{
			"pull": func() error { _, err := remote.Get(ref(t, tt.repo+":v1"), w.toServer()); return err }(),
			"push": remote.Write(ref(t, tt.repo+":v1"), img, w.toServer()),
		} {
			if e, ok := errors.AsType[*transport.Error](err); !ok || e.StatusCode != tt.status {
				t.Errorf("%s, %s: %v", tt.name, what, err)
			}
		}
	}
	_, err := remote.Catalog(t.Context(),
		awstest.Must[name.Registry](t)(name.NewRegistry("public.ecr.aws", name.Insecure)), w.toServer())
	if e, ok := errors.AsType[*transport.Error](err); !ok || e.StatusCode != http.StatusMethodNotAllowed {
		t.Errorf("catalog: %v", err)
	}
}
