package distribution

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"
)

const (
	// shortestToken is how long a token is good for where its server does not say, or says less.
	shortestToken = 60 * time.Second
	// longestToken is how long a token is used, whatever its server says.
	longestToken = 24 * time.Hour
	// maxToken is how many bytes the answer of a token server may have.
	maxToken = 256 << 10
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
func readToken(resp *http.Response) (token, error) {
	defer resp.Body.Close()
	text, err := io.ReadAll(io.LimitReader(resp.Body, maxToken+1))
	if err != nil {
		return token{}, &networkError{err}
	}
	var members map[string]json.RawMessage
	if len(text) > maxToken || json.Unmarshal(text, &members) != nil {
		return token{}, errNoToken
	}
	for _, name := range []string{"token", "access_token"} {
		var value string
		if json.Unmarshal(members[name], &value) == nil && isHeaderText(value) {
			return token{value: value, life: lifeOf(members["expires_in"])}, nil
		}
	}
	return token{}, errNoToken
}

// isHeaderText reports whether a text can be sent in a header as it is.
func isHeaderText(s string) bool {
	return s != "" && !strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r > '~' })
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
