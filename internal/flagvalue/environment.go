package flagvalue

import (
	"errors"
	"fmt"

	"github.com/spf13/pflag"
)

// An Environment adds flags to a set whose defaults come from environment variables. Their usage names the variable.
type Environment struct {
	flags  *pflag.FlagSet
	getenv func(string) string
	wrong  map[string]error // by the flag's name: what is wrong with its variable
}

// NewEnvironment returns the environment that getenv reads, for a set of flags.
func NewEnvironment(flags *pflag.FlagSet, getenv func(string) string) *Environment {
	return &Environment{flags: flags, getenv: getenv, wrong: map[string]error{}}
}

// String adds a flag of any text.
func (e *Environment) String(value *string, name, variable, usage string) {
	e.flags.StringVar(value, name, e.getenv(variable), usage+" (env "+variable+")")
}

// Var adds a flag. A variable that the value does not accept leaves the value as it is; [Environment.Check] tells.
func (e *Environment) Var(value pflag.Value, name, variable, usage string) {
	if text := e.getenv(variable); text != "" {
		if err := value.Set(text); err != nil {
			e.wrong[name] = fmt.Errorf("%s is %q: %w", variable, text, err)
		}
	}
	e.flags.Var(value, name, usage+" (env "+variable+")")
}

// Check returns what is wrong with the variables of the named flags. The variable of a flag that the command line gives
// does not matter.
func (e *Environment) Check(names ...string) error {
	var errs []error
	for _, name := range names {
		if !e.flags.Changed(name) {
			errs = append(errs, e.wrong[name])
		}
	}
	return errors.Join(errs...)
}
