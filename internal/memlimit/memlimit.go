// Package memlimit tells how much memory the program may take where it runs, and has it keep to that.
package memlimit

import (
	"math"
	"strconv"

	"github.com/KimMachineGun/automemlimit/memlimit"
)

// lambdaMemory is the variable by which AWS Lambda tells how many MiB a function has. Its
// sandbox shows no control group.
const lambdaMemory = "AWS_LAMBDA_FUNCTION_MEMORY_SIZE"

// Container returns the memory limit of the container in bytes: that of the control group (version 1 or 2), or of the
// Lambda function. It returns 0 where there is no container or no limit, or where the limit can't be read.
func Container(getenv func(string) string) int64 {
	if mib, err := strconv.ParseInt(getenv(lambdaMemory), 10, 32); err == nil && mib > 0 {
		return mib << 20
	}
	limit, err := memlimit.FromCgroup()
	if err != nil || limit > math.MaxInt64/2 { // version 1 says "no limit" by a huge number
		return 0
	}
	return int64(limit)
}

// Share returns how many bytes the Go runtime may take of a container's memory: nine tenths, because the kernel
// counts more than the runtime does. Share(0) is 0.
func Share(container int64) int64 { return container / 10 * 9 }
