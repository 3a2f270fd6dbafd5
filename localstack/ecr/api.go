package ecr

import (
	"context"
	"net/http"
	"strings"

	"ecrmirror/localstack/awsjson"
)

const targetPrefix = "AmazonEC2ContainerRegistry_V20150921."

// maxBody is the greatest body of an API request, in bytes: a part of 20 MiB in
// base64 and enough over it to tell that a part is too large.
const maxBody = 40 << 20

// A call is what an operation knows of the request beside its input.
type call struct {
	awsjson.Caller
	host string // to which the client sent the request
}

type operation func(*Registry, call, *http.Request) (any, error)

// operations are all that the stand-in knows.
var operations = map[string]operation{
	"BatchCheckLayerAvailability": decoded((*Registry).batchCheckLayerAvailability),
	"BatchDeleteImage":            decoded((*Registry).batchDeleteImage),
	"BatchGetImage":               decoded((*Registry).batchGetImage),
	"CompleteLayerUpload":         decoded((*Registry).completeLayerUpload),
	"CreateRepository":            decoded((*Registry).createRepository),
	"DeleteRepository":            decoded((*Registry).deleteRepository),
	"DescribeImages":              decoded((*Registry).describeImages),
	"DescribeRepositories":        decoded((*Registry).describeRepositories),
	"GetAuthorizationToken":       decoded((*Registry).getAuthorizationToken),
	"GetDownloadUrlForLayer":      decoded((*Registry).getDownloadURLForLayer),
	"InitiateLayerUpload":         decoded((*Registry).initiateLayerUpload),
	"ListImages":                  decoded((*Registry).listImages),
	"PutImage":                    decoded((*Registry).putImage),
	"PutImageTagMutability":       decoded((*Registry).putImageTagMutability),
	"UploadLayerPart":             decoded((*Registry).uploadLayerPart),
}

// decoded makes an operation of a method that takes the decoded input.
func decoded[In, Out any](method func(*Registry, context.Context, call, In) (Out, error)) operation {
	return func(r *Registry, c call, req *http.Request) (any, error) {
		var in In
		if err := awsjson.Read(req, maxBody, &in); err != nil {
			return nil, err
		}
		return method(r, req.Context(), c, in)
	}
}

// ServeAPI answers a request to the ECR API in the awsJson1.1 protocol. Requests
// must be signed for the service "ecr" in a region; signatures are not verified.
func (r *Registry) ServeAPI(w http.ResponseWriter, req *http.Request) {
	out, err := r.answer(req)
	if err != nil {
		awsjson.WriteError(w, err)
		return
	}
	awsjson.Write(w, out)
}

func (r *Registry) answer(req *http.Request) (any, error) {
	name, ok := strings.CutPrefix(req.Header.Get("X-Amz-Target"), targetPrefix)
	op, known := operations[name]
	if !ok || !known || req.Method != http.MethodPost {
		return nil, awsjson.Errorf("UnknownOperationException", "The requested operation is not recognized by the service.")
	}
	r.opts.Stats.Call("ecr." + name)
	caller, err := awsjson.CallerOf(req, r.opts.Home)
	if err != nil {
		return nil, err
	}
	if caller.Service != "ecr" {
		return nil, awsjson.Errorf("InvalidSignatureException", "Credential should be scoped to correct service: 'ecr'.")
	}
	if !regionName.MatchString(caller.Region) {
		return nil, awsjson.Errorf("InvalidSignatureException", "Credential should be scoped to a valid region.")
	}
	return op(r, call{Caller: caller, host: req.Host}, req)
}
