package memlimit

import "runtime/debug"

const (
	// besideBudget is the memory, in bytes, that Go's heap takes beside what is on its way in a copy.
	besideBudget = 32 << 20

	// gcPercent has the heap grow to 48 MiB before garbage is collected: what is live at first is
	// little, and collecting at each doubling takes a tenth of the time that many small layers take.
	// What is live later is bounded by the budget, and all by the limit.
	gcPercent = 1200
)

// Tune sets the memory limit of the Go runtime, so that garbage is collected before the heap outgrows a copy's budget
// with 32 MiB besides, or the share of the container, and seldom otherwise. container is 0 if it is not known.
// GOMEMLIMIT and GOGC in the environment win. The limit is soft: live memory may exceed it.
func Tune(budget, container int64, getenv func(string) string) {
	if getenv("GOMEMLIMIT") == "" {
		limit := budget + besideBudget
		if container > 0 {
			limit = min(limit, Share(container))
		}
		debug.SetMemoryLimit(limit)
	}
	if getenv("GOGC") == "" {
		debug.SetGCPercent(gcPercent)
	}
}
