package settings

import (
	"github.com/spf13/pflag"

	"ecrmirror/internal/contract"
	"ecrmirror/internal/flagvalue"
	"ecrmirror/internal/images"
)

const putRateFlag = "put-image-rate"

// putRate is how many manifests are put into ECR in a second.
type putRate struct {
	value flagvalue.Number
	env   *flagvalue.Environment // nil where the program has no such flag
}

// AddPutImageRate adds the flag that says how fast manifests are put into ECR, for programs that write images.
func (f *Registries) AddPutImageRate(flags *pflag.FlagSet, getenv func(string) string) {
	f.puts.value = flagvalue.NewNumber("NUMBER", images.DefaultPutImageRate, 1, images.HighestPutImageRate)
	f.puts.env = flagvalue.NewEnvironment(flags, getenv)
	f.puts.env.Var(&f.puts.value, putRateFlag, contract.EnvPutImageRate,
		"`NUMBER` of calls of ECR's PutImage a second, for an account in a region: its quota, where that was raised")
}

// CheckPutImageRate returns what is wrong with the flag's variable. It is wrong usage.
func (f *Registries) CheckPutImageRate() error { return f.puts.env.Check(putRateFlag) }
