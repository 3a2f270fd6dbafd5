package wire

import "net/http"

// Not all registries know each way of asking that the protocol has: HEAD, ranges, a blob in one PUT.
// They say so by whatever status they like.

// LacksMethod reports whether a status refuses the method.
func LacksMethod(status int) bool {
	return status == http.StatusMethodNotAllowed || status == http.StatusNotImplemented
}

// MayBeTheWay reports whether a refusal may be of the way something was asked for, and not of what: then
// the plain way is worth a try. Those that are about logins and limits are not, nor is 404.
func MayBeTheWay(status int) bool {
	switch status {
	case http.StatusUnauthorized, http.StatusNotFound, http.StatusProxyAuthRequired, http.StatusRequestTimeout,
		http.StatusTooEarly, http.StatusTooManyRequests:
		return false
	}
	return status >= 400 && status <= 499 || status == http.StatusNotImplemented
}
