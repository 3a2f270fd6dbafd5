package memlimit

import (
	"runtime/debug"
	"testing"
)

func TestMemoryLimitIsTheUsersIfTheySetOne(t *testing.T) {
	before := debug.SetMemoryLimit(-1)
	defer debug.SetMemoryLimit(before)
	defer debug.SetGCPercent(debug.SetGCPercent(100))
	Tune(16<<20, 0, func(string) string { return "1GiB" })
	if got := debug.SetMemoryLimit(-1); got != before {
		t.Errorf("limit %d, want it untouched: %d", got, before)
	}
	for container, want := range map[int64]int64{0: 48 << 20, 1 << 30: 48 << 20, 50_000_000: 45_000_000} {
		Tune(16<<20, container, func(string) string { return "" })
		if got := debug.SetMemoryLimit(-1); got != want {
			t.Errorf("in a container of %d bytes: limit %d, want %d", container, got, want)
		}
	}
}
