package pace

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"testing"
	"testing/synctest"
	"time"
)

func TestExhaustedReadsTheHeadersThatRegistriesSend(t *testing.T) {
	for _, c := range []struct {
		name, value, reset string
		wait               time.Duration
		ok                 bool
	}{
		{"RateLimit-Remaining", "0;w=21600", "", 6 * time.Hour, true}, // Docker Hub
		{"RateLimit-Remaining", "97;w=21600", "", 0, false},
		{"RateLimit-Remaining", "0", "30", 30 * time.Second, true},
		{"RateLimit-Remaining", "0", "", time.Minute, true},
		{"RateLimit-Remaining", "nonsense", "", 0, false},
		{"RateLimit", `"hourly";r=0;t=1800`, "", 30 * time.Minute, true},
		{"RateLimit", `"a";r=5;t=1, "b";r=0;t=9`, "", 9 * time.Second, true},
		{"RateLimit", `"hourly";r=0`, "", time.Minute, true},
		{"RateLimit", `"hourly";r=10;t=1800`, "", 0, false},
		{"X", "0", "", 0, false},
	} {
		h := http.Header{}
		h.Set(c.name, c.value)
		if c.reset != "" {
			h.Set("RateLimit-Reset", c.reset)
		}
		if wait, ok := exhausted(h); wait != c.wait || ok != c.ok {
			t.Errorf("%s: %s: %v, %v", c.name, c.value, wait, ok)
		}
	}
}

func response(status int, header ...string) *http.Response {
	h := http.Header{}
	for i := 0; i < len(header); i += 2 {
		h.Set(header[i], header[i+1])
	}
	return &http.Response{StatusCode: status, Header: h, Body: http.NoBody}
}

func enter(t *testing.T, e *Pace) Permit {
	t.Helper()
	p, err := e.Enter(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestARegistryThatWantsToBeLeftAloneIs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := New("r.io", Options{})
		began := time.Now()
		for n := range pausing { // the first are taken for refusals of an image
			if enter(t, e); !time.Now().Equal(began) {
				t.Errorf("paused after %d refusals", n)
			}
			if until := e.Observe(response(429, "Retry-After", "3")); until.Sub(began) != 3*time.Second {
				t.Errorf("until %v", until)
			}
		}
		if enter(t, e); time.Since(began) != 3*time.Second {
			t.Errorf("asked again after %v", time.Since(began))
		}
		e.Observe(response(503, "Retry-After", "100"))
		e.Observe(response(429, "Retry-After", "1")) // does not shorten that
		var put *DeferredError
		if _, err := e.Enter(t.Context()); !errors.As(err, &put) || time.Until(put.Until) != 100*time.Second ||
			e.DeferredUntil() != put.Until {
			t.Errorf("got %v", err)
		}
		<-time.After(95 * time.Second)
		if !e.DeferredUntil().IsZero() {
			t.Error("deferred although it may be asked soon")
		}
		if enter(t, e); time.Since(began) != 103*time.Second {
			t.Errorf("asked again after %v", time.Since(began))
		}
	})
}

func TestARegistryThatRefusesIsAskedMoreSlowlyAndThenNoMore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := New("r.io", Options{})
		for n := range slowing + 4 {
			if n < slowing && e.rate.Limit() != usualPace {
				t.Errorf("slower after %d refusals", n)
			}
			e.Observe(response(429))
			<-time.After(time.Second)
		}
		if limit := e.rate.Limit(); limit != usualPace/32.0 {
			t.Errorf("%v requests a second", limit)
		}
		for range 100 {
			e.Observe(response(200))
		}
		if e.rate.Limit() != usualPace {
			t.Errorf("%v requests a second", e.rate.Limit())
		}
		for range refusals - 1 {
			if !e.Observe(response(429)).IsZero() {
				t.Fatal("too soon")
			}
		}
		if until := e.Observe(response(429)); time.Until(until) != unsaidWindow {
			t.Errorf("until %v", until)
		}
	})
}

func TestASilentRegistryIsFoundOutByProbes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := New("r.io", Options{})
		var permits []Permit
		for range 32 { // all at once, as one does
			permits = append(permits, enter(t, e))
		}
		for _, p := range permits {
			if p.Timeout != headTimeout {
				t.Fatalf("waits %v", p.Timeout)
			}
			e.Leave(p, Silence)
		}
		for range probes {
			p := enter(t, e)
			if !p.probe || p.Timeout != probeTimeout {
				t.Fatalf("got %+v", p)
			}
			// Nobody else asks meanwhile.
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			if _, err := e.Enter(ctx); !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("got %v", err)
			}
			cancel()
			e.Leave(p, Silence)
		}
		var mute *MuteError
		if _, err := e.Enter(t.Context()); !errors.As(err, &mute) || mute.After != 0 {
			t.Errorf("got %v", err)
		}
		<-time.After(muteFor)
		p := enter(t, e)
		if !p.probe {
			t.Error("not found out again")
		}
		// Others wait for the probe, and go on when it is answered.
		done := make(chan Permit)
		go func() { done <- enter(t, e) }()
		synctest.Wait()
		e.Leave(p, Answered)
		if p := <-done; p.probe || p.Timeout != headTimeout {
			t.Errorf("got %+v", p)
		}
	})
}

// A date in an answer is by the clock of who gave it, whatever ours says.
func TestARegistryIsLeftAloneByItsOwnClock(t *testing.T) {
	for _, ahead := range []time.Duration{-time.Hour, 0, time.Hour} {
		theirs := time.Now().Add(ahead).UTC()
		dated := response(429, "Date", theirs.Format(http.TimeFormat), "Retry-After",
			theirs.Add(3*time.Second).Format(http.TimeFormat))
		began := time.Now()
		if got := New("registry.example.com", Options{}).Observe(dated).Sub(began); got < 2*time.Second ||
			got > time.Minute {
			t.Errorf("%s ahead: left alone for %s", ahead, got)
		}
	}
}

func TestWhatIsForgottenIsRememberedAsLongAsItMatters(t *testing.T) {
	s, now := NewMemory(), time.Now()
	for i := range 3 * maxRemembered {
		e := New(fmt.Sprint("h", i), Options{})
		if i%3 == 0 {
			e.closed = now.Add(time.Hour)
		}
		s.Keep(e)
	}
	if n := len(s.remembered); n != maxRemembered {
		t.Errorf("%d are remembered", n)
	}
	if until := s.DeferredUntil("h0"); !until.Equal(now.Add(time.Hour)) {
		t.Errorf("h0 is deferred until %v", until)
	}
	if until := s.DeferredUntil("h1"); !until.IsZero() {
		t.Errorf("h1 is deferred until %v", until)
	}
	late := New("late", Options{})
	late.mute = now.Add(time.Hour)
	s.Keep(late)
	if n := len(s.remembered); n != 1 || s.Recall("late") != late || s.Recall("late") == late {
		t.Errorf("%d are remembered, and the last is not among them", n)
	}
}
