package printable

import (
	"math"
	"slices"
)

// share returns how much each of some things may have, so that they have no more than most together: what the
// small ones leave is for the large ones. If they have no more anyway, it is the largest number.
func share(most int, sizes []int) int {
	left := most
	for i, size := range slices.Sorted(slices.Values(sizes)) {
		if each := left / (len(sizes) - i); size > each {
			return each
		}
		left -= size
	}
	return math.MaxInt
}
