package cli

import "testing"

func TestChoice(t *testing.T) {
	for _, c := range []struct{ env, set, want, err string }{
		{want: "text"},
		{set: "json", want: "json"},
		{set: "table", want: "text"},
		{set: "yaml", want: "text", err: "must be text, json or none"},
		{set: "Text", want: "text", err: "must be text, json or none"},
		{env: "none", want: "none"},
		{env: "none", set: "json", want: "json"},
	} {
		choice := OneOf("FORMAT", "text", "json", "none").Formerly("table").From(c.env)
		text := ""
		if c.set != "" {
			if err := choice.Set(c.set); err != nil {
				text = err.Error()
			}
		}
		if choice.String() != c.want || text != c.err {
			t.Errorf("%+v: %q, %q", c, choice.String(), text)
		}
	}
	wrong := OneOf("FORMAT", "text", "json").From("xml")
	if err := wrong.Check("MIRROR_FORMAT"); err == nil || err.Error() != `MIRROR_FORMAT is "xml": must be text or json` {
		t.Error(err)
	}
}
