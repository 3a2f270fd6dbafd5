// Package roles has the roles of the deployed service, as its CloudFormation template
// synthesizes them, for localstack to enforce: a file for each variant of the settings.
// The tests of infra hold the files to the template, and write them with -update.
//
// It has besides what docs/security.md says that people need.
package roles

import (
	"cmp"
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"

	"ecrmirror/localstack/identity"
)

// Default is the variant that localstack has if nothing else is asked for: the settings'
// defaults, but a push starts a job and no function, because that is what localstack runs.
const Default = "batch"

//go:embed *.json
var files embed.FS

// A Deployment is where the service is deployed, and what it is called there.
type Deployment struct {
	Partition, Region, Account, URLSuffix string
	// Names are the names of resources, by their logical ids in the template, such as "Entries". Others
	// have their logical ids for names.
	Names map[string]string
}

// Variants returns the names of all variants, in order.
func Variants() []string {
	entries, _ := fs.ReadDir(files, ".") // it is there: it was embedded
	var list []string
	for _, e := range entries {
		list = append(list, strings.TrimSuffix(e.Name(), ".json"))
	}
	return list
}

// ARN returns the ARN of a role, such as MirrorRole.
func (d Deployment) ARN(role string) string {
	return "arn:" + d.Partition + ":iam::" + d.Account + ":role/ecrmirror-" + role
}

// Load returns the roles of a variant, "" for [Default], as they are in a deployment. An
// unknown variant is an error.
func (d Deployment) Load(variant string) ([]identity.Role, error) {
	if variant == "" {
		variant = Default
	}
	text, err := files.ReadFile(variant + ".json")
	if err != nil {
		return nil, fmt.Errorf("no variant %q of the roles: there are %s", variant, strings.Join(Variants(), ", "))
	}
	var file struct {
		Roles map[string]struct {
			Trust    json.RawMessage
			Policies map[string]json.RawMessage
		}
	}
	if err := json.Unmarshal(text, &file); err != nil {
		return nil, fmt.Errorf("roles of variant %s: %w", variant, err)
	}
	var list []identity.Role
	for name, r := range file.Roles {
		role := identity.Role{ARN: d.ARN(name), Trust: d.fill(r.Trust), Policies: map[string]string{}}
		for policy, document := range r.Policies {
			role.Policies[policy] = d.fill(document)
		}
		list = append(list, role)
	}
	slices.SortFunc(list, func(a, b identity.Role) int { return strings.Compare(a.ARN, b.ARN) })
	return list, nil
}

// fill replaces the placeholders of a document.
func (d Deployment) fill(document []byte) string {
	return os.Expand(string(document), func(name string) string {
		switch name {
		case "Partition":
			return d.Partition
		case "Region":
			return d.Region
		case "Account":
			return d.Account
		case "URLSuffix":
			return d.URLSuffix
		}
		return cmp.Or(d.Names[name], name)
	})
}
