package auth

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"ecrmirror/internal/registryclient/answer"
	"ecrmirror/internal/registryclient/wire"
)

// exchange gets a token for the scopes from the server that a challenge names, for the login.
func (a *Access) exchange(ctx context.Context, wanted *challenge, login Login) (authorization, error) {
	realm, err := url.Parse(wanted.parameters["realm"])
	switch {
	case err != nil || realm.Scheme != "https" && realm.Scheme != "http" || !wire.IsPlain(realm.Host):
		return authorization{}, fmt.Errorf("%s wants a token, and from whom is not a URL", a.host.name)
	case realm.Scheme == "http" && !a.client.Wire.IsInsecure():
		return authorization{}, fmt.Errorf(
			"%s wants a token from %s by plain HTTP, and is not an insecure registry",
			a.host.name,
			realm.Host,
		)
	}
	realm.User, realm.Fragment = nil, ""
	ctx, cancel := context.WithTimeout(ctx, wire.AnswerTimeout)
	defer cancel()
	r := tokenRequest{Access: a, realm: realm, service: wanted.parameters["service"], login: login}
	began := time.Now()
	token, err := r.token(ctx)
	if err != nil {
		return authorization{}, fmt.Errorf("token for %s from %s: %w", a.host.name, realm.Host, err)
	}
	// A little earlier, so that it does not expire on the way.
	expires := began.Add(token.life - token.life/20)
	return authorization{
		header:  "Bearer " + token.value,
		expires: expires,
		renew:   expires.Add(-min(time.Minute, token.life/2)),
	}, nil
}

// A tokenRequest is for one token. See distribution's docs, spec/auth/token.md and spec/auth/oauth.md.
type tokenRequest struct {
	*Access
	realm   *url.URL
	service string
	login   Login
}

func (r tokenRequest) token(ctx context.Context) (token, error) {
	if r.login.IdentityToken == "" {
		return r.byGet(ctx)
	}
	t, err := r.byPost(ctx)
	var refused *answer.StatusError
	if errors.As(err, &refused) &&
		(refused.Status == http.StatusNotFound || refused.Status == http.StatusMethodNotAllowed) {
		return r.byGet(ctx) // not all take identity tokens
	}
	return t, err
}

func (r tokenRequest) byGet(ctx context.Context) (token, error) {
	query := r.realm.Query()
	query["scope"] = r.scopes()
	if r.service != "" {
		query.Set("service", r.service)
	}
	to := *r.realm
	to.RawQuery = query.Encode()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, to.String(), nil)
	if err != nil {
		return token{}, errors.New("not a URL")
	}
	if header := r.login.basic(); header != "" {
		req.Header.Set("Authorization", header)
	}
	return r.send(req)
}

func (r tokenRequest) byPost(ctx context.Context) (token, error) {
	form := url.Values{
		"grant_type": {"refresh_token"}, "refresh_token": {r.login.IdentityToken},
		"client_id": {r.client.Wire.UserAgent()}, "scope": {strings.Join(r.scopes(), " ")},
	}
	if r.service != "" {
		form.Set("service", r.service)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, r.realm.String(), strings.NewReader(form.Encode()))
	if err != nil {
		return token{}, errors.New("not a URL")
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return r.send(req)
}

// send makes the request. Whatever the answer is, it says nothing about images.
func (r tokenRequest) send(req *http.Request) (token, error) {
	req.Header.Set("User-Agent", r.client.Wire.UserAgent())
	client := &http.Client{Transport: r, CheckRedirect: r.checkRedirect}
	resp, err := client.Do(req)
	if err != nil {
		return token{}, tokenFailure(err)
	}
	if !wire.IsSuccess(resp) {
		refused := answer.Refusal(resp)
		refused.Token = true
		if refused.IsDenied() {
			refused.Login = r.login.Refused(r.host.name)
		}
		return token{}, refused
	}
	return readToken(req.Context(), r.client.Answers, resp)
}

// RoundTrip implements [http.RoundTripper]. The registry's token server sees the certificate that says who
// we are, that of another host does not, and neither does a server that one of them redirects to.
func (r tokenRequest) RoundTrip(req *http.Request) (*http.Response, error) {
	clients := r.client.Wire.Clients
	switch {
	case !r.host.home, wire.Origin(req.URL) != wire.Origin(r.realm):
		return clients.Away.RoundTrip(req)
	case r.realm.Host == r.host.name:
		return clients.API.RoundTrip(req)
	}
	return clients.Tokens.RoundTrip(req)
}

// checkRedirect keeps a login, which is in the request's body or header, from other servers. Where there
// is none, the fence is all that is needed.
func (r tokenRequest) checkRedirect(to *http.Request, via []*http.Request) error {
	from := via[0].URL
	switch {
	case len(via) > wire.MaxHops:
		return &tokenRedirectError{fmt.Sprintf("more than %d redirects", wire.MaxHops)}
	case wire.Origin(to.URL) == wire.Origin(from):
		return nil
	case !r.login.IsAnonymous():
		return &tokenRedirectError{from.Host + " redirects to another server, which gets no login"}
	case !wire.IsPlain(to.URL.Host) || to.URL.Scheme != "https" &&
		(from.Scheme == "https" || !r.client.Wire.IsInsecure()):
		return &tokenRedirectError{from.Host + " redirects to where no token is fetched"}
	}
	return nil
}

// A tokenRedirectError says why a token server's redirect is not followed.
type tokenRedirectError struct{ why string }

func (e *tokenRedirectError) Error() string { return e.why }

// tokenFailure makes an error of ours from that of a request, which quotes the URL.
func tokenFailure(err error) error {
	var led *tokenRedirectError
	if errors.As(err, &led) {
		return led
	}
	var sent *url.Error
	if errors.As(err, &sent) {
		err = sent.Err
	}
	return answer.Network(err)
}
