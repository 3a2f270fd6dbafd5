package fault

import (
	"cmp"
	"net/http"
	"strconv"
	"strings"
	"time"

	"ecrmirror/localstack/awsjson"
)

// skewAllowed is by how much AWS lets the time of a signature differ from its own.
const skewAllowed = 5 * time.Minute

// refuse answers that nothing was done.
func (r Rule) refuse(w http.ResponseWriter, operation string) {
	r.setRetryAfter(w.Header(), time.Now())
	service, _, _ := strings.Cut(operation, ".")
	switch service {
	case "s3":
		r.refuseS3(w)
	case "v2":
		r.refuseV2(w)
	default:
		r.refuseAWS(w)
	}
}

// setRetryAfter says when to come back, in seconds or by the server's clock.
func (r Rule) setRetryAfter(h http.Header, now time.Time) {
	if r.Clock != 0 {
		h.Set("Date", now.Add(r.Clock).UTC().Format(http.TimeFormat))
	}
	switch {
	case r.RetryAfter == 0:
	case r.Clock != 0:
		h.Set("Retry-After", now.Add(r.Clock+r.RetryAfter).UTC().Format(http.TimeFormat))
	default:
		h.Set("Retry-After", strconv.Itoa(int(r.RetryAfter/time.Second)))
	}
}

func (r Rule) refuseS3(w http.ResponseWriter) {
	status, code, message := http.StatusForbidden, "AccessDenied", "Access Denied"
	switch r.Kind {
	case Expire:
		message = "Request has expired"
	case Throttle:
		status, code, message = http.StatusServiceUnavailable, "SlowDown", "Please reduce your request rate."
	case Fail:
		status, code = cmp.Or(r.Status, http.StatusInternalServerError), "InternalError"
		message = "We encountered an internal error. Please try again."
	}
	w.Header().Set("Content-Type", "application/xml")
	w.WriteHeader(status)
	// The client may be gone.
	_, _ = w.Write([]byte(`<?xml version="1.0" encoding="UTF-8"?>` + "\n<Error><Code>" + code +
		"</Code><Message>" + message + "</Message></Error>"))
}

func (r Rule) refuseV2(w http.ResponseWriter) {
	status, code, message := http.StatusForbidden, "DENIED", "requested access to the resource is denied"
	switch r.Kind {
	case Throttle:
		status, code, message = http.StatusTooManyRequests, "TOOMANYREQUESTS", "too many requests"
	case Fail:
		status, code, message = cmp.Or(r.Status, http.StatusInternalServerError), "UNKNOWN", "unknown error"
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write([]byte(`{"errors":[{"code":` + strconv.Quote(code) + `,"message":` + strconv.Quote(message) + `}]}`))
}

func (r Rule) refuseAWS(w http.ResponseWriter) {
	e := &awsjson.Error{
		Status: r.Status, Code: "AccessDeniedException", Message: "User is not authorized to perform this action",
	}
	switch r.Kind {
	case Throttle:
		e.Code, e.Message = cmp.Or(r.Code, "ThrottlingException"), "Rate exceeded"
	case Fail:
		e.Status, e.Code, e.Message = cmp.Or(r.Status,
			http.StatusInternalServerError), "ServerException", "internal failure"
	}
	awsjson.WriteError(w, e)
}

// skew answers as a server whose clock is ahead, or behind. AWS refuses what is signed at another time.
func (r Rule) skew(w http.ResponseWriter, req *http.Request, next http.Handler, operation string) {
	now := time.Now().Add(r.Clock)
	w.Header().Set("Date", now.UTC().Format(http.TimeFormat))
	signed, err := time.Parse("20060102T150405Z", req.Header.Get("X-Amz-Date"))
	if err != nil || now.Sub(signed).Abs() <= skewAllowed || strings.HasPrefix(operation, "s3.") {
		next.ServeHTTP(w, req)
		return
	}
	awsjson.WriteError(w, &awsjson.Error{
		Status: http.StatusForbidden, Code: "InvalidSignatureException",
		Message: "Signature expired or not yet current: " + req.Header.Get("X-Amz-Date"),
	})
}
