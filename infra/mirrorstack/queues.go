package mirrorstack

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsbatch"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsec2"
	"github.com/aws/jsii-runtime-go"
)

// queues are where jobs wait. The controller's have capacity of their own, so that no
// number of mirror jobs keeps them waiting, and capacity on demand, so that they aren't
// interrupted.
//
// CloudFormation makes up their names and those of their compute environments, and all else refers to
// them: some of what they are can't be changed, so that they are replaced, and a name of ours would
// still be taken then (docs/adr/0007-generated-names.md).
type queues struct{ controller, mirror awsbatch.JobQueue }

// For how many hours a job may wait for capacity that does not come.
const (
	controllerWait = 1  // the next sweep is near
	mirrorWait     = 24 // the most that Batch takes
)

func (s *stack) newQueues() queues {
	var q queues
	q.controller = s.newQueue("ControlQueue", 10, controllerWait,
		s.newFargate("ControllerCompute", false, s.props.Compute.ControllerMaxVCPUs))

	var computes []awsbatch.IComputeEnvironment
	newCompute := s.newFargate
	if s.props.Compute.EC2 {
		newCompute = s.newEC2
	}
	if s.props.Compute.Spot {
		computes = append(computes, newCompute("SpotCompute", true, s.props.Compute.MaxVCPUs))
	}
	computes = append(computes, newCompute("OnDemandCompute", false, s.props.Compute.MaxVCPUs))
	q.mirror = s.newQueue("MirrorQueue", 1, mirrorWait, computes...)
	return q
}

// newQueue makes a queue that uses the compute environments in this order: the next where
// the one before has no capacity left.
func (s *stack) newQueue(
	id string, priority float64, wait int, computes ...awsbatch.IComputeEnvironment,
) awsbatch.JobQueue {
	var ordered []*awsbatch.OrderedComputeEnvironment
	for i, c := range computes {
		ordered = append(ordered, &awsbatch.OrderedComputeEnvironment{ComputeEnvironment: c, Order: jsii.Number(i + 1)})
	}
	var limits []*awsbatch.JobStateTimeLimitAction
	for _, reason := range []awsbatch.JobStateTimeLimitActionsReason{
		awsbatch.JobStateTimeLimitActionsReason_INSUFFICIENT_INSTANCE_CAPACITY,
		awsbatch.JobStateTimeLimitActionsReason_COMPUTE_ENVIRONMENT_MAX_RESOURCE,
		awsbatch.JobStateTimeLimitActionsReason_JOB_RESOURCE_REQUIREMENT,
	} {
		limits = append(limits, &awsbatch.JobStateTimeLimitAction{
			Reason:  reason,
			State:   awsbatch.JobStateTimeLimitActionsState_RUNNABLE,
			Action:  awsbatch.JobStateTimeLimitActionsAction_CANCEL,
			MaxTime: awscdk.Duration_Hours(jsii.Number(wait)),
		})
	}
	return awsbatch.NewJobQueue(s.scope, &id, &awsbatch.JobQueueProps{
		Priority:                 &priority,
		ComputeEnvironments:      &ordered,
		JobStateTimeLimitActions: &limits,
	})
}

func (s *stack) newFargate(id string, spot bool, maxVCPUs int) awsbatch.IComputeEnvironment {
	return awsbatch.NewFargateComputeEnvironment(s.scope, &id, &awsbatch.FargateComputeEnvironmentProps{
		Vpc:            s.network.vpc,
		VpcSubnets:     s.network.selection(),
		SecurityGroups: &[]awsec2.ISecurityGroup{s.network.security},
		Spot:           &spot,
		MaxvCpus:       jsii.Number(maxVCPUs),
	})
}

func (s *stack) newEC2(id string, spot bool, maxVCPUs int) awsbatch.IComputeEnvironment {
	strategy := awsbatch.AllocationStrategy_BEST_FIT_PROGRESSIVE
	if spot {
		strategy = awsbatch.AllocationStrategy_SPOT_PRICE_CAPACITY_OPTIMIZED
	}
	var types []awsec2.InstanceType
	for _, t := range s.props.InstanceTypes() {
		types = append(types, awsec2.NewInstanceType(&t))
	}
	return awsbatch.NewManagedEc2EcsComputeEnvironment(s.scope, &id, &awsbatch.ManagedEc2EcsComputeEnvironmentProps{
		Vpc:                        s.network.vpc,
		VpcSubnets:                 s.network.selection(),
		SecurityGroups:             &[]awsec2.ISecurityGroup{s.network.security},
		Spot:                       &spot,
		MaxvCpus:                   jsii.Number(maxVCPUs),
		AllocationStrategy:         strategy,
		InstanceTypes:              &types,
		UseOptimalInstanceClasses:  jsii.Bool(false),
		UpdateToLatestImageVersion: jsii.Bool(true),
		Images:                     &[]*awsbatch.EcsMachineImage{{ImageType: awsbatch.EcsMachineImageType_ECS_AL2023}},
		LaunchTemplate: awsec2.NewLaunchTemplate(s.scope, jsii.String(id+"Template"), &awsec2.LaunchTemplateProps{
			RequireImdsv2: jsii.Bool(true),
		}),
	})
}
