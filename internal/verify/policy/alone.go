package policy

import (
	"fmt"
	"slices"

	"ecrmirror/internal/kmskey"
)

// ParseAlone reads a policy as [Parse] does, for who has no files: all keys must be in it, or in AWS KMS. It must ask
// for something. What is read may be compiled with a [KeySource] that knows keys of KMS alone.
func ParseAlone(text string) (Policy, error) {
	p, err := Parse(text)
	if err == nil && len(p) == 0 {
		err = errEmpty
	}
	if err == nil {
		err = p.CheckAlone()
	}
	if err != nil {
		return nil, err
	}
	return p, nil
}

// CheckAlone returns an error if a key is neither in the policy nor in KMS.
func (p Policy) CheckAlone() error {
	for _, r := range p {
		for _, key := range r.Key {
			if !isInline(key) && !kmskey.Is(key) {
				return fmt.Errorf("%s %q is a name: a job has no files; write the public key itself, in PEM, or the ARN "+
					"of a KMS key", MemberKey, key)
			}
		}
	}
	return nil
}

// KMSKeys returns the ARNs of the keys of AWS KMS, and of aliases, that the policy names, each once, in order.
func (p Policy) KMSKeys() []string {
	var list []string
	for _, r := range p {
		for _, key := range r.Key {
			if arn, err := kmskey.ARN(key); err == nil && !isInline(key) {
				list = append(list, arn)
			}
		}
	}
	slices.Sort(list)
	return slices.Compact(list)
}
