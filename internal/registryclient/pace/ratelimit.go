package pace

import (
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// unsaidWindow is how long a registry is left alone that has no requests left and does not say for
// how long, or that has refused many in a row.
const unsaidWindow = time.Minute

// exhausted reads from an answer's headers for how long the registry is rate-limited; ok is false if it is not, or
// does not say. There are two forms of the headers: RateLimit-Remaining with
// either a window ("0;w=21600", as Docker Hub has it) or a RateLimit-Reset in seconds, and RateLimit
// alone ("hourly";r=0;t=1800), as of draft-ietf-httpapi-ratelimit-headers-08.
func exhausted(h http.Header) (wait time.Duration, ok bool) {
	if value := h.Get("RateLimit-Remaining"); value != "" {
		count, _, _ := strings.Cut(value, ";")
		if strings.TrimSpace(count) != "0" {
			return 0, false
		}
		if wait := seconds(h.Get("RateLimit-Reset")); wait > 0 {
			return wait, true
		}
		if wait := parameter(value, "w"); wait > 0 {
			return wait, true
		}
		return unsaidWindow, true
	}
	for policy := range strings.SplitSeq(h.Get("RateLimit"), ",") {
		if remaining.FindStringSubmatch(policy) == nil {
			continue
		}
		if wait = max(wait, parameter(policy, "t")); wait == 0 {
			wait = unsaidWindow
		}
		ok = true
	}
	return wait, ok
}

var (
	remaining  = regexp.MustCompile(`;\s*r=0\s*(;|$)`)
	parameters = regexp.MustCompile(`;\s*([a-z]+)=([0-9]{1,9})\b`)
)

// parameter returns the parameter of that name, in seconds, 0 if there is none.
func parameter(value, name string) time.Duration {
	for _, m := range parameters.FindAllStringSubmatch(value, -1) {
		if m[1] == name {
			return seconds(m[2])
		}
	}
	return 0
}

func seconds(digits string) time.Duration {
	n, _ := strconv.ParseUint(strings.TrimSpace(digits), 10, 31)
	return time.Duration(n) * time.Second
}
