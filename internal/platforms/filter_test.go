package platforms_test

import (
	"errors"
	"strings"
	"testing"

	"ecrmirror/internal/platforms"
)

func TestASingleManifest(t *testing.T) {
	for _, c := range []struct {
		platform platforms.Platform
		want     string
	}{
		{platforms.Platform{OS: "linux", Architecture: "arm64"}, ""},
		{platforms.Platform{OS: "linux", Architecture: "arm64", Variant: "v8"}, ""},
		{platforms.Platform{OS: "windows", Architecture: "amd64", OSVersion: "10.0.20348.1"}, ""},
		{platforms.Platform{}, ""},
		{platforms.Platform{OS: "unknown", Architecture: "unknown"}, ""},
		{platforms.Platform{OS: "linux", Architecture: "amd64"}, "there is linux/amd64"},
		{
			platforms.Platform{OS: "windows", Architecture: "amd64", OSVersion: "10.0.203481"},
			"there is windows/amd64:10.0.203481",
		},
		{platforms.Platform{OS: strings.Repeat("\u202e", 5000), Architecture: "x"}, "there is ????"},
	} {
		err := filterOf(t, []string{"linux/arm64", "windows/amd64:10.0.20348"}).Single(c.platform)
		var none *platforms.NoneError
		if (err != nil) != (c.want != "") || err != nil && (!errors.As(err, &none) || len(err.Error()) > 200 ||
			!strings.HasPrefix(err.Error(), "no instance for linux/arm64, windows/amd64:10.0.20348: "+c.want)) {
			t.Errorf("%.100s: %v, want %s", c.platform, err, c.want)
		}
		if err := (platforms.Filter{}).Single(c.platform); err != nil {
			t.Errorf("without a filter: %v", err)
		}
	}
}
