package mirrorstack

import (
	"strconv"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsbatch"
	"github.com/aws/jsii-runtime-go"

	"ecrmirror/internal/contract"
)

// retries say which ends of an attempt are worth another: those that the program calls
// transient, and those that were not the program's. Batch takes five rules, the first that
// fits counts, and what fits none would be retried; so the last fits all.
func retries(first ...*awsbatch.CustomReason) *[]awsbatch.RetryStrategy {
	reasons := append([]*awsbatch.CustomReason{{OnExitCode: jsii.String(strconv.Itoa(contract.ExitTransient))}}, first...)
	reasons = append(reasons, &awsbatch.CustomReason{OnReason: jsii.String("CannotPull*")})
	var list []awsbatch.RetryStrategy
	for _, r := range reasons {
		list = append(list, awsbatch.RetryStrategy_Of(awsbatch.Action_RETRY, awsbatch.Reason_Custom(r)))
	}
	return jsiiSlice(append(list, awsbatch.RetryStrategy_Of(awsbatch.Action_EXIT, awsbatch.Reason_Custom(&awsbatch.CustomReason{OnReason: jsii.String("*")}))))
}

func jsiiSlice[T any](list []T) *[]T { return &list }

// mirrorRetries are those of jobs on capacity that may be taken away.
func mirrorRetries() *[]awsbatch.RetryStrategy {
	return retries(
		&awsbatch.CustomReason{OnStatusReason: jsii.String("Host EC2*")},                       // an instance, of Spot or broken
		&awsbatch.CustomReason{OnStatusReason: jsii.String("Your Spot Task was interrupted*")}, // of Fargate
	)
}

// controllerRetries are those of jobs on Fargate on demand.
func controllerRetries() *[]awsbatch.RetryStrategy {
	return retries(
		&awsbatch.CustomReason{OnStatusReason: jsii.String("ResourceInitializationError*")}, // no network interface, log group, ... in time
	)
}
