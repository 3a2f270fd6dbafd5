package selection

import (
	"fmt"

	"ecrmirror/internal/selection/version"
)

// A candidate is a tag on its way through a rule.
type candidate struct {
	Tag
	version   version.Version
	isVersion bool
	pinned    bool
	step      Step // Chosen as long as nothing is against it
	detail    string
}

// stop ends the way of a candidate.
func (c *candidate) stop(step Step, format string, args ...any) {
	c.step, c.detail = step, fmt.Sprintf(format, args...)
}
