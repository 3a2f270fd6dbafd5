package ecr

import (
	"fmt"
	"net"
	"regexp"
	"strings"
)

// A partition is a set of regions that share an ARN prefix and a DNS suffix.
type partition struct{ name, region, suffix string }

// partitions are matched by the prefix of a region's name; the last one has the rest.
var partitions = []partition{
	{"aws-cn", "cn-", "amazonaws.com.cn"},
	{"aws-us-gov", "us-gov-", "amazonaws.com"},
	{"aws-iso", "us-iso-", "c2s.ic.gov"},
	{"aws-iso-b", "us-isob-", "sc2s.sgov.gov"},
	{"aws-iso-e", "eu-isoe-", "cloud.adc-e.uk"},
	{"aws-iso-f", "us-isof-", "csp.hci.ic.gov"},
	{"aws-eusc", "eusc-", "amazonaws.eu"},
	{"aws", "", "amazonaws.com"},
}

func partitionOf(region string) partition {
	for _, p := range partitions {
		if strings.HasPrefix(region, p.region) {
			return p
		}
	}
	return partition{}
}

// host is the registry's name on the network.
func (r registryID) host() string {
	return fmt.Sprintf("%s.dkr.ecr.%s.%s", r.Account, r.Region, partitionOf(r.Region).suffix)
}

func (id repositoryID) arn() string {
	return fmt.Sprintf("arn:%s:ecr:%s:%s:repository/%s", partitionOf(id.Region).name, id.Region, id.Account, id.Name)
}

// registryHost matches registry hosts of all partitions, FIPS and dual-stack ones too.
var registryHost = regexp.MustCompile(`^([0-9]{12})\.dkr[.-]ecr(?:-fips)?\.([a-z0-9-]+)\.(?:` +
	`amazonaws\.com|amazonaws\.com\.cn|c2s\.ic\.gov|sc2s\.sgov\.gov|cloud\.adc-e\.uk|csp\.hci\.ic\.gov|amazonaws\.eu|` +
	`on\.aws|on\.amazonwebservices\.com\.cn|on\.aws\.ic\.gov|on\.aws\.scloud|on\.cloud-aws\.adc-e\.uk|on\.aws\.hci\.ic\.gov)$`)

// registryAt returns the registry whose host, with or without a port, a client addressed.
func registryAt(host string) (registryID, bool) {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	m := registryHost.FindStringSubmatch(strings.ToLower(host))
	if m == nil {
		return registryID{}, false
	}
	return registryID{Account: m[1], Region: m[2]}, true
}
