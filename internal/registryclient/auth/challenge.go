package auth

import (
	"net/http"
	"strings"
)

// A challenge is what a registry wants before it answers.
type challenge struct {
	scheme     string            // in lower case
	parameters map[string]string // by their names in lower case
}

// challengeIn returns the challenge of an answer that can be met, by a token rather than by a
// password, or nil. An answer may have several, in one header or in several (RFC 9110, 11.6.1).
func challengeIn(resp *http.Response) *challenge {
	var basic *challenge
	for _, c := range challengesIn(resp.Header.Values("WWW-Authenticate")) {
		switch {
		case c.scheme == "bearer" && c.parameters["realm"] != "":
			return &c
		case c.scheme == "basic" && basic == nil:
			basic = &c
		}
	}
	return basic
}

// maxChallenge is how many bytes of a header are read for challenges, and maxChallenges how many of them are.
const (
	maxChallenge  = 8 << 10
	maxChallenges = 16
)

// challengesIn returns the challenges of these headers in their order, as far as each header can be read.
func challengesIn(headers []string) (all []challenge) {
	for _, header := range headers {
		s := challengeScanner(strings.Clone(header[:min(len(header), maxChallenge)])) // the header itself is not kept
		for {
			name := s.token()
			if name == "" {
				break
			}
			value, isParameter := s.value()
			switch {
			case !isParameter && len(all) == maxChallenges:
				return all
			case !isParameter:
				all = append(all, challenge{strings.ToLower(name), map[string]string{}})
			case len(all) > 0:
				all[len(all)-1].note(strings.ToLower(name), value)
			}
		}
	}
	return all
}

// note keeps a parameter. Of several of one name the first counts.
func (c challenge) note(name, value string) {
	if _, given := c.parameters[name]; !given {
		c.parameters[name] = value
	}
}

// A challengeScanner is what is left of a header.
type challengeScanner string

// token takes the next token, and what separates it from the one before. It is "" at the end, and
// where something else comes.
func (s *challengeScanner) token() string {
	rest := strings.TrimLeft(string(*s), " \t,")
	end := strings.IndexFunc(rest, func(r rune) bool { return !isTokenRune(r) })
	if end < 0 {
		end = len(rest)
	}
	*s = challengeScanner(rest[end:])
	return rest[:end]
}

// value takes the value of a parameter whose name was taken; ok is false if it has none, and was the
// name of a scheme.
func (s *challengeScanner) value() (value string, ok bool) {
	rest, ok := strings.CutPrefix(strings.TrimLeft(string(*s), " \t"), "=")
	if !ok {
		return "", false
	}
	rest = strings.TrimLeft(rest, " \t")
	if quoted, isQuoted := strings.CutPrefix(rest, `"`); isQuoted {
		return s.quoted(quoted), true
	}
	end := strings.IndexAny(rest, " \t,") // more than a token: some write URLs without quotes
	if end < 0 {
		end = len(rest)
	}
	*s = challengeScanner(rest[end:])
	return rest[:end], true
}

// quoted takes the rest of a quoted string.
func (s *challengeScanner) quoted(rest string) string {
	var value strings.Builder
	for i := 0; i < len(rest); i++ {
		switch c := rest[i]; {
		case c == '"':
			*s = challengeScanner(rest[i+1:])
			return value.String()
		case c == '\\' && i+1 < len(rest):
			i++
			value.WriteByte(rest[i])
		default:
			value.WriteByte(c)
		}
	}
	*s = ""
	return value.String()
}

func isTokenRune(r rune) bool {
	return r > ' ' && r < 0x7f && !strings.ContainsRune(`()<>@,;:\"/[]?={}`, r)
}
