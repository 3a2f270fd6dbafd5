package images_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	awscredentials "github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/google/go-cmp/cmp"
	"github.com/opencontainers/go-digest"

	"ecrmirror/awsclient"
	"ecrmirror/internal/credentials"
	"ecrmirror/internal/fence"
	"ecrmirror/internal/images"
	"ecrmirror/internal/listed"
	"ecrmirror/localstack/store"
	"ecrmirror/testkit/listregistry"
	"ecrmirror/testkit/registrytest"
)

const ecrHost = "123456789012.dkr.ecr.eu-west-1.amazonaws.com"

// ecrLists answers for a repository team/app with one tag, and with another token where there is more.
func ecrLists(t *testing.T) aws.Config {
	t.Helper()
	d := digest.FromString("app")
	answers := map[string]string{
		"ListImages":           fmt.Sprintf(`{"imageIds":[{"imageTag":"v1","imageDigest":%q}]}`, d),
		"DescribeImages":       fmt.Sprintf(`{"imageDetails":[{"imageTags":["v1"],"imageDigest":%q,"imagePushedAt":1.7e9}]}`, d),
		"DescribeRepositories": `{"repositories":[{"repositoryName":"team/app"},{"repositoryName":"other"}]}`,
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, operation, _ := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
		var in [1000]byte
		n, _ := r.Body.Read(in[:])
		if body := string(in[:n]); !strings.Contains(body, `"registryId":"123456789012"`) ||
			strings.Contains(body, `"repositoryName":"team/none"`) {
			w.WriteHeader(http.StatusBadRequest)
			_, _ = fmt.Fprint(w, `{"__type":"RepositoryNotFoundException","message":"no"}`)
			return
		}
		_, _ = fmt.Fprint(w, answers[operation])
	}))
	t.Cleanup(server.Close)
	return aws.Config{
		HTTPClient: awsclient.New(), Region: "us-east-1", BaseEndpoint: &server.URL,
		Credentials: awscredentials.NewStaticCredentialsProvider("a", "b", ""),
	}
}

// listing returns a client to stand-ins by their hosts, and to Amazon ECR.
func listing(t *testing.T, by map[string]http.Handler, logins string) (*images.Client, *listregistry.Hosts) {
	t.Helper()
	hosts := listregistry.Serve(t, by)
	store, err := credentials.Parse([]byte(logins), "test")
	if err != nil {
		t.Fatal(err)
	}
	names := []string{"docker.io", "ghcr.io", "quay.io"}
	for name := range by {
		names = append(names, name)
	}
	r := images.New(images.Options{
		AWS: ecrLists(t), Logins: store, Insecure: names, Network: fence.Network{Proxy: hosts.Proxy},
	})
	t.Cleanup(r.Close)
	return r, hosts
}

// textOf returns tags with what is known of them.
func textOf(tags listed.Tags) string {
	all := make([]string, len(tags.Tags))
	for i, tag := range tags.Tags {
		all[i] = tag.Name
		if tag.Digest != "" {
			all[i] += "@"
		}
		if !tag.Uploaded.IsZero() {
			all[i] += fmt.Sprint(tag.Uploaded.UnixMilli())
		}
	}
	return strings.Join(all, " ")
}

