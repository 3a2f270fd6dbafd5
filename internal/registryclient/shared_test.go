package registryclient

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"
	"time"
)

func TestAnAnswerIsReadAsFarAsItMay(t *testing.T) {
	s := NewShared()
	for _, c := range []struct{ length, size, most, want int }{
		{0, -1, 100, 0},
		{10, 10, 100, 10},
		{100, -1, 100, 100},
		{101, -1, 100, 101},
		{5000, -1, 100, 101},
		{freeAnswer, -1, maxManifest, freeAnswer},
		{freeAnswer, freeAnswer, maxManifest, freeAnswer},
		{freeAnswer + 1, -1, maxManifest, freeAnswer + 1},
		{freeAnswer + 2, freeAnswer + 2, maxManifest, freeAnswer + 2},
		{maxManifest, -1, maxManifest, maxManifest},
		{maxManifest + 5, maxManifest + 5, maxManifest, maxManifest + 1},
	} {
		text := strings.Repeat("x", c.length)
		for _, body := range []io.Reader{strings.NewReader(text), iotest.HalfReader(strings.NewReader(text)), iotest.DataErrReader(strings.NewReader(text))} {
			content, release, err := s.read(t.Context(), body, int64(c.size), int64(c.most))
			release()
			if err != nil || len(content) != c.want {
				t.Errorf("%+v: %d bytes, %v", c, len(content), err)
			}
		}
	}
	if !s.reading.TryAcquire(largeAnswers) {
		t.Error("some of the budget was not given back")
	}
}

// An answer that ends early is none.
func TestAnAnswerThatBreaksOffIsAnError(t *testing.T) {
	s := NewShared()
	for _, n := range []int{0, 10, freeAnswer + 10} {
		body := io.MultiReader(strings.NewReader(strings.Repeat("x", n)), iotest.ErrReader(io.ErrUnexpectedEOF))
		_, release, err := s.read(t.Context(), body, -1, maxManifest)
		release()
		if !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("%d bytes: %v", n, err)
		}
	}
}

// Large answers wait for each other, and small ones for none.
func TestLargeAnswersAreBoundedTogether(t *testing.T) {
	s := NewShared()
	large := bytes.Repeat([]byte("x"), maxManifest)
	_, first, err := s.read(t.Context(), bytes.NewReader(large), maxManifest-1, maxManifest)
	if err != nil {
		t.Fatal(err)
	}
	_, second, err := s.read(t.Context(), bytes.NewReader(large[:maxManifest-10]), maxManifest-10, maxManifest)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, _, err := s.read(ctx, bytes.NewReader(large), -1, maxManifest); !errors.Is(err, context.Canceled) {
		t.Errorf("a third does not wait: %v", err)
	}
	if content, _, err := s.read(ctx, bytes.NewReader(large[:freeAnswer]), -1, maxManifest); err != nil || len(content) != freeAnswer {
		t.Errorf("a small one waits: %v", err)
	}
	first()
	second()
	if _, third, err := s.read(t.Context(), bytes.NewReader(large), -1, maxManifest); err != nil {
		t.Error(err)
	} else {
		third()
	}
}

func TestWhatIsForgottenIsRememberedAsLongAsItMatters(t *testing.T) {
	s, now := NewShared(), time.Now()
	for i := range 3 * maxRemembered {
		e := newEtiquette(fmt.Sprint("h", i))
		if i%3 == 0 {
			e.closed = now.Add(time.Hour)
		}
		s.remember(e)
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
	late := newEtiquette("late")
	late.mute = now.Add(time.Hour)
	s.remember(late)
	if n := len(s.remembered); n != 1 || s.recall("late") != late || s.recall("late") == late {
		t.Errorf("%d are remembered, and the last is not among them", n)
	}
}

// Tokens of all registries together are bounded; who has too many loses its own.
func TestTokensAreBoundedTogether(t *testing.T) {
	shared := NewShared()
	var all []*Registry
	for i := range 2 {
		r, err := New(Options{Host: fmt.Sprint("r", i), Shared: shared})
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, r)
	}
	for i := range 2 * maxTokens / longestHeader {
		all[0].Repository(fmt.Sprint("a", i))
		all[0].holds(longestHeader)
		if shared.tokens > maxTokens {
			t.Fatalf("%d bytes of tokens are kept", shared.tokens)
		}
	}
	all[1].Repository("b")
	all[1].holds(100)
	all[0].Forget()
	if n := len(all[0].repositories); n != 0 || shared.tokens != 100 || len(all[1].repositories) != 1 {
		t.Errorf("%d repositories, %d bytes of tokens are left", n, shared.tokens)
	}
}

func TestLittleIsKeptOfAChallenge(t *testing.T) {
	headers := []string{
		`Bearer realm="https://a.example/",padding="` + strings.Repeat("x", 48<<10) + `"`,
		strings.Repeat(`a, `, 1<<20),
	}
	all := challengesIn(headers)
	size := 0
	for _, c := range all {
		size += len(c.scheme)
		for name, value := range c.parameters {
			size += len(name) + len(value)
		}
	}
	if len(all) > maxChallenges || size > 2*maxChallenge || all[0].parameters["realm"] != "https://a.example/" {
		t.Errorf("%d challenges of %d bytes: %q", len(all), size, all[0].parameters["realm"])
	}
}
