package ecr

import (
	"context"
	"encoding/base64"
	"strings"
	"sync"
	"time"

	"ecrmirror/internal/turns"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecrpublic"
)

const (
	// loginPatience is how long getting a login may take. Reading without one works too.
	loginPatience = 10 * time.Second
	// loginMargin is how long before its end a login is no longer given out.
	loginMargin = 5 * time.Minute
	// loginPause is how long, after no login could be got, none is asked for.
	loginPause = 5 * time.Minute
)

// A Login is a user's name and password at a registry. The zero value is anonymous.
type Login struct{ Username, Password string }

// publicLogins remembers the login to ECR Public. The zero value has none yet.
type publicLogins struct {
	turns turns.Turns[string] // at asking for one

	mu    sync.Mutex
	login Login
	until time.Time // when to ask again
}

// get returns the login that is remembered, or asks for one; see [Client.PublicLogin].
func (l *publicLogins) get(ctx context.Context, api PublicAPI) Login {
	if login, known := l.known(); known {
		return login
	}
	done, err := l.turns.Take(ctx, "login")
	if err != nil {
		return Login{} // what the caller does next ends as well
	}
	defer done()
	if login, known := l.known(); known { // by now
		return login
	}
	login, until := requestLogin(ctx, api)
	if ctx.Err() == nil {
		l.learn(login, until)
	}
	return login
}

func (l *publicLogins) known() (Login, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.login, time.Now().Before(l.until)
}

func (l *publicLogins) learn(login Login, until time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.login, l.until = login, until
}

// requestLogin asks for a login and returns it with the time at which to ask again.
func requestLogin(ctx context.Context, api PublicAPI) (login Login, until time.Time) {
	ctx, cancel := context.WithTimeout(ctx, loginPatience)
	defer cancel()
	out, err := api.GetAuthorizationToken(ctx, &ecrpublic.GetAuthorizationTokenInput{})
	if err != nil || out.AuthorizationData == nil {
		return Login{}, time.Now().Add(loginPause)
	}
	decoded, err := base64.StdEncoding.DecodeString(aws.ToString(out.AuthorizationData.AuthorizationToken))
	user, password, ok := strings.Cut(string(decoded), ":")
	if err != nil || !ok {
		return Login{}, time.Now().Add(loginPause)
	}
	until = aws.ToTime(out.AuthorizationData.ExpiresAt).Add(-loginMargin)
	return Login{Username: user, Password: password}, until
}
