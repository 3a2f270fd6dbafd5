package registryclient

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
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

func enter(t *testing.T, e *etiquette) permit {
	t.Helper()
	p, err := e.enter(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestARegistryThatWantsToBeLeftAloneIs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := newEtiquette("r.io")
		began := time.Now()
		for n := range pausing { // the first are taken for refusals of an image
			if enter(t, e); !time.Now().Equal(began) {
				t.Errorf("paused after %d refusals", n)
			}
			if until := e.observe(response(429, "Retry-After", "3")); until.Sub(began) != 3*time.Second {
				t.Errorf("until %v", until)
			}
		}
		if enter(t, e); time.Since(began) != 3*time.Second {
			t.Errorf("asked again after %v", time.Since(began))
		}
		e.observe(response(503, "Retry-After", "100"))
		e.observe(response(429, "Retry-After", "1")) // does not shorten that
		var put *DeferredError
		if _, err := e.enter(t.Context()); !errors.As(err, &put) || time.Until(put.Until) != 100*time.Second || e.deferredUntil() != put.Until {
			t.Errorf("got %v", err)
		}
		<-time.After(95 * time.Second)
		if !e.deferredUntil().IsZero() {
			t.Error("deferred although it may be asked soon")
		}
		if enter(t, e); time.Since(began) != 103*time.Second {
			t.Errorf("asked again after %v", time.Since(began))
		}
	})
}

func TestARegistryThatRefusesIsAskedMoreSlowlyAndThenNoMore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := newEtiquette("r.io")
		for n := range slowing + 4 {
			if n < slowing && e.pace.Limit() != usualPace {
				t.Errorf("slower after %d refusals", n)
			}
			e.observe(response(429))
			<-time.After(time.Second)
		}
		if limit := e.pace.Limit(); limit != usualPace/32.0 {
			t.Errorf("%v requests a second", limit)
		}
		for range 100 {
			e.observe(response(200))
		}
		if e.pace.Limit() != usualPace {
			t.Errorf("%v requests a second", e.pace.Limit())
		}
		for range refusals - 1 {
			if !e.observe(response(429)).IsZero() {
				t.Fatal("too soon")
			}
		}
		if until := e.observe(response(429)); time.Until(until) != unsaidWindow {
			t.Errorf("until %v", until)
		}
	})
}

func TestASilentRegistryIsFoundOutByProbes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := newEtiquette("r.io")
		var permits []permit
		for range 32 { // all at once, as one does
			permits = append(permits, enter(t, e))
		}
		for _, p := range permits {
			if p.timeout != headTimeout {
				t.Fatalf("waits %v", p.timeout)
			}
			e.leave(p, silence)
		}
		for range probes {
			p := enter(t, e)
			if !p.probe || p.timeout != probeTimeout {
				t.Fatalf("got %+v", p)
			}
			// Nobody else asks meanwhile.
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			if _, err := e.enter(ctx); !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("got %v", err)
			}
			cancel()
			e.leave(p, silence)
		}
		var mute *MuteError
		if _, err := e.enter(t.Context()); !errors.As(err, &mute) || mute.After != 0 {
			t.Errorf("got %v", err)
		}
		<-time.After(muteFor)
		p := enter(t, e)
		if !p.probe {
			t.Error("not found out again")
		}
		// Others wait for the probe, and go on when it is answered.
		done := make(chan permit)
		go func() { done <- enter(t, e) }()
		synctest.Wait()
		e.leave(p, answered)
		if p := <-done; p.probe || p.timeout != headTimeout {
			t.Errorf("got %+v", p)
		}
	})
}

func TestAnAnswerThatDoesNotComeIsAskedForTwice(t *testing.T) {
	var asked atomic.Int32
	host := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.Contains(r.URL.Path, "/mute/") {
			asked.Add(1)
			<-r.Context().Done()
		}
		w.Header().Set("Docker-Content-Digest", "sha256:"+strings.Repeat("1", 64))
	}))
	defer host.Close()
	registry, err := New(Options{Host: host.Listener.Addr().String(), Insecure: true})
	if err != nil {
		t.Fatal(err)
	}
	defer registry.Close()
	if _, err := registry.Repository("app").Digest(t.Context(), "1"); err != nil { // finds out the scheme
		t.Fatal(err)
	}
	registry.etiquette.timeout, registry.etiquette.probe = 50*time.Millisecond, 50*time.Millisecond
	_, err = registry.Repository("mute").Digest(t.Context(), "1")
	var mute *MuteError
	if !errors.As(err, &mute) || mute.After != 50*time.Millisecond || asked.Load() != timeouts {
		t.Errorf("%v; asked %d times", err, asked.Load())
	}
	// Of a registry that is silent about others, too, it is no good probe.
	registry.etiquette.silent = silences - 1
	if _, err = registry.Repository("mute").Digest(t.Context(), "1"); !errors.As(err, &mute) || asked.Swap(timeouts) != timeouts+1 {
		t.Errorf("got %v", err)
	}
	registry.etiquette.silent, registry.etiquette.failed = silences, probes-1
	_, err = registry.Repository("mute").Digest(t.Context(), "1") // the last probe
	if !errors.As(err, &mute) || asked.Load() != timeouts+1 {
		t.Errorf("%v; asked %d times", err, asked.Load())
	}
	if _, err := registry.Repository("app").Digest(t.Context(), "1"); !errors.As(err, &mute) || mute.After != 0 {
		t.Errorf("got %v", err)
	}
}

// A date in an answer is by the clock of who gave it, whatever ours says.
func TestRetryAfterIsByTheRegistrysClock(t *testing.T) {
	for _, ahead := range []time.Duration{-time.Hour, 0, time.Hour} {
		theirs := time.Now().Add(ahead).UTC()
		dated := func() *http.Response {
			return response(429, "Date", theirs.Format(http.TimeFormat), "Retry-After", theirs.Add(3*time.Second).Format(http.TimeFormat))
		}
		if got := refusal(dated()).RetryAfter; got != 3*time.Second {
			t.Errorf("%s ahead: to be asked again after %s", ahead, got)
		}
		began := time.Now()
		if got := newEtiquette("registry.example.com").observe(dated()).Sub(began); got < 2*time.Second || got > time.Minute {
			t.Errorf("%s ahead: left alone for %s", ahead, got)
		}
	}
}
