package server

import (
	"net/http"

	"ecrmirror/localstack/awsjson"
	"ecrmirror/localstack/iam"
)

// An accessor tells what an operation takes, given the body of the request.
type accessor func(c awsjson.Caller, operation string, body []byte) ([]iam.Access, error)

// anything tells that an operation of a service takes the action of its name, on anything: for services that
// nobody of the deployment calls. Who may do it to some things alone may not do it.
func anything(service string) accessor {
	return func(_ awsjson.Caller, operation string, _ []byte) ([]iam.Access, error) {
		return []iam.Access{{Action: service + ":" + operation, Resource: "*"}}, nil
	}
}

// authorized tells whether the caller may do what the operation takes, or answers that
// it may not.
func (s *Server) authorized(w http.ResponseWriter, r *http.Request, operation string, of accessor) bool {
	err := s.authorize(r, operation, of)
	if err != nil {
		s.refuse(w, r, err)
	}
	return err == nil
}

func (s *Server) authorize(r *http.Request, operation string, of accessor) error {
	c, err := awsjson.CallerOf(r, s.opts.Account)
	if err != nil {
		return err
	}
	body, err := awsjson.Body(r, maxBody)
	if err != nil {
		return err
	}
	list, err := of(c, operation, body)
	if err != nil {
		return err
	}
	for _, access := range list {
		if err := s.allow(c.Principal, c.Region, access); err != nil {
			return err
		}
	}
	return nil
}

// allow returns an [*identity.Denied] unless the principal may have an access in a region.
func (s *Server) allow(p iam.Principal, region string, a iam.Access) error {
	request := a.Request(p)
	keys := map[string][]string{"aws:RequestedRegion": {region}}
	for key, values := range a.Keys {
		keys[key] = values
	}
	request.Keys = keys
	return s.identities.Authorize(request, a.Policy)
}
