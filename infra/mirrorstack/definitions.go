package mirrorstack

import (
	"fmt"
	"maps"
	"strconv"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsbatch"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsecs"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
	"github.com/aws/jsii-runtime-go"

	"ecrmirror/infra/settings"
	"ecrmirror/internal/contract"
	"ecrmirror/internal/images"
	"ecrmirror/internal/selection"
)

// user is the user and the group that the programs run as, which have no rights of their own.
const user = "65532:65532"

// definitions are the kinds of jobs. Jobs are submitted by the name without a revision, so
// that an upgrade leaves no submitter with a revision that is gone.
type definitions struct {
	mirror, sweep, event             awsbatch.EcsJobDefinition
	mirrorName, sweepName, eventName string
	parameters                       int // characters that a mirror job's definition leaves to its parameters
}

func (s *stack) newDefinitions(q queues) definitions {
	d := definitions{mirrorName: s.name("mirror"), sweepName: s.name("sweep"), eventName: s.name("event")}
	mirror := s.mirrorDefinition(d.mirrorName)
	d.mirror = s.newDefinition(mirror, leastParameters)
	d.parameters = contract.LongestOverrides - overrides(mirror.command, mirror.defaults, mirror.environment)
	role := s.newJobRole("ControllerRole", "The controller's jobs", s.controllerPermissions(q, d.mirrorName))
	execution := s.newExecutionRole("ControllerExecutionRole", "the controller's jobs")
	controller := func(id, name string, props settings.JobProps, command ...string) definition {
		return definition{
			id: id, name: name, props: props, command: texts(command...), environment: s.controllerEnvironment(q, d),
			role: role, execution: execution, logs: s.logs.controller, retries: retries(""),
		}
	}
	d.sweep = s.newDefinition(controller("SweepJob", d.sweepName, s.props.Sweep, "controller", "sweep"), 0)
	if s.props.Push.Target == settings.PushBatch {
		d.event = s.newDefinition(controller("EventJob", d.eventName, s.props.Event, "controller", "event",
			"--repository", ref(contract.ParamRepository), "--tag", ref(contract.ParamTag)), longestPush)
	}
	return d
}

func (s *stack) mirrorDefinition(name string) definition {
	role := s.newJobRole("MirrorRole", "Mirror jobs", s.mirrorPermissions())
	return definition{
		id: "MirrorJob", name: name, props: s.props.Mirror, ec2: s.props.Compute.EC2,
		command: texts("mirror", "--"+contract.ParamOptions, ref(contract.ParamOptions), ref(contract.ParamSource),
			ref(contract.ParamDest)),
		defaults:    map[string]string{contract.ParamOptions: contract.DefaultOptions},
		environment: s.mirrorEnvironment(),
		role:        role, execution: s.newExecutionRole("MirrorExecutionRole", "mirror jobs"),
		logs: s.logs.mirror, retries: retries(reclaimed(s.props.Compute)),
	}
}

// ref returns what stands for a parameter in a command.
func ref(parameter string) string { return "Ref::" + parameter }

// parametersOf returns the defaults of parameters as CDK takes them; nil where there are none.
func parametersOf(defaults map[string]string) *map[string]any {
	if len(defaults) == 0 {
		return nil
	}
	m := map[string]any{}
	for name, value := range defaults {
		m[name] = value
	}
	return &m
}

// A definition is what the job definitions differ in.
type definition struct {
	id, name        string
	props           settings.JobProps
	ec2             bool
	command         *[]*string
	defaults        map[string]string // of parameters, by name
	environment     map[string]string
	role, execution awsiam.IRole
	logs            awslogs.ILogGroup
	retries         *[]awsbatch.RetryStrategy
}

// newDefinition makes a definition that leaves that many characters of a task's overrides to parameters.
func (s *stack) newDefinition(d definition, parameters int) awsbatch.EcsJobDefinition {
	d.environment[envRegion] = *awscdk.Aws_REGION()
	if err := checkDefinition(d, parameters); err != nil {
		s.wrong = append(s.wrong, err)
	}
	return awsbatch.NewEcsJobDefinition(s.scope, &d.id, &awsbatch.EcsJobDefinitionProps{
		JobDefinitionName: &d.name,
		Container:         s.newContainer(d),
		Parameters:        parametersOf(d.defaults),
		RetryAttempts:     jsii.Number(d.props.Attempts),
		RetryStrategies:   d.retries,
		Timeout:           awscdk.Duration_Seconds(jsii.Number(d.props.Timeout.Seconds())),
		PropagateTags:     jsii.Bool(true),
	})
}

