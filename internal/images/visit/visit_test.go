package visit

import (
	"io"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// counted makes visits that note how many places are taken at a time.
type counted struct{ at, most, done atomic.Int32 }

func (c *counted) visit(most, tasks int, takes time.Duration) *Visit {
	v := &Visit{Most: most, Tasks: make([]Task, tasks)}
	v.Enter = func() (func(Task) *Task, func()) {
		n := c.at.Add(1)
		for old := c.most.Load(); n > old && !c.most.CompareAndSwap(old, n); old = c.most.Load() {
		}
		return func(Task) *Task {
			time.Sleep(takes)
			c.done.Add(1)
			return nil
		}, func() { c.at.Add(-1) }
	}
	return v
}

func TestPlacesAreBoundedAndAllIsDone(t *testing.T) {
	for _, c := range []struct {
		places, visits, most, tasks int
		takes                       time.Duration
		want                        int32 // places that are taken at a time
	}{
		{4, 1, 2, 100, 0, 2}, // as many as a registry may have
		{4, 10, 2, 10, time.Millisecond, 4},
		{4, 3, 1, 10, time.Minute, 3},
		{4, 100, 32, 3, time.Minute, 4},
		{1, 5, 5, 5, time.Second, 1},
		{8, 0, 1, 0, 0, 0},
		{8, 2, 4, 500, time.Millisecond, 8},
	} {
		synctest.Test(t, func(t *testing.T) {
			var n counted
			var visits []*Visit
			for range c.visits {
				visits = append(visits, n.visit(c.most, c.tasks, c.takes))
			}
			Serve(c.places, visits)
			if got := n.done.Load(); got != int32(c.visits*c.tasks) || n.most.Load() > c.want || n.at.Load() != 0 {
				t.Errorf("%+v: %d done, %d at a time", c, got, n.most.Load())
			}
		})
	}
}

// A thousand registries that take 15 seconds for each answer hold a quick one up until each of those before it has
// been asked once, and those that are slow go on meanwhile.
func TestSlowVisitsHoldUpNoQuickOne(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const places, slow = 50, 1000
		var mute, quickOnes counted
		var visits []*Visit
		for range slow {
			visits = append(visits, mute.visit(32, 20, 15*time.Second))
		}
		v := quickOnes.visit(32, 10_000, time.Millisecond)
		visits = append(visits, v)
		began := time.Now()
		var took time.Duration
		var once sync.Once
		enter := v.Enter
		v.Enter = func() (func(Task) *Task, func()) {
			do, leave := enter()
			return func(t Task) *Task {
				again := do(t)
				if quickOnes.done.Load() == 10_000 {
					once.Do(func() { took = time.Since(began) })
				}
				return again
			}, leave
		}
		Serve(places, visits)
		if limit := 2 * slow / places * 15 * time.Second; took == 0 || took > limit {
			t.Errorf("the quick one took %v, want %v at most", took, limit)
		}
		if mute.done.Load() != slow*20 {
			t.Errorf("%d of the slow ones' answers came", mute.done.Load())
		}
	})
}

// What is to be done another time comes after the others.
func TestATaskIsDoneAnotherTimeAtTheEnd(t *testing.T) {
	var order []int
	v := &Visit{Most: 1, Tasks: []Task{{Images: []int{0}}, {Images: []int{1}}}}
	v.Enter = func() (func(Task) *Task, func()) {
		return func(t Task) *Task {
			order = append(order, t.Images[0])
			if t.Failed == nil && t.Images[0] == 0 {
				return &Task{t.Images, io.EOF}
			}
			return nil
		}, func() {}
	}
	Serve(3, []*Visit{v})
	if len(order) != 3 || order[2] != 0 {
		t.Errorf("done in the order %v", order)
	}
}
