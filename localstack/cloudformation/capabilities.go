package cloudformation

import (
	"slices"
	"strings"

	"ecrmirror/localstack/awsjson"
	"ecrmirror/localstack/cloudformation/template"
)

// Capabilities that a caller acknowledges.
const (
	capabilityIAM      = "CAPABILITY_IAM"
	capabilityNamedIAM = "CAPABILITY_NAMED_IAM"
)

// iamNames maps the types that need a capability to the property that makes it the greater one.
//
// Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CreateStack.html
var iamNames = map[string]string{
	"AWS::IAM::InstanceProfile": "InstanceProfileName",
	"AWS::IAM::ManagedPolicy":   "ManagedPolicyName",
	"AWS::IAM::Policy":          "",
	"AWS::IAM::Role":            "RoleName",
}

// needed returns the capability that a template needs, "" for none, and the types that need it.
func needed(t *template.Template) (capability string, types []string) {
	for _, r := range t.Resources {
		name, isIAM := iamNames[r.Type]
		if !isIAM {
			continue
		}
		if capability == "" {
			capability = capabilityIAM
		}
		if _, named := r.Properties[name]; named {
			capability = capabilityNamedIAM
		}
		if !slices.Contains(types, r.Type) {
			types = append(types, r.Type)
		}
	}
	slices.Sort(types)
	return capability, types
}

func checkCapabilities(t *template.Template, given []string) error {
	for _, c := range given {
		if !slices.Contains([]string{capabilityIAM, capabilityNamedIAM, "CAPABILITY_AUTO_EXPAND"}, c) {
			return invalid("1 validation error detected: Value '[%s]' at 'capabilities' failed to satisfy constraint: "+
				"Member must satisfy constraint: [Member must satisfy enum value set: [CAPABILITY_IAM, "+
				"CAPABILITY_NAMED_IAM, CAPABILITY_AUTO_EXPAND]]", strings.Join(given, ", "))
		}
	}
	capability, _ := needed(t)
	if capability == "" || slices.Contains(given, capability) || slices.Contains(given, capabilityNamedIAM) {
		return nil
	}
	return awsjson.Errorf("InsufficientCapabilitiesException", "Requires capabilities : [%s]", capability)
}
