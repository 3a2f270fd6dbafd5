package changes

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestText(t *testing.T) {
	then, now := Modules{}, Modules{}
	then.Add([]string{
		"std go1.26.8", "", "example.org/a v1.0.0", "example.org/a v1.0.0", "example.org/gone v0.1.0",
		"example.org/same v1.0.0", "example.org/b v1.0.0",
	})
	now.Add([]string{
		"std go1.26.10", "example.org/same v1.0.0", "example.org/b v1.0.0 => example.org/fork v1.0.1",
		"example.org/a v1.1.0", "example.org/new v2.0.0+incompatible",
	})
	for name, c := range map[string]struct {
		before    string
		then, now Modules
		want      string
	}{
		"a release": {"v1.2.2", then, now, `The modules of ecrmirror v1.2.3, since v1.2.2.

Added:
  example.org/new v2.0.0+incompatible

Updated:
  example.org/a v1.0.0 to v1.1.0
  example.org/b v1.0.0 to v1.0.0 => example.org/fork v1.0.1
  std go1.26.8 to go1.26.10

Removed:
  example.org/gone v0.1.0
`},
		"nothing new": {"v1.2.2", now, now, "The modules of ecrmirror v1.2.3, since v1.2.2.\n\nNothing has changed.\n"},
		"the first": {
			"",
			Modules{},
			Modules{"b": "v2", "a": "v1"},
			"The modules of ecrmirror v1.2.3. There is no release before.\n\nAdded:\n  a v1\n  b v2\n",
		},
	} {
		if diff := cmp.Diff(c.want, Text("v1.2.3", c.before, c.then, c.now)); diff != "" {
			t.Errorf("%s (-want +got)\n%s", name, diff)
		}
	}
}
