package ecr

import (
	"encoding/json"
	"strings"

	"ecrmirror/localstack/awsjson"
	"ecrmirror/localstack/iam"
)

// policyName names a repository's policy in decisions.
const policyName = "RepositoryPolicy"

// An accessInput is what of a request's input says which repositories it is about.
type accessInput struct {
	target
	Names      []string          `json:"repositoryNames"`
	ARN        string            `json:"resourceArn"`
	Tags       []json.RawMessage `json:"tags"`
	Encryption encryption        `json:"encryptionConfiguration"`
}

// Access returns what a call of ECR's API takes, given its body: the action of the
// operation's name, on the repository; for tags at creation those to tag as well.
//
// Source: Service Authorization Reference, Amazon Elastic Container Registry.
func (r *Registry) Access(c awsjson.Caller, operation string, body []byte) ([]iam.Access, error) {
	return r.access("ecr:", c, operation, body)
}

// PublicAccess is [Registry.Access] for ECR Public's API. Its tokens take
// sts:GetServiceBearerToken besides.
//
// Source: Service Authorization Reference, Amazon Elastic Container Registry Public.
func (r *Registry) PublicAccess(c awsjson.Caller, operation string, body []byte) ([]iam.Access, error) {
	c.Region = publicRegion
	list, err := r.access("ecr-public:", c, operation, body)
	if operation == "GetAuthorizationToken" {
		list = append(list, iam.Access{Action: "sts:GetServiceBearerToken", Resource: "*"})
	}
	return list, err
}

func (r *Registry) access(service string, c awsjson.Caller, operation string, body []byte) ([]iam.Access, error) {
	action := service + operation
	if operation == "GetAuthorizationToken" || operation == "DescribeRegistries" {
		return []iam.Access{{Action: action, Resource: "*"}}, nil
	}
	var in accessInput
	if err := json.Unmarshal(awsjson.WithoutBlob(body, "layerPartBlob"), &in); err != nil && len(body) > 0 {
		return nil, awsjson.Errorf("SerializationException", "%v", err)
	}
	if in.ARN != "" {
		return []iam.Access{r.accessByARN(action, in.ARN)}, nil
	}
	names := in.Names
	if in.RepositoryName != nil {
		names = append(names, *in.RepositoryName)
	}
	if len(names) == 0 {
		names = []string{"*"} // all of the registry's
	}
	registry := registryID{Account: c.Account, Region: c.Region}
	if in.RegistryID != nil && accountID.MatchString(*in.RegistryID) && operation != "CreateRepository" {
		registry.Account = *in.RegistryID
	}
	var list []iam.Access
	for _, name := range names {
		id := repositoryID{registry, name}
		list = append(list, r.accessTo(action, id))
		if operation == "ListImageReferrers" {
			// The API reference names this permission; refusals name that of the operation's name. Here both are taken.
			list = append(list, r.accessTo(service+"BatchGetImage", id))
		}
		if operation == "CreateRepository" && len(in.Tags) > 0 {
			list = append(list, r.accessTo(service+"TagResource", id))
		}
		if operation == "CreateRepository" {
			list = append(list, in.Encryption.access(c)...)
		}
	}
	return list, nil
}

// access returns what it takes to encrypt a new repository: nothing, unless it is with a key
// of the user's, which ECR uses as whoever creates the repository. Here an alias stands for a
// key of an id that nobody knows.
//
// Source: Amazon ECR User Guide, "Encryption at rest".
func (e encryption) access(c awsjson.Caller) []iam.Access {
	key := e.Key
	if key == "" {
		return nil
	}
	keys := map[string][]string{"kms:ViaService": {"ecr." + c.Region + ".amazonaws.com"}}
	name := key[strings.LastIndex(key, ":")+1:]
	switch {
	case strings.HasPrefix(name, "alias/"):
		keys["kms:ResourceAliases"] = []string{name}
		key = c.ARN("kms", "key/00000000-0000-4000-8000-000000000000")
	case !strings.HasPrefix(key, "arn:"):
		key = c.ARN("kms", "key/"+strings.TrimPrefix(key, "key/"))
	}
	return []iam.Access{
		{Action: "kms:DescribeKey", Resource: key, Account: strings.Split(key, ":")[4], Keys: keys},
		{Action: "kms:CreateGrant", Resource: key, Account: strings.Split(key, ":")[4], Keys: keys},
	}
}

// accessTo returns an action on a repository, with the repository's policy.
func (r *Registry) accessTo(action string, id repositoryID) iam.Access {
	return iam.Access{Action: action, Resource: id.arn(), Account: id.Account, Policy: r.repositoryPolicy(id)}
}

// accessByARN returns an action on the repository of an ARN, whatever the caller's region is.
func (r *Registry) accessByARN(action, arn string) iam.Access {
	parts := strings.SplitN(arn, ":", 6)
	if len(parts) != 6 {
		return iam.Access{Action: action, Resource: arn}
	}
	id := repositoryID{registryID{Account: parts[4], Region: parts[3]}, strings.TrimPrefix(parts[5], "repository/")}
	return iam.Access{Action: action, Resource: arn, Account: id.Account, Policy: r.repositoryPolicy(id)}
}

// repositoryPolicy returns a repository's policy, nil if it has none.
func (r *Registry) repositoryPolicy(id repositoryID) *iam.Policy {
	r.mu.Lock()
	defer r.mu.Unlock()
	repo := r.repositories[id]
	if repo == nil || repo.policy == "" {
		return nil
	}
	p, _ := iam.Parse(policyName, repo.policy) // checkPolicy has had it parsed before
	return p
}
