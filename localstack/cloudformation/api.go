package cloudformation

import (
	"net/http"

	"ecrmirror/localstack/awsjson"
	"ecrmirror/localstack/awsquery"
)

// namespace is that of the API's version, 2010-05-15.
const namespace = "http://cloudformation.amazonaws.com/doc/2010-05-15/"

// bodyLimit is the size of the largest request read, in bytes: enough to say of a template how much too large it is.
const bodyLimit = 8 << 20

// operations are what the stand-in has of the API, by action.
func (s *Service) operations() map[string]operation {
	return map[string]operation{
		"CreateChangeSet":             s.createChangeSet,
		"CreateStack":                 s.createStackNow,
		"DeleteChangeSet":             s.deleteChangeSet,
		"DeleteStack":                 s.deleteStackNow,
		"DescribeChangeSet":           s.describeChangeSet,
		"DescribeStackEvents":         s.describeStackEvents,
		"DescribeStackResource":       s.describeStackResource,
		"DescribeStackResources":      s.describeStackResources,
		"DescribeStacks":              s.describeStacks,
		"ExecuteChangeSet":            s.executeChangeSet,
		"GetTemplate":                 s.getTemplate,
		"GetTemplateSummary":          s.getTemplateSummary,
		"ListChangeSets":              s.listChangeSets,
		"ListStackResources":          s.listStackResources,
		"ListStacks":                  s.listStacks,
		"UpdateStack":                 s.updateStackNow,
		"UpdateTerminationProtection": s.updateTerminationProtection,
		"ValidateTemplate":            s.validateTemplate,
	}
}

// ServeHTTP answers requests of the Query protocol: the form's Action is the operation's name.
func (s *Service) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	action, out, err := s.answer(r)
	if err != nil {
		awsquery.WriteError(w, namespace, err)
		return
	}
	awsquery.Write(w, namespace, action, out)
}

func (s *Service) answer(r *http.Request) (action string, out any, err error) {
	c, err := awsjson.CallerOf(r, s.opts.Home)
	if err != nil {
		return "", nil, err
	}
	in, err := awsquery.Read(r, bodyLimit)
	if err != nil {
		return "", nil, err
	}
	action = in.Text("Action")
	op, ok := s.operations()[action]
	if !ok {
		return action, nil, awsjson.Errorf("InvalidAction",
			"the stand-in for CloudFormation does not have the action %s", action)
	}
	out, err = op(r.Context(), c, in)
	return action, out, err
}
