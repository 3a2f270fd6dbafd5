package roles

import (
	"fmt"
	"regexp"
	"strings"
)

// A role is what AssumeRole is asked for.
type role struct {
	arn        string
	partition  string
	externalID string // "" for none
}

// longestID is how many characters an external id may have; it has 2 at least.
const longestID = 1224

// form is ACCOUNT=ARN, or ACCOUNT=ARN#EXTERNAL-ID.
var form = regexp.MustCompile(
	`^([0-9]{12})=(arn:(aws[a-z-]*):iam::[0-9]{12}:role/(?:[\w+=,.@-]+/)*[\w+=,.@-]{1,64})(?:#([\w+=,.@:/-]+))?$`)

// Parse parses roles, each written ACCOUNT=ARN, or ACCOUNT=ARN#EXTERNAL-ID if the role requires an external id. The
// account is that of the registries that the role is for, and mostly the role's own. A second role for an account is
// an error.
func Parse(specs ...string) (*Roles, error) {
	r := &Roles{roles: map[string]role{}}
	for _, spec := range specs {
		m := form.FindStringSubmatch(spec)
		if m == nil || len(m[4]) == 1 || len(m[4]) > longestID {
			shown, _, _ := strings.Cut(spec, "#")
			return nil, fmt.Errorf("role %q is not ACCOUNT=ARN, as in 123456789012=arn:aws:iam::123456789012:role/mirror (with an external id: ACCOUNT=ARN#ID)", shown)
		}
		account := m[1]
		if other, taken := r.roles[account]; taken {
			return nil, fmt.Errorf("account %s has two roles, %s and %s", account, other.arn, m[2])
		}
		r.roles[account] = role{arn: m[2], partition: m[3], externalID: m[4]}
	}
	return r, nil
}

// region returns a region of the role's partition, for where the configuration has none:
// STS answers for the whole partition there. It is "" for a partition that is not known.
func (r role) region() string {
	return map[string]string{
		"aws":        "us-east-1",
		"aws-cn":     "cn-north-1",
		"aws-us-gov": "us-gov-west-1",
		"aws-iso":    "us-iso-east-1",
		"aws-iso-b":  "us-isob-east-1",
		"aws-iso-e":  "eu-isoe-west-1",
		"aws-iso-f":  "us-isof-south-1",
		"aws-eusc":   "eusc-de-east-1",
	}[r.partition]
}
