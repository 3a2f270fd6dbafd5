package ecr

import (
	"crypto/sha256"
	"encoding/hex"
	"net"
	"strings"

	"ecrmirror/localstack/store"
)

// A registryID names a registry: every account has one in every region, and one in
// ECR Public, as if that were the region publicRegion.
type registryID struct{ Account, Region string }

// A repositoryID names a repository in all of ECR.
type repositoryID struct {
	registryID
	Name string
}

// String returns ACCOUNT/REGION/NAME, or public/ALIAS/NAME in ECR Public.
func (id repositoryID) String() string {
	if id.public() {
		return publicPath + "/" + PublicAlias(id.Account) + "/" + id.Name
	}
	return id.Account + "/" + id.Region + "/" + id.Name
}

// storage is the repository's name in the store: the same, unless ECR allows a
// name that is too long for it, as it does in private registries only.
func (id repositoryID) storage() string {
	if name := id.String(); len(name) <= store.MaxName {
		return name
	}
	sum := sha256.Sum256([]byte(id.Name))
	return id.Account + "/" + id.Region + "/" + hex.EncodeToString(sum[:])
}

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
