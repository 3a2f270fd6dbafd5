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

// partitions lists, of each AWS partition, how its regions' names begin, and the
// suffixes of its registry hosts; dualStack is "" where AWS documents none. What
// begins otherwise, as regions newer than this list do, is in the last.
// Source: endpoint metadata of the AWS SDKs and the ECS agent.
var partitions = []struct{ name, regions, suffix, dualStack string }{
	{"aws-us-gov", "us-gov-", "amazonaws.com", "on.aws"},
	{"aws-cn", "cn-", "amazonaws.com.cn", "on.amazonwebservices.com.cn"},
	{"aws-iso", "us-iso-", "c2s.ic.gov", "on.aws.ic.gov"},
	{"aws-iso-b", "us-isob-", "sc2s.sgov.gov", "on.aws.scloud"},
	{"aws-iso-e", "eu-isoe-", "cloud.adc-e.uk", "on.cloud-aws.adc-e.uk"},
	{"aws-iso-f", "us-isof-", "csp.hci.ic.gov", "on.aws.hci.ic.gov"},
	{"aws-eusc", "eusc-", "amazonaws.eu", ""},
	{"aws", "", "amazonaws.com", "on.aws"},
}

// Partition returns the AWS partition that a region belongs to by its name.
func Partition(region string) string {
	for _, p := range partitions {
		if strings.HasPrefix(region, p.regions) {
			return p.name
		}
	}
	return ""
}

var (
	accountPattern = regexp.MustCompile(`^[0-9]{12}$`)
	regionPattern  = regexp.MustCompile(`^[a-z]{2,}(-[a-z]+)+-[0-9]{1,2}$`)
	// repositoryPattern is ECR's own, see RepositoryName in its API model.
	repositoryPattern = regexp.MustCompile(
		`^(?:[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*/)*[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*$`)
	hostPattern = regexp.MustCompile(`^([^.]+)\.dkr([.-])ecr(-fips)?\.([^.]+)\.(.+)$`)
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

// looksLikeECR reports whether host, with or without a port, is meant as a host of
// private ECR, well formed or not.
func looksLikeECR(host string) bool {
	host, _, _ = strings.Cut(strings.ToLower(host), ":")
	if !strings.Contains(host, ".dkr.ecr") && !strings.Contains(host, ".dkr-ecr") {
		return false
	}
	if strings.HasSuffix(host, ".amazonwebservices.eu") { // aws-eusc's dual-stack hosts, whose form is not known
		return true
	}
	for _, p := range partitions {
		if strings.HasSuffix(host, "."+p.suffix) || p.dualStack != "" && strings.HasSuffix(host, "."+p.dualStack) {
			return true
		}
	}
	return false
}

// parseECRHost parses a host of private ECR, which is the same in upper and lower case.
func parseECRHost(host string) (ECRRegistry, error) {
	m := hostPattern.FindStringSubmatch(strings.ToLower(host))
	if m == nil || strings.Contains(host, ":") {
		return ECRRegistry{}, fmt.Errorf("ECR host %q is not ACCOUNT.dkr.ecr.REGION.SUFFIX", host)
	}
	r := ECRRegistry{Account: m[1], Region: m[4], FIPS: m[3] != "", DualStack: m[2] == "-"}
	r.Partition = Partition(r.Region)
	if err := r.check(); err != nil {
		return ECRRegistry{}, err
	}
	want := r.Host()
	if strings.HasSuffix(want, ".") {
		return ECRRegistry{}, fmt.Errorf("AWS documents no dual-stack ECR host in partition %s; use %s",
			r.Partition, ECRRegistry{Account: r.Account, Region: r.Region, Partition: r.Partition, FIPS: r.FIPS}.Host())
	}
	if want != strings.ToLower(host) {
		return ECRRegistry{}, fmt.Errorf(
			"there is no ECR host %q in region %s, partition %s", host, r.Region, r.Partition)
	}
	return r, nil
}

func (r ECRRegistry) check() error {
	switch {
	case !accountPattern.MatchString(r.Account):
		return fmt.Errorf("ECR account %q is not 12 digits", r.Account)
	case !regionPattern.MatchString(r.Region):
		return fmt.Errorf("%q is not an AWS region", r.Region)
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
	if want := Partition(registry.Region); registry.Partition != want {
		return Name{}, fmt.Errorf(
			"the ARN's partition is %q, but region %s is in %s", registry.Partition, registry.Region, want)
	}
	// The host has no upper-case letters and a dot, so this can't be taken for Docker Hub.
	named, err := reference.ParseNormalizedNamed(registry.Host() + "/" + rest)
	if err != nil {
		return Name{}, err
	}
	return parseRegistry(named.String())
}
