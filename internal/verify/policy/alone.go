package policy

import "fmt"

// ParseAlone reads a policy as [Parse] does, for who has no files: all keys must be in it. It must ask for something.
// What is read may be compiled without a [KeySource].
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

// CheckAlone returns an error if a key is named, and not in the policy.
func (p Policy) CheckAlone() error {
	for _, r := range p {
		for _, key := range r.Key {
			if !isInline(key) {
				return fmt.Errorf("%s %q is a name: a job has no files; write the public key itself, in PEM",
					MemberKey, key)
			}
		}
	}
	return nil
}
