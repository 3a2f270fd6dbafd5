package ecr

import (
	"net"
	"net/http"
	"strings"

	"ecrmirror/localstack/awsjson"
)

// ECR Public's registry has two hosts, the second by IPv4 and IPv6.
const (
	PublicHost          = "public.ecr.aws"
	PublicDualStackHost = "ecr-public.aws.com"
)

const (
	publicRegion = "public" // stands for a region, which repositories in ECR Public do not have
	publicPath   = "public" // begins the names of its repositories on hosts that are not its own
)

// PublicAlias returns the alias of an account's registry in ECR Public: the letter p
// and the account's id. AWS chooses one at random; accounts here have it from the start.
func PublicAlias(account string) string { return "p" + account }

// PublicARN returns the ARN of a resource of an account in ECR Public.
func PublicARN(account, resource string) string {
	return "arn:aws:ecr-public::" + account + ":" + resource
}

// public reports whether the registry is in ECR Public.
func (r registryID) public() bool { return r.Region == publicRegion }

// limitsOf returns the quotas of a registry.
func (r *Registry) limitsOf(id registryID) limits {
	if id.public() {
		return r.public
	}
	return r.limits
}

func isPublicHost(host string) bool {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	return strings.EqualFold(host, PublicHost) || strings.EqualFold(host, PublicDualStackHost)
}

// publicRepository returns the repository that ALIAS/NAME stands for: one of no
// account, which does not exist, if there is no such alias.
func publicRepository(path string) *repositoryID {
	alias, name, _ := strings.Cut(path, "/")
	account, ok := strings.CutPrefix(alias, PublicAlias(""))
	if !ok || !accountID.MatchString(account) {
		account, name = "", path
	}
	return &repositoryID{registryID: registryID{Account: account, Region: publicRegion}, Name: name}
}

// checkAlias refuses what is not the alias of the caller's account. Which registries an
// account may reach by another's alias is not documented; by account id it reaches all.
func checkAlias(alias, account string) error {
	if err := length("registryId", len(alias), 2, 50); err != nil {
		return err
	}
	if alias != PublicAlias(account) {
		return refuse("RegistryNotFoundException", "The registry with name '%s' does not exist", alias)
	}
	return nil
}

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
