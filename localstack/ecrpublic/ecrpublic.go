// Package ecrpublic is a strict stand-in for the API of Amazon ECR Public. It serves the
// repositories that package ecr keeps for it, by the rules of private ECR except where
// ECR Public has its own: longer lists of errors, shorter names, smaller quotas, and no
// immutable tags, scans or KMS keys. What it does not have, the operations on catalog
// data and on repositories' policies, is refused as unknown.
//
// An account's registry has one alias, [ecr.PublicAlias]. Where the model takes an
// alias for a registryId, that of the caller's account is good and any other a
// RegistryNotFoundException. Images are pulled, and pushed too, under /v2/ of
// [ecr.Registry.ServeV2]: ALIAS/NAME on the host public.ecr.aws, public/ALIAS/NAME on
// any other.
package ecrpublic

import (
	"net/http"
	"strings"
	"time"

	"ecrmirror/localstack/awsjson"
	"ecrmirror/localstack/ecr"
	"ecrmirror/localstack/stats"
)

// TargetPrefix begins X-Amz-Target.
const TargetPrefix = "SpencerFrontendService"

const (
	region  = "us-east-1" // the only one with the API
	service = "ecr-public"
)

// Options say how a [Service] behaves.
type Options struct {
	// Home is the account, of 12 digits, of callers whose access key id is not an
	// account id.
	Home string
	// Registry keeps the repositories.
	Registry *ecr.Registry
	// Stats counts calls: "ecrpublic.PutImage".
	Stats *stats.Counter
	// Now tells the time; nil is [time.Now].
	Now func() time.Time
}

// A Service is ECR Public's API for all accounts. It is safe for concurrent use.
type Service struct{ opts Options }

// New returns a service.
func New(opts Options) *Service {
	if opts.Now == nil {
		opts.Now = time.Now
	}
	return &Service{opts: opts}
}

// OperationName returns what the statistics call a request to the API,
// "ecrpublic.PutImage"; "" for other requests.
func OperationName(req *http.Request) string {
	prefix, operation, ok := strings.Cut(req.Header.Get("X-Amz-Target"), ".")
	if !ok || prefix != TargetPrefix {
		return ""
	}
	return "ecrpublic." + operation
}

// ServeHTTP answers a request in the awsJson1.1 protocol. Requests must be signed for
// the service "ecr-public" in us-east-1; signatures are not verified.
func (s *Service) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	out, err := s.answer(req)
	awsjson.Reply(w, out, err)
}

func (s *Service) answer(req *http.Request) (any, error) {
	name := OperationName(req)
	if name == "" || req.Method != http.MethodPost {
		return nil, awsjson.Errorf("UnknownOperationException",
			"The requested operation is not recognized by the service.")
	}
	s.opts.Stats.Call(name)
	caller, err := awsjson.CallerOf(req, s.opts.Home)
	switch {
	case err != nil:
		return nil, err
	case caller.Service != service:
		return nil, awsjson.Errorf("InvalidSignatureException", "Credential should be scoped to correct service: '%s'.",
			service)
	case caller.Region != region:
		return nil, awsjson.Errorf("UnsupportedCommandException",
			"The action isn't supported in the region %s.", caller.Region)
	}
	switch strings.TrimPrefix(name, "ecrpublic.") {
	case "DescribeRegistries":
		return s.registries(req, caller)
	case "GetAuthorizationToken":
		return s.token(caller)
	}
	return s.opts.Registry.DoPublic(req, caller, strings.TrimPrefix(name, "ecrpublic."))
}
