package imagename

import (
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/opencontainers/go-digest"
	"go.podman.io/image/v5/docker/reference"
)

// An ECRRegistry is one private registry of Amazon ECR: that of an account in a
// region, and how its endpoints are to be reached.
type ECRRegistry struct {
	Account   string // 12 digits
	Region    string
	Partition string // "aws", "aws-cn", "aws-us-gov", ...
	FIPS      bool   // use the FIPS endpoints
	DualStack bool   // use the dual-stack (IPv4 and IPv6) endpoints
}

// partitions lists the registry host suffixes of each AWS partition. dualStack is
// "" where AWS documents none. aws-us-gov shares the suffixes of aws; its
// regions tell it apart.
// Source: endpoint metadata of the AWS SDKs and the ECS agent.
var partitions = []struct{ name, suffix, dualStack string }{
	{"aws", "amazonaws.com", "on.aws"},
	{"aws-us-gov", "amazonaws.com", "on.aws"},
	{"aws-cn", "amazonaws.com.cn", "on.amazonwebservices.com.cn"},
	{"aws-iso", "c2s.ic.gov", "on.aws.ic.gov"},
	{"aws-iso-b", "sc2s.sgov.gov", "on.aws.scloud"},
	{"aws-iso-e", "cloud.adc-e.uk", "on.cloud-aws.adc-e.uk"},
	{"aws-iso-f", "csp.hci.ic.gov", "on.aws.hci.ic.gov"},
	{"aws-eusc", "amazonaws.eu", ""},
}

var (
	accountPattern = regexp.MustCompile(`^[0-9]{12}$`)
	regionPattern  = regexp.MustCompile(`^[a-z]{2,}(-[a-z]+)+-[0-9]{1,2}$`)
	// repositoryPattern is ECR's own, see RepositoryName in its API model.
	repositoryPattern = regexp.MustCompile(`^(?:[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*/)*[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*$`)
	hostPattern       = regexp.MustCompile(`^([^.]+)\.dkr([.-])ecr(-fips)?\.([^.]+)\.(.+)$`)
)

// Host returns the registry's host name.
func (r ECRRegistry) Host() string {
	service, fips := ".dkr.ecr", ""
	if r.DualStack {
		service = ".dkr-ecr"
	}
	if r.FIPS {
		fips = "-fips"
	}
	suffix := ""
	for _, p := range partitions {
		if p.name == r.Partition {
			suffix = p.suffix
			if r.DualStack {
				suffix = p.dualStack
			}
		}
	}
	return r.Account + service + fips + "." + r.Region + "." + suffix
}

// looksLikeECR reports whether host is meant as a host of private ECR, well formed or not.
func looksLikeECR(host string) bool {
	if !strings.Contains(host, ".dkr.ecr") && !strings.Contains(host, ".dkr-ecr") {
		return false
	}
	for _, p := range partitions {
		if strings.HasSuffix(host, "."+p.suffix) || p.dualStack != "" && strings.HasSuffix(host, "."+p.dualStack) {
			return true
		}
	}
	return false
}

func parseECRHost(host string) (ECRRegistry, error) {
	m := hostPattern.FindStringSubmatch(host)
	if m == nil {
		return ECRRegistry{}, fmt.Errorf("ECR host %q is not ACCOUNT.dkr.ecr.REGION.SUFFIX", host)
	}
	r := ECRRegistry{Account: m[1], Region: m[4], FIPS: m[3] != "", DualStack: m[2] == "-"}
	for _, p := range partitions {
		suffix := p.suffix
		if r.DualStack {
			suffix = p.dualStack
		}
		if suffix == m[5] && strings.HasPrefix(r.Region, "us-gov-") == (p.name == "aws-us-gov") {
			r.Partition = p.name
		}
	}
	return r, r.check()
}

func (r ECRRegistry) check() error {
	switch {
	case !accountPattern.MatchString(r.Account):
		return fmt.Errorf("ECR account %q is not 12 digits", r.Account)
	case !regionPattern.MatchString(r.Region):
		return fmt.Errorf("%q is not an AWS region", r.Region)
	case r.Partition == "":
		return errors.New("no AWS partition has such an ECR host")
	}
	return nil
}

// checkECR applies ECR's own rules, which are stricter than those for other registries.
func (n Name) checkECR() error {
	switch {
	case len(n.Repository) < 2 || len(n.Repository) > 256 || !repositoryPattern.MatchString(n.Repository):
		return fmt.Errorf("ECR repository %q is not 2 to 256 characters of [a-z0-9._/-]", n.Repository)
	case n.Digest != "" && n.Digest.Algorithm() != digest.SHA256:
		return fmt.Errorf("digest %s: ECR knows sha256 only", n.Digest)
	}
	return nil
}

// parseARN parses REPOSITORY-ARN[:TAG][@DIGEST], the form that the ECR resolver
// for containerd writes after "ecr.aws/".
func parseARN(s string) (Name, error) {
	fields := strings.SplitN(s, ":", 6)
	if len(fields) != 6 || fields[0] != "arn" || fields[2] != "ecr" {
		return Name{}, errors.New("ecr.aws/ is not followed by arn:PARTITION:ecr:REGION:ACCOUNT:repository/NAME")
	}
	rest, ok := strings.CutPrefix(fields[5], "repository/")
	if !ok || rest == "" {
		return Name{}, errors.New("the ARN does not name a repository; it must end repository/NAME")
	}
	registry := ECRRegistry{Partition: fields[1], Region: fields[3], Account: fields[4]}
	if err := registry.check(); err != nil {
		return Name{}, err
	}
	if !knownPartition(registry.Partition) {
		return Name{}, fmt.Errorf("the ARN's partition %q is not known", registry.Partition)
	}
	// The host has no upper-case letters and a dot, so this can't be taken for Docker Hub.
	named, err := reference.ParseNormalizedNamed(registry.Host() + "/" + rest)
	if err != nil {
		return Name{}, err
	}
	return parseRegistry(named.String())
}

func knownPartition(name string) bool {
	for _, p := range partitions {
		if p.name == name {
			return true
		}
	}
	return false
}
