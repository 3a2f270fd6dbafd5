package settings

import (
	"fmt"

	"github.com/spf13/pflag"

	"ecrmirror/internal/contract"
	"ecrmirror/internal/verify/policy"
)

// Verify says who must have signed an image whose request does not say it.
type Verify struct{ text text }

// Add adds the flag.
func (v *Verify) Add(flags *pflag.FlagSet, getenv func(string) string) {
	v.text.add(flags, getenv, "verify", contract.EnvVerify,
		"`JSON` of who must have signed an image, where its request does not say so: [{\"github\":[\"OWNER/REPO\"]}]")
}

// Policy returns the policy in its canonical text, "" where nobody must have signed. Its keys must be in it.
func (v *Verify) Policy() (string, error) {
	text, where := v.text.given()
	if text == "" {
		return "", nil
	}
	p, err := policy.ParseAlone(text)
	if err != nil {
		return "", fmt.Errorf("%s: %w", where, err)
	}
	return p.String(), nil
}
