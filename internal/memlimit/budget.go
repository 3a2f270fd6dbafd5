package memlimit

// Bounds of the budget, in bytes, that a user may ask for.
const (
	LeastBudget = 8 << 20
	MostBudget  = 64 << 30
)

const (
	defaultBudget = 64 << 20
	// besideAll is what the whole process takes at most beside the budget; some 13 MiB of it are what verifies
	// signatures, though nobody asks it to.
	besideAll = 80 << 20
)

// Budget returns how many bytes of memory a copy may take for what is on its way, unless the user says it, in a
// container of so many bytes, 0 if that is not known.
func Budget(container int64) int64 {
	if container == 0 {
		return defaultBudget
	}
	return min(max(container-besideAll, LeastBudget), defaultBudget)
}
