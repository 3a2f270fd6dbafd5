package checks

import (
	"context"
	"maps"
	"slices"
	"strings"

	"ecrmirror/infra/assembly"
	"ecrmirror/infra/preflight/calls"
	"ecrmirror/internal/contract"
)

// grants has IAM itself judge every call of every role by the policies that the role will have.
func grants(ctx context.Context, w World) []Finding {
	needs, err := roleCalls(w.Stack, w.Place)
	if err != nil {
		return []Finding{fix("roles", "the template's roles cannot be read: %v", err)}
	}
	var findings []Finding
	for _, id := range slices.Sorted(maps.Keys(needs)) {
		lacking, err := w.judge(ctx, id, needs[id])
		what := "role " + shown(id)
		switch {
		case err != nil: // of one as of the others
			return append(findings, asked("roles", "iam:SimulateCustomPolicy", err))
		case len(lacking) > 0:
			findings = append(findings, fix(what, "IAM denies what its program calls: %s. No setting mends that: "+
				"it is a fault of the template, to be reported; the policy can be added by hand until then",
				strings.Join(lacking, ", ")))
		default:
			findings = append(findings, okay(what, "IAM allows the %d actions that it calls", len(needs[id])))
		}
	}
	return findings
}

// roleCalls returns the actions that each role of the stack needs, by its logical id.
func roleCalls(s assembly.Stack, p assembly.Place) (map[string][]string, error) {
	programs, err := s.Programs(p)
	if err != nil {
		return nil, err
	}
	needs := map[string][]string{}
	add := func(role string, actions []string) {
		for _, action := range actions {
			if role != "" && !slices.Contains(needs[role], action) {
				needs[role] = append(needs[role], action)
			}
		}
	}
	for _, program := range programs {
		called := calls.Controller
		if !program.Function && len(program.Command) > 0 && strings.HasSuffix(program.Command[0], "mirror") {
			called = calls.Mirror
		}
		add(program.Role, called(program.Environment))
		add(program.Role, called(withDocuments(s, p, program.Environment))) // what stands in SSM asks for calls as well
		if program.Function {
			add(program.Role, calls.Function(program.Environment))
		}
		add(program.Execution, calls.Execution(program.Image))
	}
	for _, rule := range s.OfType("AWS::Events::Rule") {
		targets, _ := s.Resources[rule].Properties["Targets"].([]any)
		for _, target := range targets {
			if m, ok := target.(map[string]any); ok && m["BatchParameters"] != nil {
				add(assembly.ReferredTo(m["RoleArn"]), calls.Events())
			}
		}
	}
	return needs, nil
}

// withDocuments returns the environment with the texts of the stack's SSM parameters in the place of
// their names.
func withDocuments(s assembly.Stack, p assembly.Place, environment map[string]string) map[string]string {
	texts := map[string]string{}
	for _, id := range s.OfType("AWS::SSM::Parameter") {
		name, nameErr := s.NameOf(id, p)
		text, textErr := s.Text(s.Resources[id].Properties["Value"], p)
		if nameErr == nil && textErr == nil {
			texts[contract.FromParameter+name] = text
		}
	}
	environment = maps.Clone(environment)
	for name, value := range environment {
		if text, ok := texts[value]; ok {
			environment[name] = text
		}
	}
	return environment
}

// judge returns what the role may not do of the actions.
func (w World) judge(ctx context.Context, id string, actions []string) ([]string, error) {
	role, err := w.Stack.Role(id, w.Place)
	if err != nil {
		return nil, err
	}
	var lacking []string
	for _, question := range questions(role, actions) {
		lacks, err := w.simulate(ctx, role.Policies, question)
		if err != nil {
			return nil, err
		}
		lacking = append(lacking, lacks...)
	}
	slices.Sort(lacking)
	return slices.Compact(lacking), nil
}
