package fault

import (
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"

	"ecrmirror/localstack/awsjson"
)

// breaking returns next as the rule breaks it.
func (r Rule) breaking(next http.Handler, operation string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		switch r.Kind {
		case Throttle:
			r.throttle(w, operation)
		case Fail:
			fail(w, operation)
		case Expire:
			writeS3(w, http.StatusForbidden, "AccessDenied", "Request has expired")
		case Reset:
			reset(w)
		case Lose:
			next.ServeHTTP(discard{header: http.Header{}}, req)
			reset(w)
		case Cut:
			next.ServeHTTP(&cutter{ResponseWriter: w, left: r.After}, req)
		case Delay:
			timer := time.NewTimer(r.Delay)
			defer timer.Stop()
			select {
			case <-timer.C:
				next.ServeHTTP(w, req)
			case <-req.Context().Done():
			}
		}
	})
}

func (r Rule) throttle(w http.ResponseWriter, operation string) {
	switch service, _, _ := strings.Cut(operation, "."); service {
	case "s3":
		writeS3(w, http.StatusServiceUnavailable, "SlowDown", "Please reduce your request rate.")
	case "v2":
		writeV2(w, http.StatusTooManyRequests, "TOOMANYREQUESTS", "too many requests")
	default:
		code, status := r.Code, r.Status
		if code == "" {
			code = "ThrottlingException"
		}
		awsjson.WriteError(w, &awsjson.Error{Status: status, Code: code, Message: "Rate exceeded"})
	}
}

func fail(w http.ResponseWriter, operation string) {
	switch service, _, _ := strings.Cut(operation, "."); service {
	case "s3":
		writeS3(w, http.StatusInternalServerError, "InternalError", "We encountered an internal error. Please try again.")
	case "v2":
		writeV2(w, http.StatusInternalServerError, "UNKNOWN", "unknown error")
	default:
		awsjson.WriteError(w, &awsjson.Error{Status: http.StatusInternalServerError, Code: "ServerException", Message: "internal failure"})
	}
}

func writeS3(w http.ResponseWriter, status int, code, message string) {
	w.Header().Set("Content-Type", "application/xml")
	w.WriteHeader(status)
	// The client may be gone.
	_, _ = w.Write([]byte(`<?xml version="1.0" encoding="UTF-8"?>` + "\n<Error><Code>" + code + "</Code><Message>" + message + "</Message></Error>"))
}

func writeV2(w http.ResponseWriter, status int, code, message string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write([]byte(`{"errors":[{"code":` + strconv.Quote(code) + `,"message":` + strconv.Quote(message) + `}]}`))
}

// reset ends the connection as a peer does that has crashed: without a farewell.
func reset(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler) // the next best
	}
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	_ = conn.Close()
}

// discard is where a reply goes that is lost.
type discard struct{ header http.Header }

func (d discard) Header() http.Header         { return d.header }
func (d discard) Write(p []byte) (int, error) { return len(p), nil }
func (d discard) WriteHeader(int)             {}

// A cutter resets the connection after some bytes of the body.
type cutter struct {
	http.ResponseWriter
	left  int64 // 0 before the first write if half the body is meant
	begun bool
}

// Unwrap lets http.ResponseController reach the connection.
func (c *cutter) Unwrap() http.ResponseWriter { return c.ResponseWriter }

// Write implements http.ResponseWriter.
func (c *cutter) Write(p []byte) (int, error) {
	if !c.begun && c.left == 0 {
		length, _ := strconv.ParseInt(c.Header().Get("Content-Length"), 10, 64)
		c.left = length / 2
	}
	c.begun = true
	if int64(len(p)) < c.left {
		n, err := c.ResponseWriter.Write(p)
		c.left -= int64(n)
		return n, err
	}
	_, _ = c.ResponseWriter.Write(p[:c.left])
	_ = http.NewResponseController(c.ResponseWriter).Flush()
	reset(c.ResponseWriter)
	panic(http.ErrAbortHandler)
}
