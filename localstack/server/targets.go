package server

import (
	"cmp"
	"net/http"
	"strings"

	"ecrmirror/localstack/batch"
	"ecrmirror/localstack/ecr"
	"ecrmirror/localstack/ecrpublic"
)

// operationName returns what the statistics call a request, as far as that can be told
// from its header; "" for other requests.
func (s *Server) operationName(r *http.Request) string {
	if name := cmp.Or(ecr.OperationName(r), ecrpublic.OperationName(r)); name != "" {
		return name
	}
	prefix, operation, _ := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
	if to, ok := s.targets()[prefix]; ok {
		return to.name + "." + operation
	}
	if strings.HasPrefix(r.URL.Path, batch.PathPrefix) {
		return "batch." + batch.OperationName(r)
	}
	return ""
}

// targets maps what X-Amz-Target starts with to the service's name, in signatures and
// in the statistics, and its handler. A service without a name looks at the signature,
// and counts, by itself.
func (s *Server) targets() map[string]target {
	return map[string]target{
		"AmazonEC2ContainerRegistry_V20150921": {"", http.HandlerFunc(s.ecr.ServeAPI), s.ecr.Access},
		ecrpublic.TargetPrefix:                 {"", s.ecrPublic, s.ecr.PublicAccess},
		"DynamoDB_20120810":                    {"dynamodb", s.dynamodb, s.dynamodb.Access},
		"AmazonSQS":                            {"sqs", s.sqs, anything("sqs")},
		"AmazonSSM":                            {"ssm", s.ssm, s.ssm.Access},
		"AWSEvents":                            {"events", s.events, anything("events")},
		"GraniteServiceVersion20100801":        {"monitoring", s.cloudwatch, anything("cloudwatch")},
		"Logs_20140328":                        {"logs", s.logs, anything("logs")},
		"TrentService":                         {"kms", s.kms, s.kms.Access},
		"secretsmanager":                       {"secretsmanager", s.secrets, s.secrets.Access},
	}
}

type target struct {
	name    string
	handler http.Handler
	access  accessor
}
