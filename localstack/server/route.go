package server

import (
	"encoding/json"
	"net/http"
	"strings"

	"ecrmirror/localstack/awsjson"
	"ecrmirror/localstack/awsquery"
	"ecrmirror/localstack/batch"
	"ecrmirror/localstack/cloudwatch"
	"ecrmirror/localstack/ecr"
	"ecrmirror/localstack/lambda"
	"ecrmirror/localstack/sts"
)

// handler routes all requests: the registry's and the stand-in's own by path, AWS's by protocol.
func (s *Server) handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("/v2/", s.ecr.ServeV2)
	mux.HandleFunc(ecr.BlobPrefix, s.ecr.ServeBlob)
	mux.Handle("/", s.recovered(s.authenticated(http.HandlerFunc(s.serveAWS))))
	own := http.NewServeMux()
	own.HandleFunc("GET /_localstack/health", s.serveHealth)
	own.HandleFunc("GET "+credentialsPath+"{role}", s.serveCredentials)
	own.Handle("/_localstack/stats", &s.stats)
	own.Handle("/_localstack/jobs/", s.batch.Inspector())
	own.Handle("/", s.opts.Wrap(mux, s.operationName))
	return own
}

// serveAWS answers AWS's protocols: JSON by X-Amz-Target, REST by path, Query by form.
func (s *Server) serveAWS(w http.ResponseWriter, r *http.Request) {
	switch spoken := protocolOf(r); {
	case r.Header.Get("X-Amz-Target") != "":
		s.serveTarget(w, r, r.Header.Get("X-Amz-Target"))
	case spoken == queryProtocol:
		s.serveQuery(w, r)
	case spoken == restProtocol && signedFor(r, "batch"):
		s.stats.Call("batch." + batch.OperationName(r))
		if s.authorized(w, r, batch.OperationName(r), s.batch.Access) {
			s.batch.ServeHTTP(w, r)
		}
	case strings.HasPrefix(r.URL.Path, cloudwatch.PathPrefix) && signedFor(r, "monitoring"):
		s.serveNamed(w, r, "monitoring."+cloudwatch.OperationName(r),
			target{handler: s.cloudwatch, access: anything("cloudwatch")})
	case strings.HasPrefix(r.URL.Path, lambda.PathPrefix) && signedFor(r, "lambda"):
		s.serveNamed(w, r, "lambda."+lambda.OperationName(r), target{handler: s.lambda, access: anything("lambda")})
	default:
		awsjson.WriteError(w, s.unknown(r))
	}
}

// serveNamed counts a call and answers it, where the caller may make it.
func (s *Server) serveNamed(w http.ResponseWriter, r *http.Request, name string, to target) {
	s.stats.Call(name)
	_, operation, _ := strings.Cut(name, ".")
	if s.authorized(w, r, operation, to.access) {
		to.handler.ServeHTTP(w, r)
	}
}

func (s *Server) serveTarget(w http.ResponseWriter, r *http.Request, name string) {
	prefix, operation, _ := strings.Cut(name, ".")
	to, ok := s.targets()[prefix]
	if !ok || r.Method != http.MethodPost {
		awsjson.WriteError(w, s.unknown(r))
		return
	}
	if to.name != "" {
		s.stats.Call(to.name + "." + operation)
		if !signedFor(r, to.name) {
			awsjson.WriteError(w,
				awsjson.Errorf("InvalidSignatureException", "Credential should be scoped to correct service: '%s'.",
					to.name))
			return
		}
	}
	if !s.authorized(w, r, operation, to.access) {
		if to.name == "" {
			s.stats.Call(s.operationName(r))
		}
		return
	}
	to.handler.ServeHTTP(w, r)
}

// serveQuery answers the Query protocol, whose requests tell their service by the signature alone.
func (s *Server) serveQuery(w http.ResponseWriter, r *http.Request) {
	switch c, err := awsjson.CallerOf(r, s.opts.Account); {
	case err != nil || c.Service == "sts":
		s.stats.Call("sts." + r.FormValue("Action"))
		s.sts.ServeHTTP(w, r)
	case c.Service == "iam":
		s.serveIAM(w, r)
	case c.Service == "cloudformation":
		form, _ := awsquery.Read(r, maxBody) // one that is malformed has no action
		s.serveNamed(w, r, "cloudformation."+form.Text("Action"),
			target{handler: s.cloudformation, access: anything("cloudformation")})
	default:
		sts.WriteError(w, s.unknown(r))
	}
}

// signedFor tells whether the request is signed for the service, or not at all:
// then the service refuses it.
func signedFor(r *http.Request, service string) bool {
	c, err := awsjson.CallerOf(r, "")
	return err != nil || c.Service == service
}

// unknown is the answer to a request for a service that is not here.
func (s *Server) unknown(r *http.Request) error {
	c, err := awsjson.CallerOf(r, s.opts.Account)
	if err != nil {
		return err
	}
	return &awsjson.Error{
		Status: http.StatusNotImplemented, Code: "NotImplemented",
		Message: "localstack does not have the service " + c.Service + " (or not " + r.Method + " " + r.URL.Path +
			" of it); it has batch, cloudformation, dynamodb, ecr, ecr-public, events, iam, kms, lambda, logs," +
			" monitoring, secretsmanager, sqs, ssm and sts",
	}
}

// serveHealth answers as soon as the server is seeded, for clients; until then nobody knows its address.
func (s *Server) serveHealth(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(map[string]string{
		"status": "ready", "account": s.opts.Account, "region": s.opts.Region,
	})
}
