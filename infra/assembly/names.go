package assembly

import (
	"fmt"
	"strings"
)

// A form is how the names of a type of resource look.
type form struct {
	name string // the property that names it, if the template does
	arn  string // format of its ARN: partition, region, account and name
	ref  bool   // Ref gives the ARN, not the name
}

// forms are of the types whose names stand in policies and environments, from the "Return
// values" of the CloudFormation template reference. The %.0s leaves a value out.
var forms = map[string]form{
	"AWS::Batch::ComputeEnvironment": {"ComputeEnvironmentName", "arn:%s:batch:%s:%s:compute-environment/%s", true},
	"AWS::Batch::JobDefinition":      {"JobDefinitionName", "arn:%s:batch:%s:%s:job-definition/%s:1", true},
	"AWS::Batch::JobQueue":           {"JobQueueName", "arn:%s:batch:%s:%s:job-queue/%s", true},
	"AWS::DynamoDB::Table":           {"TableName", "arn:%s:dynamodb:%s:%s:table/%s", false},
	"AWS::Events::Rule":              {"Name", "arn:%s:events:%s:%s:rule/%s", false},
	"AWS::IAM::Role":                 {"RoleName", "arn:%s:iam:%.0s:%s:role/%s", false},
	"AWS::Lambda::Function":          {"FunctionName", "arn:%s:lambda:%s:%s:function:%s", false},
	"AWS::Logs::LogGroup":            {"LogGroupName", "arn:%s:logs:%s:%s:log-group:%s:*", false},
	"AWS::SNS::Topic":                {"TopicName", "arn:%s:sns:%s:%s:%s", true},
	"AWS::SQS::Queue":                {"QueueName", "arn:%s:sqs:%s:%s:%s", false},
	"AWS::SSM::Parameter":            {"Name", "arn:%s:ssm:%s:%s:parameter/%s", false},
}

// NameOf returns a resource's name: the template's, or one like CloudFormation's, which is of the
// stack, the logical id and 12 characters.
func (s Stack) NameOf(id string, p Place) (string, error) {
	r := s.Resources[id]
	if property := forms[r.Type].name; property != "" && r.Properties[property] != nil {
		return s.Text(r.Properties[property], p)
	}
	return s.Name + "-" + id + "-XXXXXXXXXXXX", nil
}

func (s Stack) ref(id string, p Place) (string, error) {
	switch id {
	case "AWS::AccountId":
		return p.Account, nil
	case "AWS::Region":
		return p.Region, nil
	case "AWS::Partition":
		return p.Partition, nil
	case "AWS::URLSuffix":
		return p.Suffix(), nil
	case "AWS::StackId":
		return fmt.Sprintf("arn:%s:cloudformation:%s:%s:stack/%s/00000000-0000-0000-0000-000000000000", p.Partition,
			p.Region, p.Account, s.Name), nil
	case "AWS::StackName":
		return s.Name, nil
	}
	r, ok := s.Resources[id]
	if !ok {
		return "", fmt.Errorf("the template refers to %s, which it does not have", id)
	}
	if forms[r.Type].ref {
		return s.arn(id, p)
	}
	return s.NameOf(id, p)
}

// attribute returns what Fn::GetAtt gives of a resource. ARNs and names are as AWS makes them;
// anything else is text of about that length.
func (s Stack) attribute(id, attribute string, p Place) (string, error) {
	r, ok := s.Resources[id]
	switch {
	case !ok:
		return "", fmt.Errorf("the template refers to %s.%s, which it does not have", id, attribute)
	case strings.HasSuffix(attribute, "Arn"):
		return s.arn(id, p)
	case attribute == forms[r.Type].name:
		return s.NameOf(id, p)
	}
	return id + "." + attribute, nil
}

func (s Stack) arn(id string, p Place) (string, error) {
	name, err := s.NameOf(id, p)
	if err != nil {
		return "", err
	}
	f, ok := forms[s.Resources[id].Type]
	if !ok {
		return fmt.Sprintf("arn:%s:%s:%s:%s:%s", p.Partition, service(s.Resources[id].Type), p.Region,
			p.Account, name), nil
	}
	return fmt.Sprintf(f.arn, p.Partition, p.Region, p.Account, name), nil
}

// service returns the service of a type: ec2 of AWS::EC2::VPC.
func service(kind string) string {
	parts := strings.Split(kind, "::")
	if len(parts) < 2 {
		return ""
	}
	return strings.ToLower(parts[1])
}
