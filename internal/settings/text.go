package settings

import "github.com/spf13/pflag"

// A text is a setting of one text: that of a flag, or, where the flag is not there, that of the environment.
type text struct {
	flag, variable  string // their names
	fromFlag, inEnv string
	flags           *pflag.FlagSet
}

// add adds the flag, whose usage names the variable, too.
func (t *text) add(flags *pflag.FlagSet, getenv func(string) string, flag, variable, usage string) {
	t.flag, t.variable, t.flags, t.inEnv = flag, variable, flags, getenv(variable)
	flags.StringVar(&t.fromFlag, flag, "", usage+" (env "+variable+")")
}

// given returns the text, "" where there is none, and what errors about it call the setting.
func (t *text) given() (value, where string) {
	if t.flags.Changed(t.flag) {
		return t.fromFlag, "--" + t.flag
	}
	return t.inEnv, t.variable
}
