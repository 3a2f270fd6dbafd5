package policy

import "fmt"

// ParseAlone reads a policy as [Parse] does, for who has no files: all keys must be in it. It must ask for something.
// What is read may be compiled without a [KeySource].
func ParseAlone(text string) (Policy, error) {
	p, err := Parse(text)
	switch {
	case err != nil:
		return nil, err
	case len(p) == 0:
		return nil, errEmpty
	}
	for _, r := range p {
		for _, key := range r.Key {
			if !isInline(key) {
				return nil, fmt.Errorf("%s %q is a name: a job has no files; write the public key itself, in PEM",
					MemberKey, key)
			}
		}
	}
	return p, nil
}
