package server

import (
	"encoding/xml"
	"net/http"

	"ecrmirror/localstack/awsjson"
	"ecrmirror/localstack/iam"
	"ecrmirror/localstack/sts"
)

// serveIAM answers a request to IAM.
func (s *Server) serveIAM(w http.ResponseWriter, r *http.Request) {
	action := r.FormValue("Action")
	s.stats.Call("iam." + action)
	access := func(c awsjson.Caller, _ string, _ []byte) ([]iam.Access, error) { return s.iam.Access(c, r.Form), nil }
	if !s.authorized(w, r, action, access) {
		return
	}
	c, err := awsjson.CallerOf(r, s.opts.Account)
	if err != nil {
		sts.WriteError(w, err)
		return
	}
	out, err := s.iam.Answer(c, r.Form)
	if err != nil {
		sts.WriteError(w, err)
		return
	}
	w.Header().Set("Content-Type", "text/xml")
	_ = xml.NewEncoder(w).Encode(out) // an error means the client is gone
}
