package checkout

import (
	"strings"
	"testing"
)

func TestWhichVersionCameBefore(t *testing.T) {
	for _, c := range []struct {
		tags, version string
		tagged        bool
		want          string
	}{
		{"", "v1.0.0", true, ""},
		{"v1.0.0", "v1.0.0", true, ""},
		{"v1.0.0 v1.2.0 v1.10.0 v1.9.0", "v1.10.0", true, "v1.9.0"},
		{"v1.0.0 v1.1.0-rc.1 v1.1.0", "v1.1.0", true, "v1.0.0"},
		{"v1.0.0 v1.1.0-rc.1 v1.1.0-rc.2 v1.1.0", "v1.1.0-rc.2", true, "v1.1.0-rc.1"},
		{"v1.0.0 v2.0.0", "v1.0.1", true, "v1.0.0"}, // a release of an older line
		{"nightly HEAD v1 v1.2.3;touch v0.9.0", "v1.0.0", true, "v0.9.0"},
		{"v1.0.0 v1.1.0-rc.1", "v0.0.0-20261127010203-4f2d4f2d4f2d", false, "v1.1.0-rc.1"},
		{"nightly", "v0.0.0-20261127010203-4f2d4f2d4f2d", false, ""},
	} {
		if got := previous(strings.Fields(c.tags), c.version, c.tagged); got != c.want {
			t.Errorf("before %s, of %s: %q, want %q", c.version, c.tags, got, c.want)
		}
	}
}
