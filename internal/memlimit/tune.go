package memlimit

import "runtime/debug"

const (
	// besideBudget is the memory, in bytes, that Go's heap takes beside what is on its way in a copy.
	besideBudget = 32 << 20

	// copyPercent has the heap grow to 48 MiB before garbage is collected: what is live at first is
	// little, and collecting at each doubling takes a tenth of the time that many small layers take.
	// What is live later is bounded by the budget, and all by the limit.
	copyPercent = 1200

	// sweepLimit is from how many bytes on the Go runtime collects garbage all the time. A sweep needs
	// less than half of it at any moment, and leaves the rest as garbage.
	sweepLimit = 80 << 20

	// sweepPercent has garbage collected when there is half as much of it as what is needed, where strangers make that
	// more, or the limit is another one: time is spent on waiting for registries, and not on this.
	sweepPercent = 50
)

// ForCopy sets the memory limit of the Go runtime, so that garbage is collected before the heap outgrows a copy's
// budget with 32 MiB besides, or the share of the container, and seldom otherwise. container is 0 if it is not known.
// GOMEMLIMIT and GOGC in the environment win. The limit is soft: live memory may exceed it.
func ForCopy(budget, container int64, getenv func(string) string) {
	set(budget+besideBudget, container, copyPercent, getenv)
}

// ForSweep does the same for a sweep of the table, with 80 MiB.
func ForSweep(getenv func(string) string) { set(sweepLimit, Container(getenv), sweepPercent, getenv) }

func set(limit, container int64, percent int, getenv func(string) string) {
	if getenv("GOMEMLIMIT") == "" {
		if container > 0 {
			limit = min(limit, Share(container))
		}
		debug.SetMemoryLimit(limit)
	}
	if getenv("GOGC") == "" {
		debug.SetGCPercent(percent)
	}
}