func TestTagsOfEveryKindOfRegistry(t *testing.T) {
	app := map[string][]listregistry.Tag{"team/app": listregistry.Tags("v2", "v1", "v3", "v4")}
	google := map[string][]listregistry.Tag{
		"team/app": {{Name: "v1", Digest: digest.FromString("1").String(), Uploaded: 17}},
	}
	r, _ := listing(t, map[string]http.Handler{
		"registry-1.docker.io": &listregistry.Registry{Shape: listregistry.DockerHub(), Repositories: app},
		"public.ecr.aws":       &listregistry.Registry{Shape: listregistry.ECRPublic(), Repositories: app},
		"gcr.io":               &listregistry.Registry{Shape: listregistry.GAR(), Repositories: google},
		"r.example.com": &listregistry.Registry{
			Shape: listregistry.Standard(), Repositories: app, User: "robot", Password: "s3cret",
		},
	}, `{"auths":{"r.example.com/team":{"username":"robot","password":"s3cret"}}}`)
	for _, c := range []struct {
		name, want string
		times      bool
	}{
		{"docker.io/team/app", "v1 v2 v3 v4", false},
		{"docker.io/team/app:v1", "v1 v2 v3 v4", true},
		{"public.ecr.aws/team/app", "v1 v2 v3 v4", false},
		{"gcr.io/team/app", "v1@17", false},
		{"r.example.com/team/app", "v1 v2 v3 v4", false},
		{ecrHost + "/team/app", "v1@", false},
		{ecrHost + "/team/app", "v1@1700000000000", true},
	} {
		name := parse(t, c.name)
		got, err := r.Tags(t.Context(), name, c.times)
		if err != nil || textOf(got) != c.want {
			t.Errorf("%s: %q, %v, want %q", c.name, textOf(got), err, c.want)
		}
		name.Repository = "team/none"
		if _, err := r.Tags(t.Context(), name, false); !errors.Is(err, listed.ErrNoRepository) ||
			!strings.Contains(err.Error(), "none") {
			t.Errorf("%s: no repository: %v", c.name, err)
		}
	}
	for _, name := range []string{"oci:/tmp", "dir:/tmp"} {
		if _, err := r.Tags(t.Context(), parse(t, name), false); err == nil ||
			!strings.Contains(err.Error(), "is not in a registry") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestRepositoriesOfEveryKindOfRegistry(t *testing.T) {
	team := map[string]listregistry.Namespace{"team": {Names: []string{"app"}, Private: []string{"secret"}}}
	api := listregistry.API{Namespaces: team, User: "robot", Secret: "s3cret"}
	r, hosts := listing(t, map[string]http.Handler{
		"hub.docker.com": &listregistry.Hub{API: api},
		"api.github.com": &listregistry.GitHub{API: api},
		"quay.io":        &listregistry.QuayAPI{API: api},
		"r.example.com": &listregistry.Registry{
			Shape:        listregistry.Standard(),
			Repositories: map[string][]listregistry.Tag{"team/app": nil, "other": nil},
		},
	}, `{"auths":{"docker.io/team":{"username":"robot","password":"s3cret"},`+
		`"ghcr.io":{"username":"robot","password":"s3cret"}}}`)
	for _, c := range []struct{ registry, path, want string }{
		{"docker.io/x/x", "team", "team/app team/secret"},
		{"ghcr.io/x/x", "team", "team/app team/secret"},
		{"quay.io/x/x", "team", "team/app"},
		{"r.example.com/x/x", "team", "team/app"},
		{"r.example.com/x/x", "", "other team/app"},
		{ecrHost + "/xx", "team", "team/app"},
		{ecrHost + "/xx", "", "other team/app"},
		{"public.ecr.aws/alias/xx", "alias", "!public.ecr.aws lists an account's repositories to that account alone. Name them one by one"},
		{"dir:/tmp", "", "!what is not in a registry has no list of repositories"},
	} {
		all, err := r.Repositories(t.Context(), parse(t, c.registry), c.path)
		got := strings.Join(all.Names, " ")
		if err != nil {
			got = "!" + err.Error()
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s, %s: %s", c.registry, c.path, diff)
		}
		_, lacks := errors.AsType[*listed.NoCatalogError](err)
		if lacks != strings.HasPrefix(c.want, "!public") {
			t.Errorf("%s, %s: %T", c.registry, c.path, err)
		}
	}
	_, err := r.Repositories(t.Context(), parse(t, "docker.io/x/x"), "none")
	if !errors.Is(err, listed.ErrNoRepository) {
		t.Errorf("no namespace: %v", err)
	}
	if asked := hosts.Asked("s3cret"); len(asked) != len(hosts.Asked("api.github.com", "s3cret")) {
		t.Errorf("the password is in %q", asked)
	}
}

// Registries that are not ours are listed, too: go-containerregistry's, and distribution's, in pages.
func TestListsOfRealRegistries(t *testing.T) {
	dir := t.TempDir()
	distribution, err := store.Open(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	for name, registry := range map[string]http.Handler{
		"go-containerregistry": registrytest.New(), "distribution": inPages(distribution),
	} {
		host := serve(t, func(http.Handler) http.Handler { return registry })
		for _, image := range []string{"team/app:v3", "team/app:v1", "team/app:v2", "team/a/b:v1", "other:v1"} {
			push(t, host+"/"+image)
		}
		r := images.New(images.Options{})
		app := parse(t, host+"/team/app")
		tags, err := r.Tags(t.Context(), app, false)
		if err != nil || textOf(tags) != "v1 v2 v3" {
			t.Errorf("%s: %q, %v", name, textOf(tags), err)
		}
		all, err := r.Repositories(t.Context(), app, "team")
		if err != nil || strings.Join(all.Names, " ") != "team/a/b team/app" {
			t.Errorf("%s: %q, %v", name, all.Names, err)
		}
		if _, err := r.Tags(t.Context(), parse(t, host+"/none"), false); !errors.Is(err, listed.ErrNoRepository) {
			t.Errorf("%s: %v", name, err)
		}
		r.Close()
	}
}

// inPages has a registry list two at a time unless it is asked for another number.
func inPages(registry http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		query := r.URL.Query()
		isList := strings.HasSuffix(r.URL.Path, "/tags/list") || strings.HasSuffix(r.URL.Path, "/_catalog")
		if isList && !query.Has("n") {
			query.Set("n", "2")
			r.URL.RawQuery = query.Encode()
		}
		registry.ServeHTTP(w, r)
	})
}

// Those who ask for the same list at the same time get one.
func TestAListIsAskedForOnce(t *testing.T) {
	var asked atomic.Int32
	reached, going := make(chan struct{}), make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if asked.Add(1) == 1 {
			close(reached)
			<-going
		}
		_, _ = fmt.Fprint(w, `{"tags":["v1"]}`)
	}))
	defer server.Close()
	r := images.New(images.Options{})
	defer r.Close()
	name := parse(t, server.Listener.Addr().String()+"/app:v7")
	done := make(chan error)
	go func() {
		_, err := r.Tags(t.Context(), name, false)
		done <- err
	}()
	<-reached
	ended, cancel := context.WithCancelCause(t.Context())
	enough := errors.New("enough")
	cancel(enough)
	name.Tag = "v8" // the same repository
	if _, err := r.Tags(ended, name, false); !errors.Is(err, enough) {
		t.Errorf("one who does not wait: %v", err)
	}
	close(going)
	if err := <-done; err != nil || asked.Load() != 1 {
		t.Errorf("%v; asked %d times", err, asked.Load())
	}
}
