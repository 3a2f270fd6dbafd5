package memlimit

import (
	"runtime/debug"
	"testing"
)

func TestMemoryLimitIsTheUsersIfTheySetOne(t *testing.T) {
	before := debug.SetMemoryLimit(-1)
	defer debug.SetMemoryLimit(before)
	defer debug.SetGCPercent(debug.SetGCPercent(100))
	ForCopy(16<<20, 0, func(string) string { return "1GiB" })
	if got := debug.SetMemoryLimit(-1); got != before {
		t.Errorf("limit %d, want it untouched: %d", got, before)
	}
	for container, want := range map[int64]int64{0: 48 << 20, 1 << 30: 48 << 20, 50_000_000: 45_000_000} {
		ForCopy(16<<20, container, func(string) string { return "" })
		if got := debug.SetMemoryLimit(-1); got != want {
			t.Errorf("in a container of %d bytes: limit %d, want %d", container, got, want)
		}
	}
}

func TestASweepKeepsToItsLimitUnlessTheUserSetsOne(t *testing.T) {
	before := debug.SetMemoryLimit(-1)
	defer debug.SetMemoryLimit(before)
	defer debug.SetGCPercent(debug.SetGCPercent(100))
	for mib, want := range map[string]int64{"1024": sweepLimit, "64": Share(64 << 20)} {
		ForSweep(func(name string) string { return map[string]string{lambdaMemory: mib}[name] })
		if got := debug.SetMemoryLimit(-1); got != want {
			t.Errorf("in a function of %s MiB: limit %d, want %d", mib, got, want)
		}
		if got := debug.SetGCPercent(100); got != sweepPercent {
			t.Errorf("garbage is collected at %d %%", got)
		}
	}
	debug.SetMemoryLimit(before)
	ForSweep(func(name string) string { return map[string]string{"GOMEMLIMIT": "1GiB", "GOGC": "100"}[name] })
	if got := debug.SetMemoryLimit(-1); got != before || debug.SetGCPercent(100) != 100 {
		t.Errorf("limit %d, want it untouched: %d", got, before)
	}
}
