package ecr

import (
	"context"
	"encoding/json"
	"slices"
	"unicode/utf8"

	"ecrmirror/localstack/iam"
)

const maxPolicy = 10_240 // characters

// checkPolicy holds a repository's policy to the parts of IAM's grammar without which
// no policy means anything. Like AWS it refuses the element Resource: the policy is
// the repository's.
func checkPolicy(text string) error {
	if err := length("policyText", utf8.RuneCountInString(text), 0, maxPolicy); err != nil {
		return err
	}
	var policy struct {
		Version   *string
		Statement json.RawMessage
	}
	wrong := invalid("PolicyText", "Invalid repository policy provided")
	if json.Unmarshal([]byte(text), &policy) != nil ||
		policy.Version != nil && *policy.Version != "2012-10-17" && *policy.Version != "2008-10-17" {
		return wrong
	}
	var statements []map[string]json.RawMessage
	if json.Unmarshal(policy.Statement, &statements) != nil { // one statement may stand without a list
		var one map[string]json.RawMessage
		if json.Unmarshal(policy.Statement, &one) != nil {
			return wrong
		}
		statements = append(statements[:0], one)
	}
	if len(statements) == 0 || slices.ContainsFunc(statements,
		func(s map[string]json.RawMessage) bool { return !isStatement(s) }) {
		return wrong
	}
	if _, err := iam.Parse(policyName, text); err != nil {
		return wrong
	}
	return nil
}

func isStatement(s map[string]json.RawMessage) bool {
	has := func(element string) bool { return s[element] != nil }
	effect := string(s["Effect"])
	return (effect == `"Allow"` || effect == `"Deny"`) && has("Principal") != has("NotPrincipal") &&
		has("Action") != has("NotAction") && !has("Resource") && !has("NotResource")
}

type policyInput struct {
	target
	Text *string `json:"policyText"`
}

type policyOutput struct {
	RegistryID     string `json:"registryId"`
	RepositoryName string `json:"repositoryName"`
	Text           string `json:"policyText"`
}

func (repo *repository) policyDocument() document {
	return document{
		&repo.policy, "RepositoryPolicyNotFoundException", "Repository policy does not exist for " + where(repo.id),
	}
}

// setRepositoryPolicy keeps a policy, which [Registry.Access] tells. That AWS asks for force
// where it would shut out its writer is not simulated.
func (r *Registry) setRepositoryPolicy(_ context.Context, c call, in policyInput) (policyOutput, error) {
	text, err := required("policyText", in.Text)
	if err != nil {
		return policyOutput{}, err
	}
	if err := checkPolicy(text); err != nil {
		return policyOutput{}, err
	}
	return r.onPolicy(c, in.target, func(d document) (string, error) { return d.set(text) })
}

func (r *Registry) getRepositoryPolicy(_ context.Context, c call, in target) (policyOutput, error) {
	return r.onPolicy(c, in, document.get)
}

func (r *Registry) deleteRepositoryPolicy(_ context.Context, c call, in target) (policyOutput, error) {
	return r.onPolicy(c, in, document.remove)
}

func (r *Registry) onPolicy(c call, in target, do func(document) (string, error)) (policyOutput, error) {
	id, text, err := r.onDocument(c, in, (*repository).policyDocument, do)
	return policyOutput{RegistryID: id.Account, RepositoryName: id.Name, Text: text}, err
}
