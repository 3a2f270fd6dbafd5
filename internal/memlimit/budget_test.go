package memlimit

import "testing"

func TestBudgetFitsTheContainer(t *testing.T) {
	for container, want := range map[int64]int64{
		0: 64 << 20, 4 << 30: 64 << 20, 144 << 20: 64 << 20,
		100 << 20: 20 << 20, 64 << 20: 8 << 20,
	} {
		if got := Budget(container); got != want {
			t.Errorf("in a container of %d bytes: %d, want %d", container, got, want)
		}
	}
}
