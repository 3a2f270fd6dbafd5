package request

import (
	"fmt"

	"ecrmirror/internal/jsonscan"
	"ecrmirror/internal/verify/policy"
)

// readPolicy returns the canonical text of a policy of who must have signed. It names no files: a job has none.
func readPolicy(value jsonscan.Value) (string, error) {
	p, err := policy.ParseAlone(string(value))
	if err != nil {
		return "", fmt.Errorf("verify: %w", err)
	}
	return p.String(), nil
}
