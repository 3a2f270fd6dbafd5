package settings

import (
	"strings"
	"testing"

	"github.com/spf13/pflag"

	"ecrmirror/internal/contract"
	"ecrmirror/internal/imagename"
)

func TestListsComeFromTheFlagsOrTheEnvironment(t *testing.T) {
	for _, c := range []struct {
		args []string
		env  string // of sources
		want string // hosts that may be read from; or part of the error
	}{
		{nil, "", "a.io b.io c.io"},
		{nil, "a.io, b.io,\n", "a.io b.io"},
		{[]string{"--allow-source", "c.io"}, "a.io", "c.io"},
		{[]string{"--allow-source", "a.io,b.io", "--allow-source=c.io/**"}, "a.io", "a.io b.io c.io"},
		{[]string{"--allow-destination", "c.io"}, "a.io", "a.io"},
		{[]string{"--allow-source", "c.io"}, "wrong", "c.io"},
		{nil, "a.io,wrong", `pattern "wrong" of --allow-source, env MIRROR_ALLOWED_SOURCES: `},
		{nil, " ", "--allow-source, env MIRROR_ALLOWED_SOURCES: is empty"},
		{[]string{"--allow-source="}, "a.io", "--allow-source, env MIRROR_ALLOWED_SOURCES: is empty"},
		{
			[]string{"--allow-destination=wrong"},
			"",
			`pattern "wrong" of --allow-destination, env MIRROR_ALLOWED_DESTINATIONS: `,
		},
	} {
		var f Allowed
		flags := pflag.NewFlagSet("", pflag.ContinueOnError)
		f.Add(flags, func(name string) string { return map[string]string{contract.EnvAllowedSources: c.env}[name] })
		if err := flags.Parse(c.args); err != nil {
			t.Fatal(err)
		}
		lists, err := f.Lists()
		if err != nil {
			if !strings.HasPrefix(err.Error(), c.want) {
				t.Errorf("%q, %q: %v, want %s", c.args, c.env, err, c.want)
			}
			continue
		}
		var allowed []string
		for _, host := range []string{"a.io", "b.io", "c.io"} {
			if lists.Source(imagename.Name{Kind: imagename.Registry, Host: host, Repository: "app", Tag: "1"}) == nil {
				allowed = append(allowed, host)
			}
		}
		if got := strings.Join(allowed, " "); got != c.want {
			t.Errorf("%q, %q: %s, want %s", c.args, c.env, got, c.want)
		}
	}
}
