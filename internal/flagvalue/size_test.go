package flagvalue

import "testing"

func TestSize(t *testing.T) {
	for s, want := range map[string]int64{
		"8MiB": 8 << 20, "8388608": 8 << 20, "8388608B": 8 << 20, "64M": 64 << 20, "64m": 64 << 20, "64MB": 64 << 20,
		"64Mi": 64 << 20, "64mib": 64 << 20, "16384KiB": 16 << 20, "1.5GiB": 3 << 29, "64G": 64 << 30,
		"0.01T": 10995116277,
		"":      0, "0": 0, "-1": 0, "-64MiB": 0, "+64MiB": 0, "8388607": 0, "7.99MiB": 0, "65GiB": 0, "1P": 0,
		"64Z": 0, "64 MiB": 0,
		" 64MiB": 0, "64MiB ": 0, "64MiBB": 0, "64iB": 0, "1e9": 0, "0x4000000": 0, "1_000_000_000": 0,
		".5GiB": 0, "64.MiB": 0,
		"1,5GiB": 0, "999999999999999T": 0, "9999999999999999999": 0, "NaN": 0, "inf": 0, "64MiB;": 0, "MiB": 0,
		"50%": 0, "６４MiB": 0,
	} {
		m := NewSize(1, 8<<20, 64<<30)
		err := m.Set(s)
		if want == 0 {
			if err == nil || m.Value() != 1 {
				t.Errorf("%q: %d, %v, want an error", s, m.Value(), err)
			}
			continue
		}
		if err != nil || m.Value() != want {
			t.Errorf("%q: %d, %v, want %d", s, m.Value(), err, want)
		}
	}
}
