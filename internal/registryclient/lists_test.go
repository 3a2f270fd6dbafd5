package registryclient_test

import (
	"context"
	"net/http"
	"strings"

	"ecrmirror/internal/registryclient"
	"ecrmirror/testkit/listregistry"
)

// lists are all lists that there are, with the hosts that have them.
var lists = []struct {
	name string
	host string // of the registry
	at   string // which host lists
	by   http.Handler
	list func(context.Context, *registryclient.Registry) (string, error)
	want string
}{
	{
		"tags", "r.example.com", "r.example.com", standard(), tagsOf("team/a"), "1 2 3 4",
	},
	{
		"tags of Google's", "gcr.io", "gcr.io", google(), tagsOf("team/a"), "1 2",
	},
	{
		"catalogue", "r.example.com", "r.example.com", standard(), repositoriesBelow("team"), "team/a team/b/c team/d",
	},
	{
		"names below Google's", "gcr.io", "gcr.io", google(), repositoriesBelow("team"), "team/a team/b/c",
	},
	{
		"Docker Hub", "docker.io", "hub.docker.com", &listregistry.Hub{API: threeOf("team")}, repositoriesBelow("team"),
		"team/a team/b team/c",
	},
	{
		"ghcr.io", "ghcr.io", "api.github.com", &listregistry.GitHub{API: threeOf("team")}, repositoriesBelow("team"),
		"team/a team/b team/c",
	},
	{
		"quay.io", "quay.io", "quay.io", &listregistry.QuayAPI{API: threeOf("team")}, repositoriesBelow("team"),
		"team/a team/b team/c",
	},
}

func threeOf(namespace string) listregistry.API {
	return listregistry.API{
		Namespaces: map[string]listregistry.Namespace{namespace: {Names: []string{"c", "a", "b"}}},
		User:       "$oauthtoken", Secret: "s3cret",
	}
}

func standard() http.Handler {
	return &listregistry.Registry{
		Shape: listregistry.Standard(), User: "$oauthtoken", Password: "s3cret",
		Repositories: map[string][]listregistry.Tag{
			"team/a": listregistry.Tags("4", "3", "2", "1"), "team/b/c": nil, "team/d": nil, "other": nil,
		},
	}
}

func google() http.Handler {
	return &listregistry.Registry{
		Shape: listregistry.GAR(), User: "$oauthtoken", Password: "s3cret",
		Repositories: map[string][]listregistry.Tag{
			"team/a": {
				{Name: "1", Digest: someDigest, Uploaded: 1_700_000_000_000},
				{Name: "2", Digest: someDigest, Uploaded: 1_700_000_000_000},
			},
			"team/b/c": listregistry.Tags("1"), "other": nil,
		},
	}
}

func tagsOf(name string) func(context.Context, *registryclient.Registry) (string, error) {
	return func(ctx context.Context, r *registryclient.Registry) (string, error) {
		tags, err := r.Repository(name).Tags(ctx)
		return names(tags), err
	}
}

func repositoriesBelow(path string) func(context.Context, *registryclient.Registry) (string, error) {
	return func(ctx context.Context, r *registryclient.Registry) (string, error) {
		all, err := r.Repositories(ctx, path)
		return strings.Join(all.Names, " "), err
	}
}

// oauth is a login that every API takes.
var oauth = login("$oauthtoken", "s3cret")
