package mirrorstack

import (
	"strconv"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsbatch"
	"github.com/aws/jsii-runtime-go"

	"ecrmirror/infra/settings"
	"ecrmirror/internal/contract"
)

// How Batch says that Spot took the machine, on each platform.
const (
	// https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-capacity-providers.html
	fargateReclaimed = "Your Spot Task was interrupted*"
	// https://docs.aws.amazon.com/batch/latest/userguide/job_retries.html; instances that broke are among them.
	ec2Reclaimed = "Host EC2*"
)

// reclaimed returns how the status reason begins of a mirror job whose machine was taken away, "" where
// none is.
func reclaimed(c settings.ComputeProps) string {
	switch {
	case c.EC2:
		return ec2Reclaimed
	case c.Spot:
		return fargateReclaimed
	}
	return ""
}

// retries say which ends of an attempt are worth another. Batch takes five rules. The first that fits
// counts, all conditions of a rule must hold, and an attempt that no rule fits is tried again. So:
//
//   - the program says that it may work next time: again;
//   - the program was stopped from outside, which it tells by its exit code wherever and however Batch
//     words the reason: again (Batch itself tries nothing again that a person or the timeout stopped);
//   - Spot took the machine, without time for the program to say so: again;
//   - the program ended with a code that begins with 1 or 2: not again. 1 and 2 are its own; 2 is also a
//     crash of Go's runtime, 137 is out of memory, 139 a fault, 126 to 128 a command that can't run,
//     255 a lost exit code. The next sweep submits what is still stale;
//   - without an exit code nothing ran: an image that could not be pulled, no network interface, no log
//     group. No rule fits that, wherever Batch puts the reason: again.
func retries(reclaim string) *[]awsbatch.RetryStrategy {
	rule := func(action awsbatch.Action, reason awsbatch.CustomReason) awsbatch.RetryStrategy {
		return awsbatch.RetryStrategy_Of(action, awsbatch.Reason_Custom(&reason))
	}
	exit := func(code string) awsbatch.CustomReason { return awsbatch.CustomReason{OnExitCode: &code} }
	list := []awsbatch.RetryStrategy{
		rule(awsbatch.Action_RETRY, exit(strconv.Itoa(contract.ExitTransient))),
		rule(awsbatch.Action_RETRY, exit(strconv.Itoa(contract.ExitTerminated))),
	}
	if reclaim != "" {
		list = append(list, rule(awsbatch.Action_RETRY, awsbatch.CustomReason{OnStatusReason: jsii.String(reclaim)}))
	}
	list = append(list, rule(awsbatch.Action_EXIT, exit("1*")), rule(awsbatch.Action_EXIT, exit("2*")))
	return &list
}
