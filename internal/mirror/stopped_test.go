package mirror

import (
	"context"
	"errors"
	"testing"

	"ecrmirror/internal/imagename"
)

// A copy that was stopped fails with the reason, also where it was stopped between two steps, of which none failed.
func TestWhatWasStoppedSaysWhy(t *testing.T) {
	why := errors.New("stopped by somebody")
	for name, want := range map[string]error{"stopped": why, "not stopped": errUnfinished} {
		l := newLaboratory(t, 8<<20, true, Options{}.withDefaults())
		to, err := imagename.ParseImage("r.io/app:1")
		if err != nil {
			t.Fatal(err)
		}
		ctx, stop := context.WithCancelCause(t.Context())
		result := &Result{Name: to}
		p := newPlaces(ctx, l.attempt, []*Result{result})[0]
		if want == why {
			stop(why)
		}
		p.close()
		if result.State != Failed || !errors.Is(result.Err, want) {
			t.Errorf("%s: %s, %v", name, result.State, result.Err)
		}
		stop(nil)
	}
}
