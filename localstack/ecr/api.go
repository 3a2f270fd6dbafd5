package ecr

import (
	"context"
	"net/http"
	"strings"

	"ecrmirror/localstack/awsjson"
)

const targetPrefix = "AmazonEC2ContainerRegistry_V20150921."

type operation func(*Registry, call, *http.Request) (any, error)

// operations are all that the stand-in knows.
var operations = map[string]operation{
	"BatchCheckLayerAvailability":   decoded((*Registry).batchCheckLayerAvailability),
	"BatchDeleteImage":              decoded((*Registry).batchDeleteImage),
	"BatchGetImage":                 decoded((*Registry).batchGetImage),
	"CompleteLayerUpload":           decoded((*Registry).completeLayerUpload),
	"CreateRepository":              decoded((*Registry).createRepository),
	"DeleteLifecyclePolicy":         decoded((*Registry).deleteLifecyclePolicy),
	"DeleteRepository":              decoded((*Registry).deleteRepository),
	"DeleteRepositoryPolicy":        decoded((*Registry).deleteRepositoryPolicy),
	"DescribeImageScanFindings":     decoded((*Registry).describeImageScanFindings),
	"DescribeImages":                decoded((*Registry).describeImages),
	"DescribeRepositories":          decoded((*Registry).describeRepositories),
	"GetAuthorizationToken":         decoded((*Registry).getAuthorizationToken),
	"GetDownloadUrlForLayer":        decoded((*Registry).getDownloadURLForLayer),
	"GetLifecyclePolicy":            decoded((*Registry).getLifecyclePolicy),
	"GetRepositoryPolicy":           decoded((*Registry).getRepositoryPolicy),
	"InitiateLayerUpload":           decoded((*Registry).initiateLayerUpload),
	"ListImageReferrers":            decoded((*Registry).listImageReferrers),
	"ListImages":                    decoded((*Registry).listImages),
	"ListTagsForResource":           decoded((*Registry).listTagsForResource),
	"PutImage":                      decoded((*Registry).putImage),
	"PutImageScanningConfiguration": decoded((*Registry).putImageScanningConfiguration),
	"PutImageTagMutability":         decoded((*Registry).putImageTagMutability),
	"PutLifecyclePolicy":            decoded((*Registry).putLifecyclePolicy),
	"SetRepositoryPolicy":           decoded((*Registry).setRepositoryPolicy),
	"StartImageScan":                decoded((*Registry).startImageScan),
	"TagResource":                   decoded((*Registry).tagResource),
	"UntagResource":                 decoded((*Registry).untagResource),
	"UpdateImageStorageClass":       decoded((*Registry).updateImageStorageClass),
	"UploadLayerPart":               (*Registry).receivePart,
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
		return nil, unrecognized()
	}
	r.opts.Stats.Call("ecr." + name)
	caller, err := awsjson.CallerOf(req, r.opts.Home)
	if err != nil {
		return nil, err
	}
	if caller.Service != "ecr" {
		return nil, awsjson.Errorf("InvalidSignatureException",
			"Credential should be scoped to correct service: 'ecr'.")
	}
	if !regionName.MatchString(caller.Region) {
		return nil, awsjson.Errorf("InvalidSignatureException", "Credential should be scoped to a valid region.")
	}
	return op(r, call{Caller: caller, host: req.Host}, req)
}
