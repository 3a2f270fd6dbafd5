package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"syscall"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/google/go-cmp/cmp"
	"github.com/opencontainers/go-digest"

	"ecrmirror/internal/contract"
	"ecrmirror/internal/controller"
	"ecrmirror/internal/output"
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
		"nothing to do":                 {controller.Report{}, nil, contract.ExitOK},
		"all well":                      {controller.Report{Entries: 2, Current: 1, Submitted: 1}, nil, contract.ExitOK},
		"one of two failed":             {controller.Report{Entries: 2, Failed: 1, Errors: []error{lasting}}, nil, contract.ExitFailed},
		"one of two, it may pass":       {controller.Report{Entries: 2, Failed: 1, Errors: []error{passing}}, nil, contract.ExitFailed},
		"all failed":                    {controller.Report{Entries: 1, Failed: 1, Errors: []error{lasting}}, nil, contract.ExitFailed},
		"all failed, it may pass":       {controller.Report{Entries: 1, Failed: 1, Errors: []error{passing, passing}}, nil, contract.ExitTransient},
		"all failed, some of it passes": {controller.Report{Entries: 1, Failed: 1, Errors: []error{passing, lasting}}, nil, contract.ExitFailed},
		"some not reached":              {controller.Report{Entries: 2, Current: 1, Unreached: 1}, nil, contract.ExitOK},
		"none reached":                  {controller.Report{Entries: 2, Unreached: 2}, nil, contract.ExitTransient},
		"not even read":                 {controller.Report{Unread: true}, nil, contract.ExitTransient},
		"all that was reached failed":   {controller.Report{Entries: 9, Failed: 1, Unreached: 8, Errors: []error{passing}}, nil, contract.ExitTransient},
		"no table":                      {controller.Report{}, table.ErrNoTable, contract.ExitFailed},
		"table throttled":               {controller.Report{}, fmt.Errorf("reading table: %w", &types.ProvisionedThroughputExceededException{}), contract.ExitTransient},
		"table unreachable":             {controller.Report{}, passing, contract.ExitTransient},
		"time-out":                      {controller.Report{}, context.DeadlineExceeded, contract.ExitTransient},
	} {
		got := program.ExitCode(outcome(c.report, c.err))
		if got != c.want {
			t.Errorf("%s: exit code %d, want %d", name, got, c.want)
		}
	}
}

func TestPlanIsPrintedAsATableAndAsJSON(t *testing.T) {
	one := digest.Digest("sha256:1111")
	decisions := []controller.Decision{
		{Source: "bad", Err: errors.New("no Destination")},
		{Source: "r.io/a:1", Digest: one, Size: 4096, Destinations: []controller.Destination{
			{Name: "r.io/b:1", Digest: one, State: controller.Current},
			{Name: "r.io/c:1", State: controller.Stale},
			{Name: "r.io/d:1", State: controller.Failing, Err: errors.New("on\nfire")},
		}},
	}
	report := controller.Report{Entries: 2, Failed: 2, Stale: 1}
	for asJSON, want := range map[bool]string{
		false: `SOURCE    DESTINATION  STATE    BYTES  REASON
bad       -            failing         no Destination
r.io/a:1  r.io/b:1     current         has the source's digest
r.io/a:1  r.io/c:1     stale    4096   does not exist
r.io/a:1  r.io/d:1     failing         on; fire
entries: 2 (current 0, failed 2); stale destinations: 1; nothing submitted
`,
		true: `[
  {
    "source": "bad",
    "state": "failing",
    "error": "no Destination",
    "destinations": []
  },
  {
    "source": "r.io/a:1",
    "digest": "sha256:1111",
    "bytes": 4096,
    "destinations": [
      {
        "name": "r.io/b:1",
        "state": "current",
        "digest": "sha256:1111",
        "reason": "has the source's digest"
      },
      {
        "name": "r.io/c:1",
        "state": "stale",
        "reason": "does not exist"
      },
      {
        "name": "r.io/d:1",
        "state": "failing",
        "reason": "on; fire"
      }
    ]
  }
]
`,
	} {
		var b bytes.Buffer
		if err := writePlan(&b, output.Palette{}, asJSON, decisions, report); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, b.String()); diff != "" {
			t.Errorf("as JSON %v (-want +got)\n%s", asJSON, diff)
		}
		if err := writePlan(full{}, output.Palette{}, asJSON, decisions, report); !errors.Is(err, io.ErrShortWrite) {
			t.Errorf("as JSON %v on a full disk: %v", asJSON, err)
		}
	}
}

// full is a disk without space.
type full struct{}

func (full) Write([]byte) (int, error) { return 0, io.ErrShortWrite }
