package batch

import (
	"bytes"
	"encoding/json"
	"strings"
)

// overridesLimit is the most characters that Amazon ECS takes as a task's overrides.
const overridesLimit = 8192

// substitute replaces each element of the command that is Ref::name by the parameter of
// that name: the job's, or else the definition's default (AWS Batch User Guide, "Job
// definition parameters"). One that has neither stays as it is: the guide does not say what
// becomes of it, and of the other kind of references, to environment variables, Batch says
// that "the reference in the command isn't changed" where there is none (API reference,
// EksContainer). A parameter that nothing refers to is passed over.
func substitute(command []string, parameters map[string]string) []string {
	out := make([]string, len(command))
	for i, element := range command {
		out[i] = element
		if name, ok := strings.CutPrefix(element, "Ref::"); ok {
			if value, ok := parameters[name]; ok {
				out[i] = value
			}
		}
	}
	return out
}

// overridesSize is the length of the JSON that Batch hands to Amazon ECS to run the job.
func overridesSize(command []string, environment []KeyValue) int {
	overrides := map[string]any{
		"containerOverrides": []any{map[string]any{"name": "default", "command": command, "environment": environment}},
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	_ = e.Encode(overrides) // cannot fail: they are strings
	return b.Len() - len("\n")
}

// mergeEnvironment returns base with the variables of over in place of those of the same name, and after them.
func mergeEnvironment(base, over []KeyValue) []KeyValue {
	out := make([]KeyValue, 0, len(base)+len(over))
	replaced := map[string]bool{}
	for _, v := range over {
		replaced[v.Name] = true
	}
	for _, v := range base {
		if !replaced[v.Name] {
			out = append(out, v)
		}
	}
	return append(out, over...)
}

// mergeResources returns base with the resources of over in place of those of the same type.
func mergeResources(base, over []Resource) []Resource {
	out := []Resource{}
	replaced := map[string]bool{}
	for _, r := range over {
		replaced[r.Type] = true
	}
	for _, r := range base {
		if !replaced[r.Type] {
			out = append(out, r)
		}
	}
	return append(out, over...)
}
