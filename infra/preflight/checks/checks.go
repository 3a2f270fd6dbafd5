package checks

import (
	"context"
)

// A Check looks at one thing.
type Check func(ctx context.Context, w World) []Finding

// All returns the checks, in the order of the report.
func All() []Check {
	return []Check{
		stackState, bootstrap, image, sizes, linkedRoles, fargateQuotas, ec2Quotas, functionQuota, zones, network,
		grants, rights, creates,
	}
}
