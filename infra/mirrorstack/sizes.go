package mirrorstack

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"ecrmirror/internal/contract"
)

const (
	// longestFunction is how many bytes the environment of a function may have, as JSON: "4 KB".
	// https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
	longestFunction = 4096
	// leastParameters is what source, destinations and options of a job must have left: a few of them with long names.
	leastParameters = 2000
	// longestPush is a push's repository and tag.
	longestPush = 256 + 128
)

// token is what CDK writes for a value that only CloudFormation knows.
var token = regexp.MustCompile(`\$\{Token\[([^\]]*)\]\}`)

// filledIn returns a text as long as CloudFormation may make it.
func filledIn(text string) string {
	return token.ReplaceAllStringFunc(text, func(t string) string {
		name := token.FindStringSubmatch(t)[1]
		for _, pseudo := range []struct {
			name   string
			length int
		}{{"AWS.AccountId", 12}, {"AWS.Region", 20}, {"AWS.Partition", 10}, {"AWS.URLSuffix", 20}} {
			if strings.HasPrefix(name, pseudo.name) {
				return strings.Repeat("x", pseudo.length)
			}
		}
		return strings.Repeat("x", 160) // the ARN of a queue, or the name of a table or a parameter
	})
}

// overrides returns how many characters a job's overrides have, as ECS counts: JSON, with the parameters' defaults.
// Whether the definition's
// environment counts among them is not documented: here it does.
func overrides(command *[]*string, defaults, environment map[string]string) int {
	type variable struct{ Name, Value string }
	var list []variable
	for _, name := range slices.Sorted(maps.Keys(environment)) {
		if value := environment[name]; value != "" {
			list = append(list, variable{name, filledIn(value)})
		}
	}
	var words []string
	for _, word := range *command {
		if parameter, is := strings.CutPrefix(*word, "Ref::"); is {
			words = append(words, defaults[parameter])
		} else {
			words = append(words, *word)
		}
	}
	container := map[string]any{"name": "default", "command": words, "environment": list}
	doc, err := json.Marshal(map[string]any{"containerOverrides": []any{container}})
	if err != nil {
		return contract.LongestOverrides + 1 // cannot be: they are strings
	}
	return len(doc)
}

// checkDefinition returns an error if a job's definition leaves less than that many characters to its parameters.
func checkDefinition(d definition, parameters int) error {
	if n := overrides(d.command, d.defaults, d.environment); n+parameters > contract.LongestOverrides {
		return tooLong("the job definition "+d.name, n, contract.LongestOverrides-parameters, d.environment)
	}
	return nil
}

// checkFunction likewise.
func checkFunction(environment map[string]string) error {
	set := map[string]string{}
	for name, value := range environment {
		if value != "" {
			set[name] = filledIn(value)
		}
	}
	doc, err := json.Marshal(set)
	if err != nil || len(doc) <= longestFunction {
		return err
	}
	return tooLong("the function", len(doc), longestFunction, environment)
}

// tooLong names the setting that takes most of an environment.
func tooLong(whose string, n, limit int, environment map[string]string) error {
	settings := map[string]string{
		contract.EnvAuthSecret: "authSecrets: keep several logins in one secret, a containers-auth.json " +
			"document, or in authParameter",
		contract.EnvInsecureRegistries: "insecureRegistries: name fewer, or give those registries certificates",
		contract.EnvAuthParameter:      "authParameter",
	}
	longest := ""
	for _, name := range slices.Sorted(maps.Keys(environment)) {
		if settings[name] != "" && (longest == "" || len(environment[name]) > len(environment[longest])) {
			longest = name
		}
	}
	return fmt.Errorf("the environment of %s has %d characters, and AWS takes %d; the longest setting in it is %s",
		whose, n, limit, settings[longest])
}
