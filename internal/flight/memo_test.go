package flight_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"

	"ecrmirror/internal/flight"
)

func TestAnAnswerIsRemembered(t *testing.T) {
	m, asked, failed := flight.NewMemo[string, int](2), 0, errors.New("failed")
	for _, c := range []struct {
		key   string
		err   error // of who asks
		want  int
		fails bool
	}{
		{"a", failed, 1, true}, // an error is not remembered
		{"a", nil, 2, false},
		{"b", nil, 3, false},
		{"a", failed, 2, false},
		{"b", failed, 3, false},
		{"c", nil, 4, false}, // there is no room, and all is forgotten
		{"a", nil, 5, false},
		{"c", failed, 4, false},
		{"b", failed, 6, true},
	} {
		n, err := m.Do(t.Context(), c.key, func() (int, error) { asked++; return asked, c.err })
		if n != c.want || (err != nil) != c.fails {
			t.Errorf("%s: %d, %v; want %d", c.key, n, err, c.want)
		}
	}
}

// A late context has those who wait by it see only late that who asks has ended.
type late struct {
	context.Context
	waits chan struct{} // closed when it is waited by
	until chan struct{}
}

func (l late) Done() <-chan struct{} {
	close(l.waits)
	<-l.until
	return l.Context.Done()
}

// One who has waited for another, who gave up, and comes when a third has been answered, is told the same.
func TestWhoComesLateIsToldTheSame(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, a := flight.NewMemo[string, int](1), &asking{going: make(chan struct{})}
		first, giveUp := context.WithCancel(t.Context())
		l := late{t.Context(), make(chan struct{}), make(chan struct{})}
		var wg sync.WaitGroup
		wg.Go(func() {
			if _, err := m.Do(first, "key", a.ask(first)); !errors.Is(err, context.Canceled) {
				t.Errorf("the first: %v", err)
			}
		})
		synctest.Wait()
		wg.Go(func() {
			if n, err := m.Do(l, "key", a.ask(t.Context())); n != 2 || err != nil {
				t.Errorf("the late one: %d, %v", n, err)
			}
		})
		<-l.waits
		giveUp()
		synctest.Wait()
		close(a.going)
		synctest.Wait()
		if n, err := m.Do(t.Context(), "key", a.ask(t.Context())); n != 2 || err != nil {
			t.Errorf("the second: %d, %v", n, err)
		}
		close(l.until)
		wg.Wait()
	})
}
