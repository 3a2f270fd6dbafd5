package listing

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"

	"ecrmirror/internal/jsonstream"
	"ecrmirror/internal/listed"
	"ecrmirror/internal/registryclient/wire"
)

// perPage is how many repositories Docker Hub and GitHub are asked for at a time, which is the most they give.
const perPage = "100"

// hub lists a namespace of Docker Hub, which has no catalogue (hub-feedback#2094), by
// https://docs.docker.com/reference/api/hub/latest/. Anyone may list a namespace's public repositories; a login sees
// those that it may see. They are asked for in the order of their names, so that none is missed where others are pushed
// to meanwhile.
func (a *api) hub(ctx context.Context, namespace string, c *listed.RepositoryCollector) error {
	if !a.login.IsAnonymous() {
		if err := a.logInAtHub(ctx); err != nil {
			return a.failed(err)
		}
	}
	repositories := reader{c: c, namespace: namespace}
	for page := 1; page <= maxPages; page++ {
		var next string
		query := url.Values{"page": {strconv.Itoa(page)}, "page_size": {perPage}, "ordering": {"name"}}
		_, err := a.get(ctx, "/v2/namespaces/"+namespace+"/repositories", query,
			repositories.under("results", "next", &next))
		if err != nil {
			return a.failed(err)
		}
		if next == "" { // it is a URL, which is not followed
			return nil
		}
	}
	return a.failed(errPages(maxPages))
}

// logInAtHub gets a token for the login, by "Create access token" of the API. It is good for 10 minutes.
func (a *api) logInAtHub(ctx context.Context) error {
	if a.login.Username == "" {
		return errors.New("its API takes a user and a password or access token, and not an identity token")
	}
	body, err := json.Marshal(map[string]string{"identifier": a.login.Username, "secret": a.login.Password})
	if err != nil {
		return err
	}
	var token string
	_, err = a.page(ctx, request{
		send: func(ctx context.Context) (*http.Response, *wire.Place, error) {
			at := a.Session.Place("/v2/auth/token")
			req, err := a.Session.Request(ctx, http.MethodPost, at.URL, http.Header{"Content-Type": {"application/json"}})
			if err != nil {
				return nil, nil, err
			}
			req.ContentLength = int64(len(body))
			req.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(body)), nil }
			req.Body, _ = req.GetBody()
			resp, err := a.Session.SendRequest(a.Session.Clients.API, req, at, "")
			return resp, at, err
		},
		refusal: a.refusal,
		read: func(_ context.Context, page io.Reader) error {
			return jsonstream.ReadObject(page, map[string]jsonstream.Member{"access_token": jsonstream.Into(&token)})
		},
	})
	if err != nil {
		return fmt.Errorf("logging in: %w", err)
	}
	return a.authorize(token)
}
