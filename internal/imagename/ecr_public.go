package imagename

import (
	"fmt"
	"strings"

	"github.com/opencontainers/go-digest"
)

// publicHost is ECR Public's registry; publicDualStackHost is the same one, by IPv4 and IPv6.
const (
	publicHost          = "public.ecr.aws"
	publicDualStackHost = "ecr-public.aws.com"
)

// SplitAlias splits the repository of a name of kind ECRPublic, ALIAS/NAME, into the alias of
// its registry and the repository's name within that.
func (n Name) SplitAlias() (alias, repository string) {
	alias, repository, _ = strings.Cut(n.Repository, "/")
	return alias, repository
}

// checkECRPublic applies ECR Public's rules: those of its API model on lengths, and ECR's own on
// what repositories are called.
func (n Name) checkECRPublic() error {
	alias, repository := n.SplitAlias()
	switch {
	case repository == "":
		return fmt.Errorf("ECR Public image without a registry alias; write %s/ALIAS/NAME:TAG", n.Host)
	case len(alias) < 2 || len(alias) > 50:
		return fmt.Errorf("ECR Public alias %q is not 2 to 50 characters", alias)
	case len(repository) < 2 || len(repository) > 205 || !repositoryPattern.MatchString(repository):
		return fmt.Errorf("ECR Public repository %q is not 2 to 205 characters of [a-z0-9._/-]", repository)
	case n.Digest != "" && n.Digest.Algorithm() != digest.SHA256:
		return fmt.Errorf("digest %s: ECR Public knows sha256 only", n.Digest)
	}
	return nil
}
