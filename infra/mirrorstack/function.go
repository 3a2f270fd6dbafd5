package mirrorstack

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsec2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssqs"
	"github.com/aws/jsii-runtime-go"

	"ecrmirror/infra/settings"
)

// newFunction makes the controller a function, which ECR's pushes start. It is the same
// image as the jobs': the program sees that Lambda runs it.
func (s *stack) newFunction(q queues, d definitions, dead awssqs.Queue) awslambda.Function {
	name, environ := s.name("push"), s.controllerEnvironment(q, d)
	if err := checkFunction(environ); err != nil {
		s.wrong = append(s.wrong, err)
	}
	description := "Submits mirror jobs for what was pushed to ECR"
	if version := s.documents.version(); version != "" {
		description += " (settings " + version + ")"
	}
	logs := s.newLogGroup("FunctionLogs", "push")
	role := s.newRole("FunctionRole", "The controller as a function calls AWS as this",
		awsiam.NewServicePrincipal(jsii.String("lambda.amazonaws.com"), nil),
		append(s.controllerPermissions(q, d.mirrorName), s.functionPermissions()...))
	props := &awslambda.DockerImageFunctionProps{
		FunctionName: &name,
		Description:  &description,
		Code: awslambda.DockerImageCode_FromEcr(s.image.repository, &awslambda.EcrImageCodeProps{
			TagOrDigest: &s.image.tagOrDigest,
			Entrypoint:  texts("/usr/local/bin/controller"),
		}),
		Architecture:    awslambda.Architecture_ARM_64(),
		MemorySize:      jsii.Number(512),
		Timeout:         awscdk.Duration_Minutes(jsii.Number(2)),
		Environment:     environment(environ),
		Role:            role,
		LogGroup:        logs,
		DeadLetterQueue: dead,
		// EventBridge hands over the event and is done with it; these tries are Lambda's own.
		RetryAttempts: jsii.Number(2),
		MaxEventAge:   awscdk.Duration_Hours(jsii.Number(6)),
	}
	if s.props.Architecture == settings.AMD64 {
		props.Architecture = awslambda.Architecture_X86_64()
	}
	if s.props.Push.Concurrency > 0 {
		props.ReservedConcurrentExecutions = jsii.Number(s.props.Push.Concurrency)
	}
	if s.functionInVPC() {
		props.Vpc, props.VpcSubnets = s.network.vpc, s.network.selection()
		props.SecurityGroups = &[]awsec2.ISecurityGroup{s.network.security}
	}
	function := awslambda.NewDockerImageFunction(s.scope, jsii.String("Function"), props)
	s.dependOnPolicy(function, role)
	return function
}

// dependOnPolicy has the function wait for its role's policy. CDK would have it wait for the
// role, too, which it refers to anyway.
func (s *stack) dependOnPolicy(function awslambda.Function, role awsiam.IRole) {
	policy, ok := policyOf(role).Node().DefaultChild().(awsiam.CfnPolicy)
	resource, ok2 := function.Node().DefaultChild().(awslambda.CfnFunction)
	if ok && ok2 {
		resource.AddOverride(jsii.String("DependsOn"), texts(*s.scope.GetLogicalId(policy)))
	}
}

// functionInVPC says whether the function runs where the jobs do, so as to reach what they
// reach. In public subnets it could not: functions have no public addresses.
func (s *stack) functionInVPC() bool { return !s.network.publicIP }

// functionPermissions are what Lambda itself does as the function's role.
func (s *stack) functionPermissions() []permission {
	permissions := []permission{{
		sid: "WriteLogs", actions: []string{"logs:CreateLogStream", "logs:PutLogEvents"},
		resources: []string{s.arn("logs", "log-group:/"+s.props.Name+"/push:*")},
	}}
	if !s.functionInVPC() {
		return permissions
	}
	return append(permissions, permission{ // Lambda asks for these on everything
		sid: "JoinNetwork", resources: []string{"*"},
		actions: []string{
			"ec2:AssignPrivateIpAddresses", "ec2:CreateNetworkInterface", "ec2:DeleteNetworkInterface",
			"ec2:DescribeNetworkInterfaces", "ec2:DescribeSubnets", "ec2:UnassignPrivateIpAddresses",
		},
	})
}
