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

// Container returns how many bytes of memory the container may take that the program runs
// in: its control group's limit (version 1 or 2), or that of the Lambda function. It is 0
// where there is no container, no limit, or no telling.
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

// Share returns what of the container's memory, in bytes, the Go runtime may take: nine
// tenths, because it does not count all that the kernel does. Of 0 it is 0.
func Share(container int64) int64 { return container / 10 * 9 }
