package main

import (
	"errors"
	"fmt"

	"ecrmirror/internal/controller"
	"ecrmirror/internal/images"
	"ecrmirror/internal/program"
)

// outcome turns what a run came to into the program's error. The run is worth
// repeating as a whole if all of it failed for reasons that may pass. If a part
// failed, or was not reached, the next sweep repeats it anyway.
func outcome(report controller.Report, err error) error {
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
		all = all && images.Transient(err)
	}
	return &program.Failure{
		Err: fmt.Errorf("%d of %d entries failed", report.Failed, report.Entries), Transient: all,
	}
}
