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

// Tune has garbage collected before memory grows beyond a copy's budget and what the program takes
// beside, or beyond what the container has, 0 if that is not known, and otherwise seldom, unless the
// user has said it themselves, by GOMEMLIMIT and GOGC. The limit is a soft one: more is taken where
// more is live.
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
