package sleep_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"ecrmirror/internal/sleep"
)

func TestFor(t *testing.T) {
	ended := errors.New("ended")
	for _, c := range []struct {
		name  string
		d     time.Duration
		after time.Duration // when the context ends; 0 = it has, -1 = it does not
		took  time.Duration
		err   error
	}{
		{"its time", time.Hour, -1, time.Hour, nil},
		{"no time", 0, -1, 0, nil},
		{"less than no time", -time.Hour, -1, 0, nil},
		{"until the context ends", time.Hour, time.Minute, time.Minute, ended},
		{"where it has ended", time.Hour, 0, 0, ended},
		{"no time where it has ended", 0, 0, 0, ended},
	} {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithCancelCause(t.Context())
			defer cancel(nil)
			switch {
			case c.after == 0:
				cancel(ended)
			case c.after > 0:
				defer time.AfterFunc(c.after, func() { cancel(ended) }).Stop()
			}
			began := time.Now()
			if err := sleep.For(ctx, c.d); !errors.Is(err, c.err) || time.Since(began) != c.took {
				t.Errorf("%s: %v after %v", c.name, err, time.Since(began))
			}
		})
	}
}
