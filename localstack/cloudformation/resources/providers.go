package resources

import (
	"ecrmirror/localstack/cloudformation"
)

// Providers returns what makes resources, by their type.
func Providers(opts Options) map[string]cloudformation.Provider {
	all := map[string]cloudformation.Provider{
		"AWS::Batch::ComputeEnvironment": computeEnvironments{opts},
		"AWS::Batch::JobDefinition":      jobDefinitions{opts},
		"AWS::Batch::JobQueue":           jobQueues{opts},
		"AWS::CloudWatch::Alarm":         alarms{opts.Metrics},
		"AWS::CloudWatch::Dashboard":     dashboards{opts.Metrics},
		"AWS::DynamoDB::Table":           tables{opts},
		"AWS::Events::Rule":              rules{opts.Events},
		"AWS::IAM::Policy":               iamPolicies{opts.Roles},
		"AWS::IAM::Role":                 iamRoles{opts.Roles},
		"AWS::Lambda::EventInvokeConfig": invokeConfigs{opts.Functions},
		"AWS::Lambda::Function":          functions{opts.Functions},
		"AWS::Logs::LogGroup":            logGroups{opts.Logs},
		"AWS::SQS::Queue":                queues{opts.Queues},
		"AWS::SSM::Parameter":            parameters{opts},
	}
	for kind, attributes := range recordings() {
		all[kind] = recorded{attributes}
	}
	return all
}
