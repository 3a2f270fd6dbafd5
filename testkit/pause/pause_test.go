package pause

import (
	"context"
	"testing"
	"testing/synctest"
	"time"
)

func TestPausesEndInTimeOrWithTheContext(t *testing.T) {
	for _, tt := range []struct {
		wait, ends time.Duration // of the context; 0 = it has ended
		took       time.Duration
		waited     bool
	}{
		{time.Minute, time.Hour, time.Minute, true},
		{time.Minute, time.Second, time.Second, false},
		{0, time.Hour, 0, true},
		{-time.Minute, time.Hour, 0, true},
		{0, 0, 0, false},
		{time.Minute, 0, 0, false},
	} {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), tt.ends)
			defer cancel()
			began := time.Now()
			if waited := For(ctx, tt.wait); waited != tt.waited || time.Since(began) != tt.took {
				t.Errorf("%+v: %v after %v", tt, waited, time.Since(began))
			}
		})
	}
	if !Until(t.Context(), time.Time{}) {
		t.Error("the zero time has not come")
	}
}
