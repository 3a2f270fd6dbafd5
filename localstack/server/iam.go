package server

import (
	"net/http"

	"ecrmirror/localstack/awsjson"
	"ecrmirror/localstack/awsquery"
	"ecrmirror/localstack/iam"
	"ecrmirror/localstack/sts"
)

// serveIAM answers a request to IAM.
func (s *Server) serveIAM(w http.ResponseWriter, r *http.Request) {
	action := r.FormValue("Action")
	s.stats.Call("iam." + action)
	form := awsquery.FormOf(r.Form)
	access := func(c awsjson.Caller, _ string, _ []byte) ([]iam.Access, error) { return s.iam.Access(c, form), nil }
	if !s.authorized(w, r, action, access) {
		return
	}
	c, err := awsjson.CallerOf(r, s.opts.Account)
	if err != nil {
		sts.WriteError(w, err)
		return
	}
	s.iam.Answer(w, c, form)
}
