package cloudformation

import (
	"context"
	"maps"
	"slices"
	"strings"

	"ecrmirror/localstack/awsjson"
	"ecrmirror/localstack/awsquery"
	"ecrmirror/localstack/cloudformation/template"
)

type declaredParameter struct {
	Key         string `xml:"ParameterKey"`
	Type        string `xml:"ParameterType,omitempty"`
	Default     string `xml:"DefaultValue,omitempty"`
	Hidden      bool   `xml:"NoEcho"`
	Description string `xml:"Description,omitempty"`
}

func parametersOf(t *template.Template) []declaredParameter {
	list := []declaredParameter{}
	for _, name := range slices.Sorted(maps.Keys(t.Parameters)) {
		p := t.Parameters[name]
		text, _ := p.DefaultText()
		list = append(list, declaredParameter{
			Key: name, Type: p.Type, Default: text, Hidden: p.Hidden(), Description: p.Description,
		})
	}
	return list
}

// An outline is what of a template its user is told: what it takes.
type outline struct {
	Parameters   []declaredParameter `xml:"Parameters>member"`
	Description  string              `xml:"Description,omitempty"`
	Capabilities []string            `xml:"Capabilities>member"`
	Why          string              `xml:"CapabilitiesReason,omitempty"`
}

func outlineOf(t *template.Template) outline {
	out := outline{Parameters: parametersOf(t), Description: t.Description}
	out.Capabilities, out.Why = capabilitiesOf(t)
	return out
}

// capabilitiesOf returns the capabilities that a template needs, and why.
func capabilitiesOf(t *template.Template) (list []string, why string) {
	capability, types := needed(t)
	if capability == "" {
		return nil, ""
	}
	return []string{capability}, "The following resource(s) require capabilities: [" + strings.Join(types, ", ") + "]"
}

// validateTemplate answers ValidateTemplate.
func (s *Service) validateTemplate(_ context.Context, _ awsjson.Caller, in awsquery.Form) (any, error) {
	_, t, err := s.readTemplate(in, nil)
	if err != nil {
		return nil, err
	}
	out := outlineOf(t)
	for i := range out.Parameters {
		out.Parameters[i].Type = "" // only GetTemplateSummary tells
	}
	return out, nil
}

// getTemplateSummary answers GetTemplateSummary, of a template or of a stack.
func (s *Service) getTemplateSummary(_ context.Context, c awsjson.Caller, in awsquery.Form) (any, error) {
	t, err := s.templateOf(c, in)
	if err != nil {
		return nil, err
	}
	var out struct {
		outline
		Types   []string `xml:"ResourceTypes>member"`
		Version string   `xml:"Version,omitempty"`
	}
	out.outline, out.Version = outlineOf(t), t.Version
	types := map[string]bool{}
	for _, r := range t.Resources {
		types[r.Type] = true
	}
	out.Types = slices.Sorted(maps.Keys(types))
	return out, nil
}

// templateOf is the template that a request has, or that of the stack that it names.
func (s *Service) templateOf(c awsjson.Caller, in awsquery.Form) (*template.Template, error) {
	if in.Text("StackName") == "" {
		_, t, err := s.readTemplate(in, nil)
		return t, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	st, err := s.stackOf(c, in.Text("StackName"))
	switch {
	case err != nil:
		return nil, err
	case st.intent.template == nil: // a change set is all that there is
		return nil, missing(in.Text("StackName"))
	}
	return st.intent.template, nil
}

// getTemplate answers GetTemplate.
func (s *Service) getTemplate(_ context.Context, c awsjson.Caller, in awsquery.Form) (any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out struct {
		Body   string   `xml:"TemplateBody"`
		Stages []string `xml:"StagesAvailable>member"`
	}
	out.Stages = []string{"Original", "Processed"}
	if in.Has("ChangeSetName") {
		_, set, err := s.changeSet(c, in)
		if err != nil {
			return nil, err
		}
		out.Body = set.intent.body
		return out, nil
	}
	st, err := s.stackOf(c, in.Text("StackName"))
	if err != nil {
		return nil, err
	}
	if st.intent.template == nil {
		return nil, missing(in.Text("StackName"))
	}
	out.Body = st.intent.body
	return out, nil
}
