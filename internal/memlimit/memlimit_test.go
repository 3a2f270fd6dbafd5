package memlimit

import "testing"

func TestAFunctionIsToldItsMemory(t *testing.T) {
	for value, want := range map[string]int64{"128": 128 << 20, "10240": 10240 << 20} {
		if got := Container(func(string) string { return value }); got != want {
			t.Errorf("%q: %d, want %d", value, got, want)
		}
	}
}

func TestWhatIsNoNumberIsNotTaken(t *testing.T) {
	plain := Container(func(string) string { return "" }) // whatever this machine has
	for _, value := range []string{"0", "-1", "x", "99999999999999999999"} {
		if got := Container(func(string) string { return value }); got != plain {
			t.Errorf("%q: %d, want %d", value, got, plain)
		}
	}
}

func TestShare(t *testing.T) {
	if Share(0) != 0 || Share(1000) != 900 {
		t.Error(Share(0), Share(1000))
	}
}
