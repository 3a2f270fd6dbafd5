package auth

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"ecrmirror/internal/registryclient/answer"
)

const (
	// shortestToken is how long a token is good for where its server does not say, or says less.
	shortestToken = 60 * time.Second
	// longestToken is how long a token is used, whatever its server says.
	longestToken = 24 * time.Hour
	// maxToken is how many bytes the answer of a token server may have, which tells the token once or
	// twice, and longestHeader how many the token: servers take no longer headers.
	maxToken      = 256 << 10
	longestHeader = 64 << 10
)

// A token is what a token server gave.
type token struct {
	value string
	life  time.Duration
}

// errNoToken says that an answer is not one of a token server. It does not quote the answer, which may
// hold secrets.
var errNoToken = errors.New("the answer holds no token")

// readToken reads and closes an answer. Of its members only the token is needed: an odd one beside it is
// as good as none.
func readToken(ctx context.Context, answers *answer.Memory, resp *http.Response) (token, error) {
	defer resp.Body.Close()
	text, release, err := answers.Read(ctx, resp.Body, resp.ContentLength, maxToken)
	defer release()
	if err != nil {
		return token{}, answer.Network(err)
	}
	var members struct {
		Token     json.RawMessage `json:"token"`
		Access    json.RawMessage `json:"access_token"`
		ExpiresIn json.RawMessage `json:"expires_in"`
	}
	if len(text) > maxToken || json.Unmarshal(text, &members) != nil {
		return token{}, errNoToken
	}
	for _, member := range []json.RawMessage{members.Token, members.Access} {
		var value string
		if json.Unmarshal(member, &value) == nil && isHeaderText(value) {
			return token{value: value, life: lifeOf(members.ExpiresIn)}, nil
		}
	}
	return token{}, errNoToken
}

// isHeaderText reports whether a text can be sent in a header as it is.
func isHeaderText(s string) bool {
	return s != "" && len(s) <= longestHeader && !strings.ContainsFunc(s,
		func(r rune) bool { return r <= ' ' || r > '~' })
}

// lifeOf reads for how many seconds a token is good: a number, whole or not, or one in a string, as some
// servers have it.
func lifeOf(member json.RawMessage) time.Duration {
	seconds, err := strconv.ParseFloat(strings.Trim(string(member), `" `), 64)
	switch {
	case err != nil || !(seconds > shortestToken.Seconds()): // also NaN
		return shortestToken
	case seconds > longestToken.Seconds():
		return longestToken
	}
	return time.Duration(seconds * float64(time.Second))
}
