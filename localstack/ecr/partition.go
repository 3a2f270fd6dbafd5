package ecr

import (
	"fmt"
	"net"
	"regexp"
	"strings"

	"ecrmirror/localstack/awsjson"
)

// suffixes are the DNS suffixes of partitions.
var suffixes = map[string]string{
	"aws":        "amazonaws.com",
	"aws-cn":     "amazonaws.com.cn",
	"aws-us-gov": "amazonaws.com",
	"aws-iso":    "c2s.ic.gov",
	"aws-iso-b":  "sc2s.sgov.gov",
	"aws-iso-e":  "cloud.adc-e.uk",
	"aws-iso-f":  "csp.hci.ic.gov",
	"aws-eusc":   "amazonaws.eu",
}

// host is the registry's name on the network, and in ECR Public what comes before the repository's.
func (r registryID) host() string {
	if r.public() {
		return PublicHost + "/" + PublicAlias(r.Account)
	}
	return fmt.Sprintf("%s.dkr.ecr.%s.%s", r.Account, r.Region, suffixes[awsjson.Partition(r.Region)])
}

func (id repositoryID) arn() string {
	if id.public() {
		return PublicARN(id.Account, "repository/"+id.Name)
	}
	return awsjson.Caller{Account: id.Account, Region: id.Region}.ARN("ecr", "repository/"+id.Name)
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
