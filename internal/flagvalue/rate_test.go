package flagvalue

import (
	"testing"
	"time"
)

func TestRate(t *testing.T) {
	for _, c := range []struct {
		text string
		rate int64
		over time.Duration
		back string
	}{
		{"32KiB", 32 << 10, 10 * time.Minute, "32KiB/10m"},
		{"64Ki/90s", 64 << 10, 90 * time.Second, "64KiB/1m30s"},
		{"1M/24h", 1 << 20, 24 * time.Hour, "1MiB/24h"},
		{"500/1s", 500, time.Second, "500B/1s"},
		{"1.5MiB/2h", 3 << 19, 2 * time.Hour, "1.5MiB/2h"},
		{"0", -1, 10 * time.Minute, "0"},
		{"0/5m", -1, 5 * time.Minute, "0"},
	} {
		m := NewRate(32<<10, 10*time.Minute)
		if err := m.Set(c.text); err != nil || m.BytesPerSecond != c.rate || m.Over != c.over || m.String() != c.back {
			t.Errorf("%s: %+v, %q, %v", c.text, m, m.String(), err)
		}
	}
	for _, text := range []string{
		"", "/", "/10m", "32KiB/", "fast", "-1", "1e9", "1 KiB", "32KiB/10", "32KiB/500ms",
		"32KiB/25h", "32KiB/-1m", "32KiB/10m/1", "1TiB", "99999999999999999999",
	} {
		m := NewRate(32<<10, 10*time.Minute)
		if err := m.Set(text); err == nil || m != NewRate(32<<10, 10*time.Minute) {
			t.Errorf("%q was taken as %+v", text, m)
		}
	}
	if m := NewRate(32<<10, 10*time.Minute); m.String() != "32KiB/10m" {
		t.Errorf("the default is %s", m.String())
	}
}
