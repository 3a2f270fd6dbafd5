// Package signature holds images against a signature policy, as containers-policy.json(5)
// describes it: who must have signed what comes from where. The policy is read and judged by
// go.podman.io/image; this package says where it comes from, and which manifests it is asked
// about.
package signature

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"go.podman.io/image/v5/signature"
)

// A Policy says what must be signed, and by whom. The nil Policy accepts everything. A Policy is safe for concurrent
// use.
type Policy struct {
	policy *signature.Policy
	from   string // what is told about where it comes from
}

// systemPolicies are where a machine's policy is, if the user has none.
var systemPolicies = []string{"/etc/containers/policy.json", "/usr/share/containers/policy.json"}

// Load returns the policy that a setting names: a file, or the JSON document itself, which begins with a brace. With
// an empty setting it is the policy that podman and skopeo would find: of CONTAINERS_POLICY_JSON, the user's in
// .config/containers/policy.json, or the machine's in /etc/containers or /usr/share/containers. It is nil where there
// is none. A policy that can't be read is an error that names it.
func Load(setting string, getenv func(string) string) (*Policy, error) {
	if document := strings.TrimSpace(setting); strings.HasPrefix(document, "{") {
		policy, err := signature.NewPolicyFromBytes([]byte(document))
		if err != nil {
			return nil, fmt.Errorf("signature policy: %w", err)
		}
		return &Policy{policy: policy, from: "signature policy"}, nil
	}
	if setting != "" {
		return read(setting)
	}
	for _, file := range usualPlaces(getenv) {
		policy, err := read(file)
		if errors.Is(err, fs.ErrNotExist) && file != getenv(envPolicy) {
			continue
		}
		return policy, err
	}
	return nil, nil
}

// envPolicy is the variable by which containers' tools are given a policy.
const envPolicy = "CONTAINERS_POLICY_JSON"

func usualPlaces(getenv func(string) string) []string {
	if file := getenv(envPolicy); file != "" {
		return []string{file}
	}
	var places []string
	if config := ConfigDir(getenv); config != "" {
		places = append(places, filepath.Join(config, "policy.json"))
	}
	return append(places, systemPolicies...)
}

// ConfigDir returns the directory of the user's own settings for containers' tools, "" if the user
// has no home.
func ConfigDir(getenv func(string) string) string {
	if config := getenv("XDG_CONFIG_HOME"); config != "" {
		return filepath.Join(config, "containers")
	}
	if home := getenv("HOME"); home != "" {
		return filepath.Join(home, ".config/containers")
	}
	return ""
}

func read(file string) (*Policy, error) {
	document, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("signature policy: %w", err)
	}
	policy, err := signature.NewPolicyFromBytes(document)
	if err != nil {
		return nil, fmt.Errorf("signature policy %s: %w", file, err)
	}
	return &Policy{policy: policy, from: "signature policy " + file}, nil
}
