package steps_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ecrmirror/infra/smoke/steps"
)

var errLacks = errors.New("lacks it")

func step(name, seen string, err error, needs ...string) steps.Step {
	return steps.Step{Name: name, Needs: needs, Do: func(context.Context) (string, error) { return seen, err }}
}

// TestRun shows what each outcome looks like, and what follows from it.
func TestRun(t *testing.T) {
	for _, c := range []struct {
		name     string
		emulated bool
		list     []steps.Step
		want     []steps.Outcome
		says     string
	}{
		{
			"all well", false,
			[]steps.Step{step("a", "seen", nil), step("b", "", nil, "a")},
			[]steps.Outcome{steps.OK, steps.OK},
			"ok        a             seen",
		},
		{
			"a failure and what needs it", false,
			[]steps.Step{
				step("a", "", errors.New("broke")), step("b", "", nil, "a"),
				step("c", "", nil),
			},
			[]steps.Outcome{steps.Failed, steps.Skipped, steps.OK},
			"FAILED    a             broke",
		},
		{
			"what needs something skipped", false,
			[]steps.Step{
				step("a", "", errors.New("broke")),
				step("b", "", nil, "a"), step("c", "", nil, "b"),
			},
			[]steps.Outcome{steps.Failed, steps.Skipped, steps.Skipped},
			"it needs b",
		},
		{
			"absent in an emulator", true,
			[]steps.Step{step("a", "", fmt.Errorf("x: %w", errLacks))},
			[]steps.Outcome{steps.NotHere},
			"not here  a             S3",
		},
		{
			"absent by name", true,
			[]steps.Step{step("a", "", &steps.AbsentError{What: "Batch that pulls"})},
			[]steps.Outcome{steps.NotHere},
			"Batch that pulls",
		},
		{
			"absent in AWS, which is a failure", false,
			[]steps.Step{step("a", "", errLacks)},
			[]steps.Outcome{steps.Failed},
			"FAILED    a             lacks it",
		},
		{
			"absent by name in AWS, which is a failure", false,
			[]steps.Step{step("a", "", &steps.AbsentError{What: "Batch"})},
			[]steps.Outcome{steps.Failed},
			"Batch is not here",
		},
		{
			"what others wrote", false,
			[]steps.Step{step("a", "x\x1b[31m\nok b", nil)},
			[]steps.Outcome{steps.OK},
			"x?[31m; ok b",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			var out strings.Builder
			runner := steps.Runner{
				Emulated: c.emulated, Out: &out,
				Absent: func(err error) (string, bool) { return "S3", errors.Is(err, errLacks) },
			}
			results, err := runner.Run(t.Context(), c.list)
			if err != nil {
				t.Fatal(err)
			}
			var got []steps.Outcome
			for _, r := range results {
				got = append(got, r.Outcome)
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
			if !strings.Contains(out.String(), c.says) || strings.Count(out.String(), "\n") != len(c.list) {
				t.Errorf("no %q, or no line for each step, in\n%s", c.says, out.String())
			}
		})
	}
}

// TestAnInterruptSkipsTheRest has the step at work fail and no other begin.
func TestAnInterruptSkipsTheRest(t *testing.T) {
	ctx, interrupt := context.WithCancel(t.Context())
	var out strings.Builder
	results, err := steps.Runner{Out: &out}.Run(ctx, []steps.Step{
		{Name: "a", Do: func(ctx context.Context) (string, error) { interrupt(); return "", ctx.Err() }},
		step("b", "", nil),
	})
	if err != nil || results[0].Outcome != steps.Failed || results[0].Text != "interrupted" ||
		results[1].Outcome != steps.Skipped {
		t.Errorf("%v, %v", results, err)
	}
	if failed, notHere := steps.Bad(results); failed != 1 || notHere != 0 {
		t.Errorf("%d failed, %d not here", failed, notHere)
	}
}

func TestUntil(t *testing.T) {
	asked := 0
	if err := steps.Until(t.Context(), time.Millisecond, time.Minute,
		func(context.Context) (bool, error) { asked++; return asked == 3, nil }); err != nil || asked != 3 {
		t.Errorf("asked %d times: %v", asked, err)
	}
	if err := steps.Until(t.Context(), time.Millisecond, time.Minute,
		func(context.Context) (bool, error) { return false, errLacks }); !errors.Is(err, errLacks) {
		t.Errorf("got %v", err)
	}
	if err := steps.Until(t.Context(), time.Millisecond, 5*time.Millisecond,
		func(context.Context) (bool, error) { return false, nil }); err == nil || err.Error() != "waited for 5ms" {
		t.Errorf("got %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := steps.Until(ctx, time.Millisecond, time.Minute,
		func(context.Context) (bool, error) { return false, nil }); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}
