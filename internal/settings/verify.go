package settings

import (
	"fmt"

	"github.com/spf13/pflag"

	"ecrmirror/internal/contract"
	"ecrmirror/internal/verify/policy"
)

const verifyFlag = "verify"

// Verify says who must have signed an image whose request does not say it.
type Verify struct {
	text, env string
	flags     *pflag.FlagSet
}

// Add adds the flag.
func (v *Verify) Add(flags *pflag.FlagSet, getenv func(string) string) {
	v.flags, v.env = flags, getenv(contract.EnvVerify)
	flags.StringVar(&v.text, verifyFlag, "",
		"`JSON` of who must have signed an image, where its request does not say so: [{\"github\":[\"OWNER/REPO\"]}] "+
			"(env "+contract.EnvVerify+")")
}

// Policy returns the policy in its canonical text, "" where nobody must have signed. Its keys must be in it.
func (v *Verify) Policy() (string, error) {
	text, where := v.text, "--"+verifyFlag
	if !v.flags.Changed(verifyFlag) {
		text, where = v.env, contract.EnvVerify
	}
	if text == "" {
		return "", nil
	}
	p, err := policy.ParseAlone(text)
	if err != nil {
		return "", fmt.Errorf("%s: %w", where, err)
	}
	return p.String(), nil
}
