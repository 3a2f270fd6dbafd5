package convoy

import (
	"errors"
	"slices"
	"testing"
	"time"

	"ecrmirror/internal/chunked"
)

// An end is a place of a name.
type end struct {
	name    string
	speed   *Speed
	rate    int64 // bytes a second that it takes while it is busy
	has     bool  // all blobs
	failure error
}

func (e *end) Speed() *Speed     { return e.speed }
func (e *end) LacksBlobs() bool  { return !e.has }
func (e *end) HasFailed() bool   { return e.failure != nil }
func (e *end) TooSlow(err error) { e.failure = err }

// of returns a convoy of ends that take so many MB in a second. Those whose names begin with s are busy.
func of(t *testing.T, together bool, rates map[string]int64) (*Convoy[*end], map[string]*end) {
	c, ends := New[*end](together), map[string]*end{}
	for name, mb := range rates {
		e := &end{name: name, rate: mb * 1e6, speed: NewSpeed(chunked.LeastRate{BytesPerSecond: -1})}
		e.speed.Load.Taken.Store(e.rate)
		e.speed.busyFor = time.Second
		if name[0] == 's' {
			e.speed.Load.Busy.Store(1)
		}
		ends[name] = e
		c.Join(t.Context(), e)
	}
	return c, ends
}

// judged returns the names of those that have to leave within a time in which others wait for them.
func judged(c *Convoy[*end], within time.Duration) (names []string) {
	c.Blocked().Add(1)
	defer c.Blocked().Add(-1)
	for passed := time.Duration(0); passed < within && names == nil; passed += look {
		for _, m := range c.members {
			if m.Place.name[0] == 's' {
				m.Place.speed.Load.Taken.Add(int64(float64(m.Place.rate) * look.Seconds()))
			}
		}
		for _, m := range c.judge(look) {
			names = append(names, m.Place.name)
		}
	}
	slices.Sort(names)
	return names
}

func TestWhoHasToLeave(t *testing.T) {
	for _, c := range []struct {
		name   string
		rates  map[string]int64
		within time.Duration
		want   []string
	}{
		{"ten times as slow", map[string]int64{"fast": 100, "slow": 10}, time.Second, []string{"slow"}},
		{"ten times as slow, for a moment", map[string]int64{"fast": 100, "slow": 10}, 50 * time.Millisecond, nil},
		{"hardly slower", map[string]int64{"fast": 100, "slow": 80}, time.Minute, nil},
		{"with its like", map[string]int64{"fast": 100, "slow": 10, "like": 12}, time.Second, []string{"like", "slow"}},
		{"without a fast one", map[string]int64{"fast": 100, "slow": 10, "other": 90}, time.Second, []string{"slow"}},
		{"nothing taken yet", map[string]int64{"fast": 100, "silent": 0}, 2 * time.Second, []string{"silent"}},
		{"nobody waits", map[string]int64{"slow": 10, "slower": 1}, time.Minute, nil},
	} {
		convoy, _ := of(t, false, c.rates)
		if got := judged(convoy, c.within); !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
	together, _ := of(t, true, map[string]int64{"fast": 100, "slow": 10})
	if got := judged(together, time.Minute); got != nil {
		t.Errorf("%q left a convoy that stays together", got)
	}
}

// A member that has all its blobs, has failed or has left is not waited for.
func TestWhoIsNotWaitedFor(t *testing.T) {
	for name, gone := range map[string]func(*Member[*end]){
		"has all": func(m *Member[*end]) { m.Place.has = true },
		"failed":  func(m *Member[*end]) { m.Place.failure = errors.New("boom") },
		"left":    func(m *Member[*end]) { m.Leave() },
	} {
		convoy, ends := of(t, false, map[string]int64{"fast": 100, "slow": 10})
		for _, m := range convoy.Members() {
			if m.Place == ends["fast"] {
				gone(m)
			}
		}
		if got := judged(convoy, time.Minute); got != nil {
			t.Errorf("%s: %q has to leave", name, got)
		}
	}
}

// What a member does ends when it leaves, and it begins nothing more.
func TestAMemberThatLeaves(t *testing.T) {
	convoy, _ := of(t, false, map[string]int64{"slow": 1})
	m := convoy.Members()[0]
	if !m.Begin() {
		t.Fatal("it did not begin")
	}
	m.Leave()
	if m.Begin() || m.IsHere() || m.Context().Err() == nil {
		t.Errorf("begins %v, here %v, %v", m.Begin(), m.IsHere(), m.Context().Err())
	}
	m.Done()
	m.Wait()
}
