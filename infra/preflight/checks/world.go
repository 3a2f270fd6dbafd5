package checks

import (
	"context"
	"errors"
	"net"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"ecrmirror/infra/assembly"
)

// A World is what checks look at: the stack, the place that it is deployed to, and the caller.
type World struct {
	Stack  assembly.Stack
	Place  assembly.Place
	Caller string // ARN of the user or the role that deploys
	AWS    AWS
}

// Begin finds out whose the credentials are, and where the stack goes, which is its own region or
// else the given one. Without that there is nothing to ask: the world's checks are of no use then.
func Begin(ctx context.Context, stack assembly.Stack, region string, clients AWS) (World, Finding) {
	const what = "credentials"
	w := World{Stack: stack, AWS: clients}
	switch {
	case region == "":
		return w, fix(what, "no region is set: export AWS_REGION=us-east-1, or the one that it goes to")
	case stack.Region != "" && stack.Region != region:
		return w, fix(what, "the setting region is %s, but the credentials are at home in %s: export "+
			"AWS_REGION=%[1]s", stack.Region, region)
	}
	who, err := clients.STS.GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{})
	if err != nil {
		return w, fix(what, "%s", credentialsFault(err))
	}
	w.Caller = aws.ToString(who.Arn)
	w.Place = assembly.Place{Account: aws.ToString(who.Account), Region: region, Partition: partition(w.Caller)}
	return w, okay(what, "account %s, region %s, as %s", w.Place.Account, region, w.Caller)
}

// credentialsFault says why there is no answer to whose the credentials are.
func credentialsFault(err error) string {
	var network net.Error
	switch code := codeOf(err); {
	case code != "":
		return "AWS does not take them (" + code +
			"): renew them by aws sso login or aws configure, or choose others by AWS_PROFILE"
	case errors.As(err, &network):
		return "AWS is not reached (" + reason(err) + "): look at the network, AWS_REGION and AWS_ENDPOINT_URL"
	}
	return "there are none (" + reason(err) + "): aws configure, aws sso login, or AWS_PROFILE"
}

// partition returns the partition of an ARN.
func partition(arn string) string {
	if parts := strings.Split(arn, ":"); len(parts) > 1 && parts[1] != "" {
		return parts[1]
	}
	return "aws"
}
