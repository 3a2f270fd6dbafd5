package server

import (
	"errors"
	"fmt"
	"net/http"
	"runtime/debug"

	"ecrmirror/localstack/awsjson"
)

// recovered turns a panic in next into an InternalFailure, if the reply has not
// begun, and else into a broken connection. (Outside of it, net/http does the latter.)
func (s *Server) recovered(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		reply := &beginning{ResponseWriter: w}
		defer func() {
			why := recover()
			if why == nil {
				return
			}
			if err, ok := why.(error); reply.begun || ok && errors.Is(err, http.ErrAbortHandler) {
				panic(why)
			}
			s.opts.Log.Error("handler panicked", "method", r.Method, "path", r.URL.Path, "panic", why, "stack",
				string(debug.Stack()))
			awsjson.WriteError(w, &awsjson.Error{
				Status: http.StatusInternalServerError, Code: "InternalFailure",
				Message: fmt.Sprint("localstack panicked: ", why),
			})
		}()
		next.ServeHTTP(reply, r)
	})
}

// beginning notes whether a reply has begun.
type beginning struct {
	http.ResponseWriter
	begun bool
}

func (b *beginning) WriteHeader(status int) {
	b.begun = true
	b.ResponseWriter.WriteHeader(status)
}

func (b *beginning) Write(p []byte) (int, error) {
	b.begun = true
	return b.ResponseWriter.Write(p)
}

// Unwrap is for http.ResponseController.
func (b *beginning) Unwrap() http.ResponseWriter { return b.ResponseWriter }
