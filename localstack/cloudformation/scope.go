package cloudformation

import (
	"strings"

	"ecrmirror/localstack/awsjson"
	"ecrmirror/localstack/cloudformation/template"
)

// pseudo returns the pseudo parameters of a stack.
func pseudo(c awsjson.Caller, name, id string) map[string]any {
	partition := awsjson.Partition(c.Region)
	suffix := "amazonaws.com"
	if partition == "aws-cn" {
		suffix = "amazonaws.com.cn"
	}
	return map[string]any{
		"AWS::AccountId": c.Account, "AWS::Region": c.Region, "AWS::Partition": partition, "AWS::URLSuffix": suffix,
		"AWS::StackName": name, "AWS::StackId": id, "AWS::NotificationARNs": []any{},
	}
}

// zones are those of every region here.
func zones(region string) []any { return []any{region + "a", region + "b", region + "c"} }

// scope gives values to the names of an intent. Resources of which known is false have no values yet.
func (s *Service) scope(st *stack, in intent, known func(id string) bool) *template.Scope {
	one := func(id string) (*resource, bool, error) {
		if !known(id) {
			return nil, false, nil
		}
		r, ok := st.resources[id]
		if !ok { // its condition does not hold
			return nil, false, invalid("Template format error: Unresolved resource dependencies [%s] in the "+
				"Resources block of the template", id)
		}
		return r, true, nil
	}
	return &template.Scope{
		Template: in.template, Parameters: in.values, Pseudo: pseudo(st.caller, st.name, st.id),
		Zones: zones(st.caller.Region),
		Ref: func(id string) (any, error) {
			r, ok, err := one(id)
			if !ok {
				return template.Unknown{}, err
			}
			return r.ID, nil
		},
		Attribute: func(id, name string) (any, error) {
			r, ok, err := one(id)
			if !ok {
				return template.Unknown{}, err
			}
			return r.attribute(name)
		},
	}
}

// always is for a scope whose resources are all there.
func always(string) bool { return true }

// attribute is what Fn::GetAtt gives.
func (r *resource) attribute(name string) (any, error) {
	if v, ok := r.Attributes[name]; ok {
		return v, nil
	}
	return nil, invalid("Template error: resource %s does not support attribute type %s in Fn::GetAtt",
		r.logicalID, name)
}

// propertiesOf returns what a resource of the intent is to be made of, with the tags of the stack.
func (s *Service) propertiesOf(scope *template.Scope, in intent, id string) (map[string]any, error) {
	declared := in.template.Resources[id]
	value, err := scope.Evaluate(declared.Properties)
	if err != nil {
		return nil, own(err)
	}
	properties, _ := value.(map[string]any)
	kind := s.types[declared.Type]
	if err := kind.Check(properties); err != nil {
		return nil, invalid("Properties validation failed for resource %s with message:\n[%v]", id, err)
	}
	return kind.WithTags(properties, in.tags), nil
}

// request asks a provider for a resource.
func (st *stack) request(r *resource) Request {
	return Request{
		Caller: st.caller, StackName: st.name, LogicalID: r.logicalID, Type: r.kind,
		Name: physicalName(st.name, r.logicalID, r.kind), Properties: r.properties,
	}
}

// updateRequest asks a provider to make what is from what was.
func (st *stack) updateRequest(was, is *resource) Request {
	r := st.request(is)
	r.Old = was.properties
	return r
}

// nameLimits are the most characters of names that CloudFormation makes up; others have 255.
var nameLimits = map[string]int{
	"AWS::Batch::ComputeEnvironment": 128, "AWS::Batch::JobDefinition": 128, "AWS::Batch::JobQueue": 128,
	"AWS::Events::Rule":         64,
	"AWS::IAM::InstanceProfile": 128, "AWS::IAM::ManagedPolicy": 128, "AWS::IAM::Role": 64, "AWS::Lambda::Function": 64,
	"AWS::SQS::Queue": 80,
}

// physicalName makes up a name, of the stack's, the resource's and a random part. Those of Batch
// come without the stack's, as far as is seen in the field: no policy may count on it.
func physicalName(stack, logicalID, kind string) string {
	limit, ok := nameLimits[kind]
	if !ok {
		limit = 255
	}
	random := strings.ToUpper(strings.ReplaceAll(awsjson.NewID(), "-", ""))
	if strings.HasPrefix(kind, "AWS::Batch::") {
		random = random[:16]
		return logicalID[:min(len(logicalID), limit-len(random)-1)] + "-" + random
	}
	random = random[:12]
	room := limit - len(random) - 2
	if len(stack)+len(logicalID) > room { // both are cut, the longer one first
		half := room / 2
		keep := max(half, room-len(logicalID))
		stack = stack[:min(len(stack), keep)]
		logicalID = logicalID[:min(len(logicalID), room-len(stack))]
	}
	return stack + "-" + logicalID + "-" + random
}