func (s *stack) newContainer(d definition) awsbatch.IEcsContainerDefinition {
	logging := awsecs.LogDriver_AwsLogs(&awsecs.AwsLogDriverProps{LogGroup: d.logs, StreamPrefix: &d.name})
	memory := awscdk.Size_Mebibytes(jsii.Number(d.props.Memory))
	if d.ec2 {
		return awsbatch.NewEcsEc2ContainerDefinition(s.scope, jsii.String(d.id+"Container"),
			&awsbatch.EcsEc2ContainerDefinitionProps{
				Image: s.image.container, Command: d.command, Environment: environment(d.environment),
				Cpu: &d.props.VCPUs, Memory: memory,
				JobRole: d.role, ExecutionRole: d.execution, Logging: logging,
				User: jsii.String(user), ReadonlyRootFilesystem: jsii.Bool(true),
			})
	}
	architecture := awsecs.CpuArchitecture_ARM64()
	if s.props.Architecture == settings.AMD64 {
		architecture = awsecs.CpuArchitecture_X86_64()
	}
	return awsbatch.NewEcsFargateContainerDefinition(s.scope, jsii.String(d.id+"Container"),
		&awsbatch.EcsFargateContainerDefinitionProps{
			Image: s.image.container, Command: d.command, Environment: environment(d.environment),
			Cpu: &d.props.VCPUs, Memory: memory,
			JobRole: d.role, ExecutionRole: d.execution, Logging: logging,
			User: jsii.String(user), ReadonlyRootFilesystem: jsii.Bool(true),
			FargateCpuArchitecture: architecture,
			AssignPublicIp:         &s.network.publicIP,
		})
}

// registryEnvironment says how both programs reach registries.
func (s *stack) registryEnvironment() map[string]string {
	r := s.props.Registries
	return map[string]string{
		contract.EnvAuthParameter:      r.AuthParameter,
		contract.EnvAuthSecret:         join(r.AuthSecrets),
		contract.EnvInsecureRegistries: join(r.Insecure),
		contract.EnvArtifacts:          unless("all", join(r.Artifacts)),
	}
}

// unless returns a text, "" if that is the default.
func unless(byDefault, text string) string {
	if text == byDefault {
		return ""
	}
	return text
}

func (s *stack) mirrorEnvironment() map[string]string {
	m := s.registryEnvironment()
	maps.Copy(m, s.documents.values(mirrorDocuments...))
	m[contract.EnvLedger] = s.ledgerName()
	if key := s.props.Registries.ReceiptKey; key != "" {
		m[contract.EnvReceiptKey] = key
	}
	if rate := s.props.Registries.PutImageRate; rate != images.DefaultPutImageRate {
		m[contract.EnvPutImageRate] = strconv.Itoa(rate)
	}
	m[contract.EnvMemoryBudget] = fmt.Sprintf("%dMiB", memoryBudget(s.props.Mirror.Memory))
	return m
}

func (s *stack) controllerEnvironment(q queues, d definitions) map[string]string {
	m := s.registryEnvironment()
	maps.Copy(m, s.documents.values(commonDocuments...))
	m[contract.EnvTable] = *s.table.TableName()
	m[contract.EnvLedger] = s.ledgerName()
	m[contract.EnvQueue] = *q.mirror.JobQueueArn()
	m[contract.EnvJobDefinition] = d.mirrorName
	m[contract.EnvJobParameters] = strconv.Itoa(d.parameters)
	if s.props.Registries.Template != "" {
		m[contract.EnvCreatesRepositories] = "on"
	}
	if most := s.props.Selection.MostTags; most != selection.DefaultTags {
		m[contract.EnvMostTags] = strconv.Itoa(most)
	}
	if most := s.props.Selection.MostRepositories; most != selection.DefaultRepositories {
		m[contract.EnvMostRepositories] = strconv.Itoa(most)
	}
	m[contract.EnvTimeLimit] = timeLimit(s.props.Sweep.Timeout).String()
	m[contract.EnvMetrics] = "on"     // alarms watch them
	m[contract.EnvLogFormat] = "json" // for CloudWatch's queries
	return m
}

// timeLimit returns for how long a sweep that is ended after timeout looks at entries. The rest is for jobs and
// statuses.
func timeLimit(timeout time.Duration) time.Duration {
	return (timeout - min(timeout/10, 5*time.Minute)).Truncate(time.Second)
}

// memoryBudget returns how much of a container's memory, in MiB, may be on its way between
// source and destinations: half of it. The program takes 32 MiB beside its budget before it
// collects garbage, and what is live then, manifests and connections, comes on top.
func memoryBudget(memory int) int { return memory / 2 }

// envRegion is the SDK's variable of the region. ECS sets it on Fargate, and on instances with an agent of
// 2026; Lambda sets it itself and takes no function that does.
const envRegion = "AWS_REGION"
