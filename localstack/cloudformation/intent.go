package cloudformation

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"

	"ecrmirror/localstack/awsjson"
	"ecrmirror/localstack/awsquery"
	"ecrmirror/localstack/cloudformation/template"
)

// templateLimit is the most bytes of a template in a request.
//
// Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html
const templateLimit = 51_200

// tagsLimit is how many tags a stack may have.
const tagsLimit = 50

// readIntent reads what a request wants a stack to be; was is what it is, or nil.
func (s *Service) readIntent(ctx context.Context, c awsjson.Caller, in awsquery.Form, was *intent) (intent, error) {
	out := intent{
		capabilities: in.Texts("Capabilities"), token: in.Text("ClientRequestToken"), onFailure: in.Text("OnFailure"),
	}
	if out.onFailure == "" || in.Has("OnStackFailure") {
		out.onFailure = "ROLLBACK"
		if text := in.Text("OnStackFailure"); text != "" {
			out.onFailure = text
		}
	}
	if in.True("DisableRollback") {
		out.onFailure = "DO_NOTHING"
	}
	if err := unsupported(in); err != nil {
		return out, err
	}
	var err error
	if out.body, out.template, err = s.readTemplate(in, was); err != nil {
		return out, err
	}
	out.description = out.template.Description
	if out.tags, err = readTags(in, was); err != nil {
		return out, err
	}
	if out.parameters, err = readParameters(in, out.template, was); err != nil {
		return out, err
	}
	if out.values, err = s.values(ctx, c, out.template, out.parameters); err != nil {
		return out, err
	}
	scope := template.Scope{Template: out.template, Parameters: out.values, Pseudo: pseudo(c, "", "")}
	if err := scope.CheckRules(); err != nil {
		return out, invalid("%v", err)
	}
	return out, checkCapabilities(out.template, out.capabilities)
}

// unsupported refuses what this stand-in would leave out in silence.
func unsupported(in awsquery.Form) error {
	for _, name := range []string{
		"StackPolicyBody", "StackPolicyURL",
		"RollbackConfiguration.RollbackTriggers.member.1.Arn", "ResourcesToImport.member.1.ResourceType",
	} {
		if in.Has(name) {
			return invalid("this stand-in for CloudFormation does not have %s", strings.Split(name, ".")[0])
		}
	}
	if in.True("IncludeNestedStacks") {
		return invalid("this stand-in for CloudFormation has no nested stacks")
	}
	return nil
}

// readTemplate reads and checks the template of a request.
func (s *Service) readTemplate(in awsquery.Form, was *intent) (string, *template.Template, error) {
	body := in.Text("TemplateBody")
	switch {
	case in.Has("TemplateURL"):
		return "", nil, invalid("this stand-in for CloudFormation takes templates in TemplateBody, and not from " +
			"TemplateURL: it has no S3")
	case in.True("UsePreviousTemplate") && was != nil:
		return was.body, was.template, nil
	case body == "":
		return "", nil, invalid("Either Template URL or Template Body must be specified.")
	case len(body) > templateLimit:
		return "", nil, invalid("1 validation error detected: Value '%s' at 'templateBody' failed to satisfy "+
			"constraint: Member must have length less than or equal to %d", body, templateLimit)
	}
	t, err := template.Parse(body)
	if err != nil {
		return "", nil, invalid("%v", err)
	}
	return body, t, s.checkTypes(t)
}

// checkTypes refuses resource types that are unknown.
func (s *Service) checkTypes(t *template.Template) error {
	unknown := map[string]bool{}
	for _, r := range t.Resources {
		_, known := s.types[r.Type]
		_, made := s.opts.Providers[r.Type]
		if !known || !made {
			unknown[r.Type] = true
		}
	}
	if len(unknown) == 0 {
		return nil
	}
	return invalid("Template format error: Unrecognized resource types: [%s] (this stand-in for CloudFormation does "+
		"not have them)",
		strings.Join(slices.Sorted(maps.Keys(unknown)), ", "))
}

// readTags reads the tags of a stack. Those of an update that gives none stay.
func readTags(in awsquery.Form, was *intent) (map[string]string, error) {
	tags := map[string]string{}
	for _, tag := range in.Forms("Tags", "Key") {
		key := tag.Text("Key")
		switch {
		case strings.HasPrefix(strings.ToLower(key), "aws:"):
			return nil, invalid("Tag keys may not begin with aws: (got %s)", key)
		case key == "" || len(key) > 128 || len(tag.Text("Value")) > 256:
			return nil, invalid("1 validation error detected: Value '%s' at 'tags' failed to satisfy constraint: a "+
				"key has 1 to 128 characters, a value at most 256", key)
		}
		tags[key] = tag.Text("Value")
	}
	if len(tags) > tagsLimit {
		return nil, invalid("1 validation error detected: Value at 'tags' failed to satisfy constraint: Member must "+
			"have length less than or equal to %d", tagsLimit)
	}
	if len(tags) == 0 && was != nil {
		return was.tags, nil
	}
	return tags, nil
}

func readParameters(in awsquery.Form, t *template.Template, was *intent) (map[string]string, error) {
	given := map[string]string{}
	for _, p := range in.Forms("Parameters", "ParameterKey") {
		name := p.Text("ParameterKey")
		if !p.True("UsePreviousValue") {
			given[name] = p.Text("ParameterValue")
			continue
		}
		if was == nil {
			return nil, invalid("Invalid input for parameter key %s. Cannot specify usePreviousValue as true for a "+
				"parameter key not in the previous template", name)
		}
		text, ok := was.parameters[name]
		if !ok {
			return nil, invalid("Invalid input for parameter key %s. Cannot specify usePreviousValue as true for a "+
				"parameter key not in the previous template", name)
		}
		given[name] = text
	}
	texts, err := t.ParameterTexts(given)
	if err != nil {
		return nil, invalid("%v", err)
	}
	return texts, nil
}

// values looks up what parameters stand for, some of them in the parameter store.
func (s *Service) values(
	ctx context.Context, c awsjson.Caller, t *template.Template, texts map[string]string,
) (map[string]any, error) {
	values := map[string]any{}
	for _, name := range slices.Sorted(maps.Keys(texts)) {
		p, text := t.Parameters[name], texts[name]
		if _, stored := p.Stored(); stored {
			var err error
			if text, err = s.stored(ctx, c, text); err != nil {
				return nil, invalid("Unable to fetch parameters [%s] from parameter store for this account.",
					texts[name])
			}
		}
		values[name] = p.Value(text)
	}
	return values, nil
}

func (s *Service) stored(ctx context.Context, c awsjson.Caller, name string) (string, error) {
	if s.opts.Parameter == nil {
		return "", errors.New("no parameter store")
	}
	return s.opts.Parameter(ctx, c, name)
}
