package ecr

import (
	"net/http"

	"ecrmirror/localstack/awsjson"
)

// publicOperations are ECR Public's operations on repositories and images.
var publicOperations = map[string]operation{
	"BatchCheckLayerAvailability": aliased(decoded((*Registry).batchCheckLayerAvailability)),
	"BatchDeleteImage":            aliased(decoded((*Registry).batchDeleteImage)),
	"CompleteLayerUpload":         aliased(decoded((*Registry).completeLayerUpload)),
	"CreateRepository":            decoded((*Registry).createPublicRepository),
	"DeleteRepository":            decoded((*Registry).deleteRepository),
	"DescribeImageTags":           decoded((*Registry).describeImageTags),
	"DescribeImages":              decoded((*Registry).describeImages),
	"DescribeRepositories":        decoded((*Registry).describeRepositories),
	"InitiateLayerUpload":         aliased(decoded((*Registry).initiateLayerUpload)),
	"ListTagsForResource":         decoded((*Registry).listTagsForResource),
	"PutImage":                    aliased(decoded((*Registry).putImage)),
	"TagResource":                 decoded((*Registry).tagResource),
	"UntagResource":               decoded((*Registry).untagResource),
	"UploadLayerPart":             aliased((*Registry).receivePart),
}

// aliased makes an operation take the alias of a registry for its id.
func aliased(op operation) operation {
	return func(r *Registry, c call, req *http.Request) (any, error) {
		c.alias = true
		return op(r, c, req)
	}
}

// DoPublic runs an operation of ECR Public on repositories or images, for a caller who
// has been found and whose region does not matter, and returns what to answer with. An
// operation that is not one is an UnknownOperationException.
func (r *Registry) DoPublic(req *http.Request, caller awsjson.Caller, name string) (any, error) {
	op, ok := publicOperations[name]
	if !ok {
		return nil, unrecognized()
	}
	caller.Region = publicRegion
	return op(r, call{Caller: caller, host: req.Host}, req)
}
