package server

import (
	"net/http"
	"time"

	"ecrmirror/localstack/awsjson"
	"ecrmirror/localstack/sigv4"
)

// maxBody is the greatest body of a request, in bytes: the greatest part of a layer that
// ECR reads, see package ecr.
const maxBody = 40 << 20

// authenticated lets requests through that were signed by somebody who is known. The
// services find the caller by [awsjson.CallerOf], and the body without reading it again.
func (s *Server) authenticated(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		release, err := s.bodies.Hold(r, maxBody)
		if err != nil {
			s.refuse(w, r, err)
			return
		}
		defer release()
		caller, err := s.authenticate(r, s.clock(w))
		if err != nil {
			if name := s.operationName(r); name != "" {
				s.stats.Call(name)
			}
			s.refuse(w, r, err)
			return
		}
		next.ServeHTTP(w, awsjson.WithCaller(r, caller))
	})
}

// clock is the time by which an answer is given: that of its header, if a fault has set it.
func (s *Server) clock(w http.ResponseWriter) time.Time {
	if date, err := http.ParseTime(w.Header().Get("Date")); err == nil {
		return date
	}
	return s.opts.Now()
}

// authenticate returns whose key a request is signed with.
func (s *Server) authenticate(r *http.Request, now time.Time) (awsjson.Caller, error) {
	signature, err := sigv4.Parse(r)
	if err != nil {
		return awsjson.Caller{}, err
	}
	key, known := s.identities.Key(signature.KeyID, awsjson.Partition(signature.Region))
	switch {
	case !known, key.Token != r.Header.Get("X-Amz-Security-Token"):
		return awsjson.Caller{}, errUnknownKey
	case !key.Expires.IsZero() && now.After(key.Expires):
		return awsjson.Caller{}, errExpired
	}
	if !s.opts.AnySignature {
		body, err := awsjson.Body(r, maxBody)
		if err != nil {
			return awsjson.Caller{}, err
		}
		if err := signature.Verify(r, body, key.Secret, key.Token, now); err != nil {
			return awsjson.Caller{}, err
		}
	}
	return awsjson.Caller{
		Account: key.Principal.Account, Region: signature.Region, Service: signature.Service, KeyID: signature.KeyID,
		Principal: key.Principal,
	}, nil
}

// A keyError is what is wrong with a key. The texts are AWS's.
type keyError string

const (
	errUnknownKey keyError = "The security token included in the request is invalid."
	errExpired    keyError = "The security token included in the request is expired"
)

func (e keyError) Error() string { return string(e) }
