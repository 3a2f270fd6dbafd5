package dispatch

import (
	"context"
	"errors"
	"fmt"
	"syscall"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"ecrmirror/internal/awserror"
	"ecrmirror/internal/contract"
	"ecrmirror/internal/controller"
	"ecrmirror/internal/program"
	"ecrmirror/internal/table"
)

func TestTheExitCodeSaysWhetherToTryAgain(t *testing.T) {
	passing := fmt.Errorf("looking up r.io/a:1: %w", syscall.ECONNREFUSED)
	lasting := errors.New("source image does not exist")
	for name, c := range map[string]struct {
		report controller.Report
		err    error
		want   int
	}{
		"nothing to do": {controller.Report{}, nil, contract.ExitOK},
		"all well": {
			controller.Report{Entries: 2, Current: 1, Submitted: 1}, nil, contract.ExitOK,
		},
		"one of two failed": {
			controller.Report{Entries: 2, Failed: 1, Errors: []error{lasting}}, nil, contract.ExitFailed,
		},
		"one of two, it may pass": {
			controller.Report{Entries: 2, Failed: 1, Errors: []error{passing}}, nil, contract.ExitFailed,
		},
		"all failed": {
			controller.Report{Entries: 1, Failed: 1, Errors: []error{lasting}}, nil, contract.ExitFailed,
		},
		"all failed, it may pass": {
			controller.Report{Entries: 1, Failed: 1, Errors: []error{passing, passing}}, nil, contract.ExitTransient,
		},
		"all failed, some of it passes": {
			controller.Report{Entries: 1, Failed: 1, Errors: []error{passing, lasting}}, nil, contract.ExitFailed,
		},
		"some not reached": {
			controller.Report{Entries: 2, Current: 1, Unreached: 1}, nil, contract.ExitOK,
		},
		"none reached":  {controller.Report{Entries: 2, Unreached: 2}, nil, contract.ExitTransient},
		"not even read": {controller.Report{Unread: true}, nil, contract.ExitTransient},
		"all that was reached failed": {
			controller.Report{Entries: 9, Failed: 1, Unreached: 8, Errors: []error{passing}},
			nil,
			contract.ExitTransient,
		},
		"no table": {controller.Report{}, table.ErrNoTable, contract.ExitFailed},
		"table throttled": {
			controller.Report{},
			fmt.Errorf("reading table: %w", awserror.Plain(&types.ProvisionedThroughputExceededException{})),
			contract.ExitTransient,
		},
		"table unreachable": {controller.Report{}, passing, contract.ExitTransient},
		"time-out":          {controller.Report{}, context.DeadlineExceeded, contract.ExitTransient},
	} {
		got := program.ExitCode(Outcome(c.report, c.err))
		if got != c.want {
			t.Errorf("%s: exit code %d, want %d", name, got, c.want)
		}
	}
}
