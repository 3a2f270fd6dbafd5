package dispatch

import (
	"errors"
	"fmt"

	"ecrmirror/internal/controller"
	"ecrmirror/internal/program"
	"ecrmirror/internal/transient"
)

// Outcome turns what a sweep, a plan or an event came to into the program's error. It is worth
// repeating as a whole if all of it failed for reasons that may pass. If a part
// failed, or was not reached, the next sweep repeats it anyway.
func Outcome(report controller.Report, err error) error {
	if err != nil {
		return program.Fail(err)
	}
	looked := report.Entries - report.Unreached
	switch {
	case looked == 0 && (report.Unreached > 0 || report.Unread):
		return &program.Failure{Err: errors.New("no entry was looked at before the time was up"), Transient: true}
	case report.Failed == 0:
		return nil
	}
	all := report.Failed == looked
	for _, err := range report.Errors {
		all = all && transient.Is(err)
	}
	return &program.Failure{
		Err: fmt.Errorf("%d of %d entries failed", report.Failed, report.Entries), Transient: all,
	}
}

// maxCauses is how many causes are told of: a push with more concerns has all of them in the log.
const maxCauses = 5

// concluded is what a sweep or an event came to; it has a summary unless that ended before it began.
func concluded(report controller.Report, err error) Result {
	result := Result{Err: Outcome(report, err)}
	if err == nil {
		result.Causes = report.Errors[:min(len(report.Errors), maxCauses)]
	}
	if err == nil || report.Entries > 0 {
		result.Summary = report.String()
	}
	return result
}
