package scenario

import (
	"ecrmirror/infra/smoke/steps"
)

// Steps returns what is tried, in order. [Scenario.Destroy] is not among it.
func (s *Scenario) Steps() []steps.Step {
	return []steps.Step{
		{Name: "deploy", Do: s.deploy},
		{Name: "first sweep", Needs: []string{"deploy"}, Do: s.firstSweep},
		{Name: "images", Do: s.pushImages},
		{Name: "entries", Needs: []string{"deploy", "images"}, Do: s.putEntries},
		{Name: "sweep", Needs: []string{"entries"}, Do: s.sweepAll},
		{Name: "digests", Needs: []string{"sweep"}, Do: s.compareDigests},
		{Name: "push", Needs: []string{"digests"}, Do: s.push},
		{Name: "failing", Needs: []string{"entries"}, Do: s.failingSource},
		{Name: "alarm", Needs: []string{"failing"}, Do: s.alarm},
		{Name: "parameters", Needs: []string{"entries"}, Do: s.longParameters},
		{Name: "bad image", Needs: []string{"entries"}, Do: s.badImage},
		{Name: "stopped", Needs: []string{"deploy"}, Do: s.stoppedJob},
		{Name: "metrics", Needs: []string{"sweep"}, Do: s.sweepMetrics},
		{Name: "dead letters", Needs: []string{"deploy"}, Do: s.deadLetters},
		{Name: "tags", Needs: []string{"deploy"}, Do: s.tagAgain},
		{Name: "refusals", Needs: []string{"deploy"}, Do: s.refusals},
	}
}
