package flagvalue_test

import (
	"testing"
	"time"

	"github.com/spf13/pflag"

	"ecrmirror/internal/flagvalue"
)

func TestAFlagWinsOverItsVariableAndThatOverTheDefault(t *testing.T) {
	for _, c := range []struct {
		env, flag string
		want, err string
	}{
		{want: "55m0s"},
		{env: "10s", want: "10s"},
		{flag: "--limit=20s", want: "20s"},
		{env: "10s", flag: "--limit=20s", want: "20s"},
		{env: "long", want: "55m0s", err: `MIRROR_LIMIT is "long": must be a time of 1s at least, like 55m or 1h30m`},
		{env: "long", flag: "--limit=20s", want: "20s"},
	} {
		flags := pflag.NewFlagSet("", pflag.ContinueOnError)
		environment := flagvalue.NewEnvironment(flags,
			func(name string) string { return map[string]string{"MIRROR_LIMIT": c.env}[name] })
		limit := flagvalue.NewDuration(55*time.Minute, time.Second, "55m or 1h30m")
		environment.Var(&limit, "limit", "MIRROR_LIMIT", "how long")
		if c.flag != "" {
			if err := flags.Parse([]string{c.flag}); err != nil {
				t.Fatal(err)
			}
		}
		text := ""
		if err := environment.Check("limit"); err != nil {
			text = err.Error()
		}
		if limit.String() != c.want || text != c.err {
			t.Errorf("%+v: %s, %s", c, limit.String(), text)
		}
		if err := environment.Check("others"); err != nil {
			t.Errorf("%+v: a flag that the command does not use: %v", c, err)
		}
	}
}

func TestUsageNamesTheVariable(t *testing.T) {
	flags := pflag.NewFlagSet("", pflag.ContinueOnError)
	environment := flagvalue.NewEnvironment(flags, func(string) string { return "mirror" })
	var table string
	environment.String(&table, "table", "MIRROR_TABLE", "`NAME` of the table")
	if got := flags.Lookup("table"); table != "mirror" || got.Usage != "`NAME` of the table (env MIRROR_TABLE)" ||
		got.DefValue != "mirror" {
		t.Errorf("%q, %+v", table, got)
	}
}
